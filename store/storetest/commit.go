package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"veche/store"
)

func tellsOnce(t *testing.T, s store.Store) {
	logbook(t, s)
	var told []string
	running := false
	do(t, s, func(tx store.Tx) error {
		running = true
		defer func() { running = false }()
		for _, name := range []string{"first", "second"} {
			tx.OnCommit(func() {
				if running {
					t.Error("told before the function was done")
				}
				told = append(told, name)
			})
		}
		return write(t.Context(), tx, "s", "e1")
	})
	same(t, "what was told when Do returned", told, []string{"first", "second"})
}

func tellsNobody(t *testing.T, s store.Store) {
	logbook(t, s)
	told := false
	err := s.Do(t.Context(), func(tx store.Tx) error {
		tx.OnCommit(func() { told = true })
		return errors.Join(write(t.Context(), tx, "s", "e1"), errors.New("give up"))
	})
	if err == nil || told {
		t.Errorf("got %v and told %t, want an error and nobody told", err, told)
	}
}

// countsWithoutGap is how the live log numbers its entries: whoever fails gives
// its number back.
func countsWithoutGap(t *testing.T, s store.Store) {
	logbook(t, s)
	const writers, each = 8, 10
	var told atomic.Int64
	giveUp := errors.New("give up")
	together(t, writers, func(i int) error {
		for n := range each {
			failing := s.Transactional() && n%3 == 2
			err := s.Do(t.Context(), func(tx store.Tx) error {
				tx.OnCommit(func() { told.Add(1) })
				if err := write(t.Context(), tx, "s", fmt.Sprintf("e%d-%d", i, n)); err != nil {
					return err
				}
				if failing {
					return giveUp
				}
				return nil
			})
			if failing != errors.Is(err, giveUp) || !failing && err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
		}
		return nil
	})
	kept := find(t, s, entries, stream("s"))
	for i, e := range kept {
		if e.Seq != int64(i+1) {
			t.Fatalf("entry %d has number %d", i+1, e.Seq)
		}
	}
	want := writers * each
	if s.Transactional() {
		want = writers * (each - each/3)
	}
	same(t, "entries", len(kept), want)
	same(t, "told", told.Load(), int64(want))
	same(t, "the counter", get(t, s, counters, "s").N, int64(want))
}

// movesWithoutLoss moves points between accounts while a reader adds them up, in
// a Do of its own: only there are several documents of one moment.
func movesWithoutLoss(t *testing.T, s store.Store) {
	logbook(t, s)
	const accounts, points, movers, each = 4, 100, 4, 12
	for i := range accounts {
		insert(t, s, counters, counter{ID: fmt.Sprintf("a%d", i), N: points})
	}
	done := make(chan struct{})
	reader := make(chan error, 1)
	go func() { reader <- addUp(t, s, accounts*points, done) }()
	together(t, movers, func(i int) error {
		for n := range each {
			from, to := fmt.Sprintf("a%d", (i+n)%accounts), fmt.Sprintf("a%d", (i+3*n+1)%accounts)
			if err := s.Do(t.Context(), move(t, from, to, int64(n+1))); err != nil {
				return fmt.Errorf("move %d: %w", n, err)
			}
		}
		return nil
	})
	close(done)
	if err := <-reader; err != nil {
		t.Error(err)
	}
	if err := addUp(t, s, accounts*points, nil); err != nil {
		t.Error(err)
	}
}

func move(t *testing.T, from, to string, n int64) func(tx store.Tx) error {
	add := func(n int64) func(*counter) error {
		return func(c *counter) error {
			c.N += n
			return nil
		}
	}
	return func(tx store.Tx) error {
		if _, err := counters.Update(t.Context(), tx, from, add(-n)); err != nil {
			return err
		}
		_, err := counters.Update(t.Context(), tx, to, add(n))
		return err
	}
}

// addUp checks that what all accounts hold is the total; with a channel, until
// it is closed, and only where a Do is truly one write.
func addUp(t *testing.T, s store.Store, want int64, done chan struct{}) error {
	sum := func(tx store.Tx) (sum int64, err error) {
		docs, err := counters.Find(t.Context(), tx, store.Query{})
		for _, doc := range docs {
			sum += doc.N
		}
		return sum, err
	}
	for {
		got, err := store.Result(t.Context(), s, sum)
		if err != nil {
			return err
		}
		if got != want && (s.Transactional() || done == nil) {
			return fmt.Errorf("the accounts hold %d, want %d", got, want)
		}
		if done == nil {
			return nil
		}
		select {
		case <-done:
			return nil
		default:
		}
	}
}

package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"veche/store"
)

var transactions = []ability{
	{"keeps all that was written", keepsAll},
	{"hands its error back and keeps nothing", keepsNothing},
	{"sees its own writes", seesOwnWrites},
	{"goes on after what it can live with", goesOn},
	{"hands ErrExists back", handsExistsBack},
	{"answers through Result", answersResult},
	{"tells once, after the writes are kept", tellsOnce},
	{"tells nobody of what was not kept", tellsNobody},
	{"may write nothing", writesNothing},
	{"survives a panic", survivesPanic},
	{"shows nobody what is not kept yet", showsNobody},
	{"counts without a gap", countsWithoutGap},
	{"moves without loss", movesWithoutLoss},
}

type entry struct {
	ID     string `bson:"_id"`
	Stream string `bson:"stream"`
	Seq    int64  `bson:"seq"`
}

var entries = store.Define[entry]("entries", store.UniqueOn("stream", "seq"))

func logbook(t *testing.T, s store.Store) {
	t.Helper()
	ensure(t, s, counters.Spec(), entries.Spec())
}

func do(t *testing.T, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	if err := s.Do(t.Context(), fn); err != nil {
		t.Fatalf("do: %v", err)
	}
}

// write takes the next number of a stream and puts an entry there.
func write(ctx context.Context, on store.Ops, stream, id string) error {
	seq, err := counters.Inc(ctx, on, stream, "n", 1)
	if err != nil {
		return fmt.Errorf("take a number: %w", err)
	}
	if err := entries.Insert(ctx, on, &entry{ID: id, Stream: stream, Seq: seq}); err != nil {
		return fmt.Errorf("put an entry: %w", err)
	}
	return nil
}

func stream(name string) store.Query {
	return store.Query{Where: []store.Cond{store.Eq("stream", name)}, Sort: []string{"seq"}}
}

func keepsAll(t *testing.T, s store.Store) {
	logbook(t, s)
	insert(t, s, counters, counter{ID: "gone"}, counter{ID: "changed"})
	do(t, s, func(tx store.Tx) error {
		_, err := counters.Update(t.Context(), tx, "changed", func(c *counter) error {
			c.Name = "new"
			return nil
		})
		return errors.Join(err, counters.Delete(t.Context(), tx, "gone"), write(t.Context(), tx, "s", "e1"), write(t.Context(), tx, "s", "e2"))
	})
	wantFound(t, s, entries, stream("s"), "e1", "e2")
	wantFound(t, s, counters, store.Query{}, "changed", "s")
	same(t, "the name", get(t, s, counters, "changed").Name, "new")
	same(t, "the number", get(t, s, counters, "s").N, int64(2))
}

func keepsNothing(t *testing.T, s store.Store) {
	logbook(t, s)
	was := counter{ID: "kept", N: 7, Name: "old"}
	insert(t, s, counters, was, counter{ID: "s", N: 1})
	sentinel := errors.New("changed my mind")
	err := s.Do(t.Context(), func(tx store.Tx) error {
		_, err := counters.Update(t.Context(), tx, "kept", func(c *counter) error {
			c.N, c.Name = 8, "new"
			return nil
		})
		if err := errors.Join(err, write(t.Context(), tx, "s", "e1"), write(t.Context(), tx, "new", "e2")); err != nil {
			return err
		}
		if err := counters.Delete(t.Context(), tx, "kept"); err != nil {
			return err
		}
		return sentinel
	})
	if err != sentinel { // the same error, not one around it
		t.Errorf("got %v, want the error as it was", err)
	}
	if !s.Transactional() {
		return
	}
	same(t, "the document", get(t, s, counters, "kept"), was)
	same(t, "the counter", get(t, s, counters, "s").N, int64(1))
	wantFound(t, s, counters, where(store.Eq("n", 7)), "kept")
	wantFound(t, s, counters, where(store.Eq("n", 8)))
	wantFound(t, s, counters, store.Query{}, "kept", "s")
	wantFound(t, s, entries, store.Query{})
	do(t, s, func(tx store.Tx) error { return write(t.Context(), tx, "new", "e2") })
	same(t, "a number given back", get(t, s, counters, "new").N, int64(1))
}

func seesOwnWrites(t *testing.T, s store.Store) {
	logbook(t, s)
	insert(t, s, counters, counter{ID: "a", N: 1}, counter{ID: "b", N: 2})
	all := store.Query{Sort: []string{"n"}}
	do(t, s, func(tx store.Tx) error {
		insert(t, tx, counters, counter{ID: "c", N: 3})
		wantFound(t, tx, counters, all, "a", "b", "c")
		same(t, "what was inserted", get(t, tx, counters, "c"), counter{ID: "c", N: 3})
		_, err := counters.Update(t.Context(), tx, "a", func(c *counter) error {
			c.N = 9
			return nil
		})
		same(t, "what was updated", get(t, tx, counters, "a").N, int64(9))
		wantFound(t, tx, counters, all, "b", "c", "a")
		wantFound(t, tx, counters, where(store.Eq("n", 1)))
		wantInc(t, tx, "b", "n", 5, 7)
		wantInc(t, tx, "b", "n", 5, 12)
		wantInc(t, tx, "made", "n", 1, 1)
		wantFound(t, tx, counters, all, "made", "c", "a", "b")
		if err := errors.Join(err, counters.Delete(t.Context(), tx, "c")); err != nil {
			return err
		}
		if _, err := counters.Get(t.Context(), tx, "c"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get what was deleted: got %v, want ErrNotFound", err)
		}
		wantFound(t, tx, counters, all, "made", "a", "b")
		some, err := counters.GetMany(t.Context(), tx, []string{"a", "b", "c", "made"})
		same(t, "how many of four are there", len(some), 3)
		if a := some["a"]; a == nil || a.N != 9 {
			t.Errorf("among many: got %+v, want n 9", a)
		}
		insert(t, tx, counters, counter{ID: "c", N: 0})
		return err
	})
	wantFound(t, s, counters, all, "c", "made", "a", "b")
}

// goesOn takes what callers do: they insert, and take ErrExists for an answer.
func goesOn(t *testing.T, s store.Store) {
	logbook(t, s)
	insert(t, s, entries, entry{ID: "e1", Stream: "s", Seq: 1}, entry{ID: "e2", Stream: "s", Seq: 2})
	do(t, s, func(tx store.Tx) error {
		wantExists(t, "a taken id", entries.Insert(t.Context(), tx, &entry{ID: "e1", Stream: "s", Seq: 3}))
		wantExists(t, "a taken value", entries.Insert(t.Context(), tx, &entry{ID: "e3", Stream: "s", Seq: 2}))
		insert(t, tx, entries, entry{ID: "e4", Stream: "s", Seq: 4})
		wantExists(t, "its own", entries.Insert(t.Context(), tx, &entry{ID: "e4", Stream: "s", Seq: 5}))
		_, err := entries.Update(t.Context(), tx, "e2", func(e *entry) error {
			e.Seq = 1
			return nil
		})
		wantExists(t, "an update to a taken value", err)
		if _, err := entries.Get(t.Context(), tx, "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get: got %v, want ErrNotFound", err)
		}
		if err := entries.Delete(t.Context(), tx, "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("delete: got %v, want ErrNotFound", err)
		}
		return write(t.Context(), tx, "other", "e5")
	})
	wantFound(t, s, entries, stream("s"), "e1", "e2", "e4")
	wantFound(t, s, entries, stream("other"), "e5")
}

func handsExistsBack(t *testing.T, s store.Store) {
	logbook(t, s)
	insert(t, s, entries, entry{ID: "e1", Stream: "s", Seq: 1})
	err := s.Do(t.Context(), func(tx store.Tx) error {
		if err := write(t.Context(), tx, "other", "e2"); err != nil {
			return err
		}
		return entries.Insert(t.Context(), tx, &entry{ID: "e3", Stream: "s", Seq: 1})
	})
	wantExists(t, "do", err)
	if s.Transactional() {
		wantFound(t, s, entries, store.Query{}, "e1")
	}
}

func answersResult(t *testing.T, s store.Store) {
	logbook(t, s)
	next := func(tx store.Tx) (int64, error) { return counters.Inc(t.Context(), tx, "s", "n", 1) }
	for want := range int64(2) {
		if got, err := store.Result(t.Context(), s, next); err != nil || got != want+1 {
			t.Errorf("got %d, %v, want %d", got, err, want+1)
		}
	}
	giveUp := errors.New("give up")
	got, err := store.Result(t.Context(), s, func(store.Tx) (int64, error) { return 5, giveUp })
	if got != 0 || err != giveUp { // the same error, not one around it
		t.Errorf("got %d and %v, want the error as it was, and nothing", got, err)
	}
}

func writesNothing(t *testing.T, s store.Store) {
	logbook(t, s)
	do(t, s, func(store.Tx) error { return nil })
	do(t, s, func(tx store.Tx) error {
		wantFound(t, tx, entries, store.Query{})
		return nil
	})
}

func survivesPanic(t *testing.T, s store.Store) {
	logbook(t, s)
	told := false
	err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return s.Do(t.Context(), func(tx store.Tx) error {
			tx.OnCommit(func() { told = true })
			if err := write(t.Context(), tx, "s", "e1"); err != nil {
				return err
			}
			panic("on purpose")
		})
	}()
	if err == nil || told {
		t.Errorf("got %v and told %t, want a panic or an error, and nobody told", err, told)
	}
	if s.Transactional() {
		wantFound(t, s, entries, store.Query{})
	}
	do(t, s, func(tx store.Tx) error { return write(t.Context(), tx, "after", "e2") })
	wantFound(t, s, entries, stream("after"), "e2")
}

// showsNobody reads from outside while a Do that will fail is at work. The read
// may wait for it, or see what was before.
func showsNobody(t *testing.T, s store.Store) {
	if !s.Transactional() {
		return
	}
	logbook(t, s)
	insert(t, s, counters, counter{ID: "a", N: 1})
	read := make(chan error, 1)
	err := s.Do(t.Context(), func(tx store.Tx) error {
		if _, err := counters.Inc(t.Context(), tx, "a", "n", 1); err != nil {
			return err
		}
		go func() {
			c, err := counters.Get(t.Context(), s, "a")
			if err == nil && c.N != 1 {
				err = fmt.Errorf("saw %d", c.N)
			}
			read <- err
		}()
		time.Sleep(20 * time.Millisecond)
		return errors.New("give up")
	})
	if err == nil {
		t.Error("the error was lost")
	}
	if err := <-read; err != nil {
		t.Error(err)
	}
}

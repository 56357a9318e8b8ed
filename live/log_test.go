package live_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// open makes a log over a store of its own; now may be moved by the test.
func open(t *testing.T, o live.Options) (*live.Log, store.Store) {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if o.Poll == 0 {
		o.Poll = -1
	}
	l, err := live.Open(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return l, s
}

func appendTo(t *testing.T, l *live.Log, s store.Store, stream live.Stream, abouts ...string) {
	t.Helper()
	err := s.Do(context.Background(), func(tx store.Tx) error {
		for _, about := range abouts {
			if err := l.Append(context.Background(), tx, live.Event{Stream: stream, Kind: "said", About: []string{about}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// take reads n entries behind the position.
func take(t *testing.T, l *live.Log, stream live.Stream, after int64, n int) []string {
	t.Helper()
	var got []string
	for e, err := range follow(t.Context(), l, stream, after) {
		if err != nil {
			t.Fatal(err)
		}
		if want := after + int64(len(got)) + 1; e.Seq != want {
			t.Fatalf("entry %d came where %d belongs", e.Seq, want)
		}
		if got = append(got, e.About[0]); len(got) == n {
			break
		}
	}
	return got
}

func TestFollowReplaysAndGoesLive(t *testing.T) {
	l, s := open(t, live.Options{})
	const writers, each = 8, 100
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				appendTo(t, l, s, "topic:a", fmt.Sprintf("%d/%d", w, i))
			}
		})
	}
	// Readers start at random places while the writers write.
	for r := range 8 {
		all.Go(func() {
			after := int64(r * 20)
			for { // a reader may be ahead of the log yet
				if _, err := first(follow(t.Context(), l, "topic:a", after)); !errors.Is(err, live.ErrGone) {
					break
				}
				time.Sleep(time.Millisecond)
			}
			got := take(t, l, "topic:a", after, writers*each-int(after))
			inOrder(t, got)
		})
	}
	all.Wait()
	if n := l.Hub().Watched(); n != 0 {
		t.Errorf("%d streams are watched by nobody", n)
	}
}

func first(entries func(func(*live.Entry, error) bool)) (e *live.Entry, err error) {
	entries(func(found *live.Entry, failed error) bool {
		e, err = found, failed
		return false
	})
	return e, err
}

// inOrder wants each writer's entries in the order in which it wrote them.
func inOrder(t *testing.T, got []string) {
	t.Helper()
	last := map[int]int{}
	for _, about := range got {
		var w, i int
		if _, err := fmt.Sscanf(about, "%d/%d", &w, &i); err != nil {
			t.Error(err)
		}
		if before, ok := last[w]; ok && i != before+1 {
			t.Errorf("writer %d: %d came after %d", w, i, before)
		}
		last[w] = i
	}
}

func TestSlowReaderGetsAll(t *testing.T) {
	l, s := open(t, live.Options{})
	appendTo(t, l, s, "topic:a", "0")
	reading, stop := context.WithCancel(t.Context())
	defer stop()
	n := 0
	for e, err := range follow(reading, l, "topic:a", 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.About[0] != fmt.Sprint(n) {
			t.Fatalf("entry %s came where %d belongs", e.About[0], n)
		}
		if n == 0 { // far more than is kept in memory, while the reader sleeps
			for i := range 30 {
				var hundred []string
				for j := range 100 {
					hundred = append(hundred, fmt.Sprint(100*i+j+1))
				}
				appendTo(t, l, s, "topic:a", hundred...)
			}
		}
		if n++; n == 3001 {
			break
		}
	}
}

func TestCanceledReaderEnds(t *testing.T) {
	l, _ := open(t, live.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for _, err := range follow(ctx, l, "topic:none", 0) {
		t.Errorf("an entry of nothing, or %v", err)
	}
}

func TestAbandonedDeedLeavesNoEntry(t *testing.T) {
	l, s := open(t, live.Options{})
	appendTo(t, l, s, "topic:a", "kept")
	failed := errors.New("no")
	err := s.Do(t.Context(), func(tx store.Tx) error {
		if err := l.Append(t.Context(), tx, live.Event{Stream: "topic:a", Kind: "said", About: []string{"dropped"}}); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	appendTo(t, l, s, "topic:a", "kept too")
	if diff := cmp.Diff([]string{"kept", "kept too"}, take(t, l, "topic:a", 0, 2)); diff != "" {
		t.Error(diff)
	}
}

func TestPositionsOutsideTheLog(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	l, s := open(t, live.Options{Retention: time.Hour, Now: func() time.Time { return now }})
	for i := range 10 {
		appendTo(t, l, s, "topic:a", fmt.Sprint(i))
		now = now.Add(10 * time.Minute)
	}
	if _, err := first(follow(t.Context(), l, "topic:a", 11)); !errors.Is(err, live.ErrGone) {
		t.Errorf("a position of the future: %v", err)
	}
	n, err := l.Prune(t.Context())
	if err != nil || n != 4 {
		t.Fatalf("pruned %d, %v; 4 entries are older than an hour", n, err)
	}
	if _, err := first(follow(t.Context(), l, "topic:a", 3)); !errors.Is(err, live.ErrGone) {
		t.Errorf("a position that was pruned: %v", err)
	}
	if diff := cmp.Diff([]string{"4", "5", "6", "7", "8", "9"}, take(t, l, "topic:a", 4, 6)); diff != "" {
		t.Error(diff)
	}
}

func TestPruneWaitsForConsumers(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	l, s := open(t, live.Options{Retention: time.Hour, Now: func() time.Time { return now }})
	appendTo(t, l, s, "topic:a", "old")
	now = now.Add(2 * time.Hour)
	if n, err := l.Prune(t.Context(), "slow"); n != 0 || err != nil {
		t.Errorf("pruned %d before the consumer saw it, %v", n, err)
	}
	if _, err := l.CatchUp(t.Context(), live.Consumer{Name: "slow", Handle: nothing}); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Prune(t.Context(), "slow"); n != 1 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
}

func nothing(context.Context, store.Tx, []*live.Entry) error { return nil }

func TestMoment(t *testing.T) {
	l, s := open(t, live.Options{})
	streams := []live.Stream{"topic:a", "topic:b", "space:c", "topic:d"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		appendTo(t, l, s, streams[r.IntN(3)], "x")
	}
	m, err := l.Moment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	then, err := l.PositionsAt(t.Context(), m, streams)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		appendTo(t, l, s, streams[r.IntN(4)], "y")
	}
	later, err := l.PositionsAt(t.Context(), m, streams)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(then, later); diff != "" {
		t.Errorf("the same moment moved: %s", diff)
	}
	if then["topic:a"]+then["topic:b"]+then["space:c"] != 60 || then["topic:d"] != 0 {
		t.Errorf("positions %v do not add up to 60", then)
	}
}

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/store"
)

type note struct {
	ID   string   `bson:"_id"`
	Slug string   `bson:"slug"`
	N    int64    `bson:"n"`
	Tags []string `bson:"tags,omitempty"`
}

var (
	notes = store.Define[note]("notes", store.On("n"), store.MultiOn("tags", "n"))
	slugs = store.Define[note]("slugs", store.UniqueOn("slug"))
)

var errMine = errors.New("mine")

// inOneCommit runs the calls together and answers how each ended.
func inOneCommit(t *testing.T, e *Engine, calls ...func(store.Tx) error) []error {
	t.Helper()
	hold, held := make(chan struct{}), make(chan struct{})
	results := make([]error, len(calls))
	var all sync.WaitGroup
	all.Go(func() {
		var once sync.Once
		_ = e.Do(t.Context(), func(store.Tx) error { once.Do(func() { close(held) }); <-hold; return nil })
	})
	<-held
	for i, call := range calls {
		before := len(e.writer.jobs)
		all.Go(func() { results[i] = e.Do(context.Background(), call) })
		for len(e.writer.jobs) == before { // in this order
		}
	}
	close(hold)
	all.Wait()
	return results
}

// all answers every note as the index, the ids and the file have them.
func all(t *testing.T, e *Engine, of store.Collection[note], sort string) map[string]int64 {
	t.Helper()
	found, err := of.Find(t.Context(), e, store.Query{Sort: []string{sort}})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, n := range found {
		out[n.ID] = n.N
	}
	return out
}

// TestCallsOfOneCommit mixes calls whose writes wait for the commit with such
// as need them in the file at once, and with such as fail.
func TestCallsOfOneCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "veche.db")
	e, err := Open(path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if err := e.Ensure(ctx, notes.Spec(), slugs.Spec()); err != nil {
		t.Fatal(err)
	}
	count := func(tx store.Tx) error { _, err := notes.Inc(ctx, tx, "sum", "n", 1); return err }
	find := func(tx store.Tx, want int) error {
		found, err := notes.Find(ctx, tx, store.Query{Where: []store.Cond{store.Between("n", 0, nil)}, Sort: []string{"n"}})
		if err == nil && len(found) != want {
			err = fmt.Errorf("found %d notes, want %d", len(found), want)
		}
		return err
	}
	results := inOneCommit(t, e,
		count,
		func(tx store.Tx) error { return notes.Insert(ctx, tx, &note{ID: "a", N: 5, Tags: []string{"x"}}) },
		func(tx store.Tx) error { // sees those before, keeps nothing
			return errors.Join(count(tx), find(tx, 2), notes.Delete(ctx, tx, "a"), find(tx, 1), count(tx), errMine)
		},
		count,
		func(tx store.Tx) error { return errors.Join(count(tx), notes.Insert(ctx, tx, &note{ID: "a"})) },
		func(tx store.Tx) error {
			return errors.Join(count(tx), slugs.Insert(ctx, tx, &note{ID: "s", Slug: "s"}), find(tx, 2), count(tx))
		},
		func(tx store.Tx) error {
			return errors.Join(slugs.Insert(ctx, tx, &note{ID: "t", Slug: "s"}), count(tx))
		},
		func(tx store.Tx) error {
			return errors.Join(notes.Delete(ctx, tx, "a"), notes.Insert(ctx, tx, &note{ID: "a", N: 7, Tags: []string{"y"}}), count(tx))
		},
		func(tx store.Tx) error { panic("on purpose") },
		func(tx store.Tx) error { return find(tx, 2) },
	)
	for i, want := range []error{nil, nil, errMine, nil, store.ErrExists, nil, store.ErrExists, nil, nil, nil} {
		if i != 8 && !errors.Is(results[i], want) {
			t.Errorf("call %d ended with %v, want %v", i, results[i], want)
		}
	}
	if results[8] == nil {
		t.Error("a panic was taken for success")
	}
	want := map[string]int64{"sum": 5, "a": 7}
	for range 2 { // in memory, then from the file
		if diff := cmp.Diff(want, all(t, e, notes, "n")); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int64{"s": 0}, all(t, e, slugs, "slug")); diff != "" {
			t.Errorf("slugs (-want +got):\n%s", diff)
		}
		for tag, want := range map[string]int{"x": 0, "y": 1} {
			n, err := notes.Count(ctx, e, store.Query{Where: []store.Cond{store.Eq("tags", tag)}, Sort: []string{"n"}})
			if err != nil || n != want {
				t.Errorf("%d notes with the tag %s, %v; want %d", n, tag, err, want)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if e, err = Open(path, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCommitThatFails: nobody in it is told that it was kept, what ran on top
// of it meanwhile runs again, and the store goes on.
func TestCommitThatFails(t *testing.T) {
	e := open(t, filepath.Join(t.TempDir(), "veche.db"))
	ctx := t.Context()
	if err := e.Ensure(ctx, notes.Spec()); err != nil {
		t.Fatal(err)
	}
	count := func(tx store.Tx) error { _, err := notes.Inc(ctx, tx, "sum", "n", 1); return err }
	if err := e.Do(ctx, count); err != nil {
		t.Fatal(err)
	}
	told := false
	for range 20 {
		var beside sync.WaitGroup
		var once sync.Once // calls may run again
		results := inOneCommit(t, e,
			func(tx store.Tx) error { tx.OnCommit(func() { told = true }); return count(tx) },
			func(x store.Tx) error {
				once.Do(func() {
					beside.Go(func() {
						for e.Do(ctx, count) != nil { // it may have come into the same commit
						}
					})
				})
				if err := x.(*tx).goThrough(); err != nil {
					return err
				}
				return x.(*tx).exec(`DROP TABLE notes`)
			},
			count,
		)
		beside.Wait()
		for i, err := range results {
			if err == nil {
				t.Errorf("call %d was told that it is kept", i)
			}
		}
	}
	if want := map[string]int64{"sum": 21}; told || !cmp.Equal(want, all(t, e, notes, "n")) {
		t.Errorf("told %v, notes %v, want %v", told, all(t, e, notes, "n"), want)
	}
}

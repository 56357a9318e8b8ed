package storetest

import (
	"errors"
	"testing"
	"time"

	"veche/store"
)

// RunDurable checks what must outlive a store: place makes an empty place for
// documents each time it is called, and the function it answers opens a store
// there, as often as need be, one after the other.
func RunDurable(t *testing.T, place func(t *testing.T) (open func() store.Store)) {
	for _, d := range []struct {
		name  string
		check func(t *testing.T, open func() store.Store)
	}{
		{"documents and indexes are there again", thereAgain},
		{"new indexes cover the old documents", coverOld},
		{"Close waits for what is under way", closeWaits},
		{"nothing is done after Close", nothingAfterClose},
	} {
		t.Run(d.name, func(t *testing.T) { d.check(t, place(t)) })
	}
}

func shut(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
}

func thereAgain(t *testing.T, open func() store.Store) {
	s := open()
	logbook(t, s)
	ensure(t, s, articles.Spec())
	insert(t, s, articles, article{ID: "a", Labels: []word{"x"}, At: time.UnixMilli(5).UTC()})
	do(t, s, func(tx store.Tx) error { return write(t.Context(), tx, "s", "e1") })
	if err := s.Do(t.Context(), func(store.Tx) error { return errors.New("give up") }); err == nil {
		t.Error("the error was lost")
	}
	shut(t, s)

	s = open()
	defer shut(t, s)
	logbook(t, s)
	ensure(t, s, articles.Spec())
	same(t, "the document", get(t, s, articles, "a"), article{ID: "a", Labels: []word{"x"}, At: time.UnixMilli(5).UTC()})
	wantFound(t, s, articles, where(store.Eq("labels", "x")), "a")
	wantExists(t, "insert", entries.Insert(t.Context(), s, &entry{ID: "e2", Stream: "s", Seq: 1}))
	do(t, s, func(tx store.Tx) error { return write(t.Context(), tx, "s", "e2") })
	wantFound(t, s, entries, stream("s"), "e1", "e2")
}

func coverOld(t *testing.T, open func() store.Store) {
	s := open()
	ensure(t, s, youngCards.Spec())
	insert(t, s, youngCards, card{ID: "a", Rank: 2, Tags: []string{"x"}}, card{ID: "b", Rank: 1, Tags: []string{"x"}})
	shut(t, s)

	s = open()
	ensure(t, s, grownCards.Spec())
	byTag := store.Query{Where: []store.Cond{store.Eq("tags", "x")}, Sort: []string{"rank"}}
	wantFound(t, s, grownCards, byTag, "b", "a")
	wantExists(t, "insert", grownCards.Insert(t.Context(), s, &card{ID: "c", Rank: 1}))
	shut(t, s)

	s = open()
	defer shut(t, s)
	ensure(t, s, youngCards.Spec()) // an older server for a while
	insert(t, s, youngCards, card{ID: "c", Rank: 3, Tags: []string{"x"}})
	ensure(t, s, grownCards.Spec())
	wantFound(t, s, grownCards, byTag, "b", "a", "c")
}

func closeWaits(t *testing.T, open func() store.Store) {
	s := open()
	logbook(t, s)
	started, done := make(chan struct{}), make(chan error, 1)
	go func() {
		var once bool
		done <- s.Do(t.Context(), func(tx store.Tx) error {
			if !once {
				once = true
				close(started)
			}
			time.Sleep(50 * time.Millisecond)
			return write(t.Context(), tx, "s", "e1")
		})
	}()
	<-started
	shut(t, s)
	if err := <-done; err != nil {
		t.Errorf("what was under way: %v", err)
	}
	s = open()
	defer shut(t, s)
	logbook(t, s)
	wantFound(t, s, entries, stream("s"), "e1")
}

func nothingAfterClose(t *testing.T, open func() store.Store) {
	s := open()
	logbook(t, s)
	shut(t, s)
	if err := entries.Insert(t.Context(), s, &entry{ID: "late"}); err == nil {
		t.Error("a closed store took a document")
	}
	if err := s.Do(t.Context(), func(tx store.Tx) error { return write(t.Context(), tx, "s", "late") }); err == nil {
		t.Error("a closed store did a transaction")
	}
	s = open()
	defer shut(t, s)
	logbook(t, s)
	wantFound(t, s, entries, store.Query{})
}

package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"veche/store"
)

var updates = []ability{
	{"answers what it kept", answersWhatItKept},
	{"hands its error back and keeps nothing", handsErrorBack},
	{"shows nobody a change that failed", hidesFailedChange},
	{"may change nothing", changesNothing},
	{"moves the document in every index", movesInIndexes},
	{"does not change the id", keepsID},
	{"loses nothing to another update", losesNoUpdate},
	{"loses nothing to an increment", losesNoIncrement},
}

type card struct {
	ID    string    `bson:"_id"`
	Place string    `bson:"place"`
	Rank  int64     `bson:"rank"`
	Other int64     `bson:"other"`
	At    time.Time `bson:"at"`
	Tags  []string  `bson:"tags,omitempty"`
}

var cards = store.Define[card]("cards", store.On("place", "rank"), store.MultiOn("tags", "rank"))

func answersWhatItKept(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	insert(t, s, cards, card{ID: "a", Place: "here", Rank: 1})
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_912_345, time.FixedZone("", 3600))
	answered, err := cards.Update(t.Context(), s, "a", func(c *card) error {
		c.Rank, c.At, c.Tags = 2, at, []string{"x"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := card{ID: "a", Place: "here", Rank: 2, At: at.UTC().Truncate(time.Millisecond), Tags: []string{"x"}}
	same(t, "answered", *answered, want)
	same(t, "kept", get(t, s, cards, "a"), want)
}

func handsErrorBack(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	was := card{ID: "a", Place: "here", Rank: 1}
	insert(t, s, cards, was)
	sentinel := errors.New("changed my mind")
	answered, err := cards.Update(t.Context(), s, "a", func(c *card) error {
		c.Rank = 2
		return sentinel
	})
	if err != sentinel || answered != nil { // the same error, not one around it
		t.Errorf("got %v and %v, want the error as it was", answered, err)
	}
	same(t, "kept", get(t, s, cards, "a"), was)
}

// hidesFailedChange looks for a change that leaks through a shared slice.
func hidesFailedChange(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	was := card{ID: "a", Tags: []string{"x", "y"}}
	insert(t, s, cards, was)
	before := get(t, s, cards, "a")
	_, err := cards.Update(t.Context(), s, "a", func(c *card) error {
		c.Tags[0] = "leaked"
		return errors.New("no")
	})
	if err == nil {
		t.Error("the error was lost")
	}
	same(t, "what was read before", before.Tags, was.Tags)
	same(t, "what is read after", get(t, s, cards, "a").Tags, was.Tags)
	wantFound(t, s, cards, store.Query{Where: []store.Cond{store.Eq("tags", "leaked")}, Sort: []string{"rank"}})
}

func changesNothing(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	was := card{ID: "a", Place: "here", Rank: 1, At: time.UnixMilli(1).UTC(), Tags: []string{"x"}}
	insert(t, s, cards, was)
	answered, err := cards.Update(t.Context(), s, "a", func(*card) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	same(t, "answered", *answered, was)
	same(t, "kept", get(t, s, cards, "a"), was)
}

func movesInIndexes(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	insert(t, s, cards, card{ID: "a", Place: "old", Rank: 1, Tags: []string{"x", "y"}})
	_, err := cards.Update(t.Context(), s, "a", func(c *card) error {
		c.Place, c.Tags = "new", []string{"y", "z"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, look := range []struct {
		field, value string
		want         []string
	}{
		{"place", "old", nil},
		{"place", "new", []string{"a"}},
		{"tags", "x", nil},
		{"tags", "y", []string{"a"}},
		{"tags", "z", []string{"a"}},
	} {
		q := store.Query{Where: []store.Cond{store.Eq(look.field, look.value)}, Sort: []string{"rank"}}
		wantFound(t, s, cards, q, look.want...)
	}
}

func keepsID(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	insert(t, s, cards, card{ID: "a"})
	_, err := cards.Update(t.Context(), s, "a", func(c *card) error {
		c.ID = "b"
		return nil
	})
	if err == nil {
		t.Error("the id was changed")
	}
	wantFound(t, s, cards, store.Query{}, "a")
}

// together runs the deed n times at once, and fails with the first error.
func together(t *testing.T, n int, deed func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := deed(i); err != nil {
				t.Errorf("number %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// The crowd that changes one document at the same time.
const (
	crowd = 16
	times = 25
)

func addOne(t *testing.T, s store.Store, id string) error {
	_, err := cards.Update(t.Context(), s, id, func(c *card) error {
		c.Rank++
		return nil
	})
	return err
}

func losesNoUpdate(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	insert(t, s, cards, card{ID: "a", Place: "here"})
	together(t, crowd, func(i int) error {
		for range times {
			if err := addOne(t, s, "a"); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "the sum", get(t, s, cards, "a").Rank, int64(crowd*times))
	wantFound(t, s, cards, where(store.Eq("place", "here"), store.Eq("rank", crowd*times)), "a")
}

func losesNoIncrement(t *testing.T, s store.Store) {
	ensure(t, s, cards.Spec())
	insert(t, s, cards, card{ID: "a"})
	const each = 10
	together(t, 8, func(i int) error {
		for range each {
			if i%2 == 0 {
				if err := addOne(t, s, "a"); err != nil {
					return fmt.Errorf("update: %w", err)
				}
			} else if _, err := cards.Inc(t.Context(), s, "a", "other", 1); err != nil {
				return fmt.Errorf("increment: %w", err)
			}
		}
		return nil
	})
	got := get(t, s, cards, "a")
	same(t, "the sums", []int64{got.Rank, got.Other}, []int64{4 * each, 4 * each})
}

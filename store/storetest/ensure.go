package storetest

import (
	"fmt"
	"testing"

	"veche/store"
)

var preparations = []ability{
	{"may be said again", ensureAgain},
	{"may be said by many at once", ensureAtOnce},
	{"indexes what is there already", ensureIndexes},
	{"refuses a unique index over equal values", ensureRefuses},
	{"lifts a unique index that is no longer declared", ensureLifts},
	{"lays documents together in another way", ensureNear},
	{"takes a collection without indexes", ensureBare},
}

func ensureAgain(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x", Tags: []string{"t"}})
	ensure(t, s, seats.Spec(), seats.Spec())
	ensure(t, s)
	wantFound(t, s, seats, where(store.Eq("hall", "x")), "a")
	wantFound(t, s, seats, where(store.Eq("tags", "t")), "a")
	wantExists(t, "insert", seats.Insert(t.Context(), s, &seat{ID: "b", Hall: "x"}))
}

func ensureAtOnce(t *testing.T, s store.Store) {
	together(t, 4, func(int) error { return s.Ensure(t.Context(), seats.Spec(), cards.Spec()) })
	insert(t, s, seats, seat{ID: "a", Hall: "x"})
	wantFound(t, s, seats, where(store.Eq("hall", "x")), "a")
}

// The same collection as its declaration grows.
var (
	youngCards = store.Define[card]("growing", store.On("place"))
	grownCards = store.Define[card]("growing",
		store.On("place"), store.On("place", "rank"), store.UniqueOn("rank"), store.MultiOn("tags", "rank"), store.On("other"))
)

func ensureIndexes(t *testing.T, s store.Store) {
	ensure(t, s, youngCards.Spec())
	for i := range 10 {
		insert(t, s, youngCards, card{ID: fmt.Sprint(i), Place: "p", Rank: int64(9 - i), Tags: []string{"all", fmt.Sprint(i % 2)}})
	}
	ensure(t, s, grownCards.Spec())
	wantFound(t, s, grownCards, where(store.Eq("place", "p")), "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	q := store.Query{Where: []store.Cond{store.Eq("place", "p"), store.Between("rank", 2, 5)}, Sort: []string{"rank"}}
	wantFound(t, s, grownCards, q, "7", "6", "5")
	wantFound(t, s, grownCards, store.Query{Where: []store.Cond{store.Eq("tags", "1")}, Sort: []string{"rank"}}, "9", "7", "5", "3", "1")
	wantFound(t, s, grownCards, where(store.Eq("rank", 4)), "5")
	wantFound(t, s, grownCards, store.Query{Where: []store.Cond{store.Eq("other", 0)}, Limit: 1}, "0")
	wantExists(t, "insert", grownCards.Insert(t.Context(), s, &card{ID: "x", Rank: 4}))
	insert(t, s, grownCards, card{ID: "y", Place: "p", Rank: 10, Tags: []string{"1"}})
	wantFound(t, s, grownCards, store.Query{Where: []store.Cond{store.Eq("tags", "1")}, Sort: []string{"rank"}, Desc: true, Limit: 1}, "y")
}

func ensureRefuses(t *testing.T, s store.Store) {
	ensure(t, s, youngCards.Spec())
	insert(t, s, youngCards, card{ID: "a", Rank: 1}, card{ID: "b", Rank: 1})
	if err := s.Ensure(t.Context(), grownCards.Spec()); err == nil {
		t.Error("a unique index was built over equal values")
	}
	wantFound(t, s, youngCards, store.Query{}, "a", "b")
}

func ensureLifts(t *testing.T, s store.Store) {
	ensure(t, s, grownCards.Spec())
	insert(t, s, grownCards, card{ID: "a", Rank: 1})
	ensure(t, s, youngCards.Spec())
	insert(t, s, youngCards, card{ID: "b", Rank: 1}, card{ID: "c", Rank: 1})
	wantFound(t, s, youngCards, store.Query{}, "a", "b", "c")
}

// The same collection, laid together otherwise each time.
func ensureNear(t *testing.T, s store.Store) {
	var ids []string
	for i, field := range []string{"place", store.IDField, "rank", "place", ""} {
		laid := store.Define[card]("laid", store.On("place", "rank"), store.MultiOn("tags", "rank"))
		if field != "" {
			laid = laid.Near(field)
		}
		ensure(t, s, laid.Spec())
		id := fmt.Sprint(i)
		insert(t, s, laid, card{ID: id, Place: "p", Rank: int64(i), Tags: []string{"all"}})
		ids = append(ids, id)
		wantFound(t, s, laid, store.Query{}, ids...)
		wantFound(t, s, laid, store.Query{Where: []store.Cond{store.Eq("place", "p")}, Sort: []string{"rank"}}, ids...)
		wantFound(t, s, laid, store.Query{Where: []store.Cond{store.Eq("tags", "all")}, Sort: []string{"rank"}}, ids...)
		wantExists(t, "insert", laid.Insert(t.Context(), s, &card{ID: "0"}))
	}
}

func ensureBare(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	wantFound(t, s, everything, store.Query{})
	insert(t, s, everything, every{ID: "a"})
	ensure(t, s, everything.Spec())
	wantFound(t, s, everything, store.Query{}, "a")
}

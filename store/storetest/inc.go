package storetest

import (
	"errors"
	"sync"
	"testing"

	"veche/store"
)

var increments = []ability{
	{"makes the document", incMakes},
	{"adds and takes away", incAdds},
	{"leaves the rest of the document alone", incLeaves},
	{"moves the document in its indexes", incMoves},
	{"keeps to unique indexes", incUnique},
	{"counts every call once", incCounts},
}

type counter struct {
	ID   string `bson:"_id"`
	N    int64  `bson:"n"`
	M    int32  `bson:"m,omitempty"`
	Name string `bson:"name,omitempty"`
}

var counters = store.Define[counter]("counters", store.On("n")).Near(store.IDField)

func wantInc(t *testing.T, on store.Ops, id, field string, n, want int64) {
	t.Helper()
	got, err := counters.Inc(t.Context(), on, id, field, n)
	if err != nil || got != want {
		fail(t, on, "increment %s of %s by %d: got %d, %v; want %d", field, id, n, got, err, want)
	}
}

func incMakes(t *testing.T, s store.Store) {
	ensure(t, s, counters.Spec())
	wantInc(t, s, "new", "n", 3, 3)
	same(t, "what was made", get(t, s, counters, "new"), counter{ID: "new", N: 3})
	wantFound(t, s, counters, where(store.Eq("n", 3)), "new")
	if err := counters.Insert(t.Context(), s, &counter{ID: "new"}); !errors.Is(err, store.ErrExists) {
		t.Errorf("insert over it: got %v, want ErrExists", err)
	}
	wantInc(t, s, "zero", "n", 0, 0)
	same(t, "what adding nothing made", get(t, s, counters, "zero"), counter{ID: "zero"})
}

func incAdds(t *testing.T, s store.Store) {
	ensure(t, s, counters.Spec())
	wantInc(t, s, "a", "n", 10, 10)
	wantInc(t, s, "a", "n", -13, -3)
	wantInc(t, s, "a", "n", 0, -3)
	wantInc(t, s, "a", "n", 1<<40, 1<<40-3)
	same(t, "the sum", get(t, s, counters, "a").N, int64(1<<40-3))
}

func incLeaves(t *testing.T, s store.Store) {
	ensure(t, s, counters.Spec())
	insert(t, s, counters, counter{ID: "a", N: 1, Name: "kept"})
	wantInc(t, s, "a", "m", 5, 5) // absent until now
	wantInc(t, s, "a", "m", 1, 6)
	same(t, "the document", get(t, s, counters, "a"), counter{ID: "a", N: 1, M: 6, Name: "kept"})
}

func incMoves(t *testing.T, s store.Store) {
	ensure(t, s, counters.Spec())
	insert(t, s, counters, counter{ID: "a", N: 1}, counter{ID: "b", N: 2})
	wantInc(t, s, "a", "n", 2, 3)
	wantFound(t, s, counters, store.Query{Sort: []string{"n"}}, "b", "a")
	wantFound(t, s, counters, where(store.Eq("n", 1)))
	wantFound(t, s, counters, where(store.Eq("n", 3)), "a")
}

func incUnique(t *testing.T, s store.Store) {
	places := store.Define[counter]("places", store.UniqueOn("n"))
	ensure(t, s, places.Spec())
	insert(t, s, places, counter{ID: "a", N: 1}, counter{ID: "b", N: 2})
	if _, err := places.Inc(t.Context(), s, "a", "n", 1); !errors.Is(err, store.ErrExists) {
		t.Errorf("increment to a taken value: got %v, want ErrExists", err)
	}
	if _, err := places.Inc(t.Context(), s, "c", "n", 2); !errors.Is(err, store.ErrExists) {
		t.Errorf("make with a taken value: got %v, want ErrExists", err)
	}
	same(t, "the value", get(t, s, places, "a").N, int64(1))
	wantFound(t, s, places, store.Query{}, "a", "b")
}

// incCounts starts without the document, so that the first calls meet in the
// making of it.
func incCounts(t *testing.T, s store.Store) {
	ensure(t, s, counters.Spec())
	var mu sync.Mutex
	seen := map[int64]bool{}
	together(t, crowd, func(int) error {
		for range times {
			n, err := counters.Inc(t.Context(), s, "all", "n", 1)
			if err != nil {
				return err
			}
			mu.Lock()
			seen[n] = true
			mu.Unlock()
		}
		return nil
	})
	same(t, "the sum", get(t, s, counters, "all").N, int64(crowd*times))
	same(t, "how many sums were answered", len(seen), crowd*times)
}

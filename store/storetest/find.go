package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"veche/store"
)

var conditions = []ability{
	{"all, by id", findAll},
	{"by equality", findByEquality},
	{"by id", findByID},
	{"one of several, in one order", findOneOfSeveral},
	{"absent ones among several", findAbsentAmong},
	{"in a range", findInRange},
	{"ids in a range", findIDsInRange},
	{"no more than the limit", findLimited},
	{"by values of named types and by pointers", findByNamed},
	{"by times to the millisecond", findByTime},
	{"nothing that no index serves", findUnserved},
	{"no value that has no order", findUnordered},
}

type topic struct {
	ID     string    `bson:"_id"`
	Space  word      `bson:"space"`
	Pinned bool      `bson:"pinned"`
	Rank   *int64    `bson:"rank,omitempty"`
	At     time.Time `bson:"at"`
}

var topics = store.Define[topic]("topics",
	store.On("space", "rank"), store.On("space", "pinned", "at"), store.On("rank"), store.On("at"), store.On("space")).Near("space")

// seed inserts nine topics: three spaces, ranks 0 to 8 going round them.
func seed(t *testing.T, s store.Store) {
	t.Helper()
	ensure(t, s, topics.Spec())
	for i := range 9 {
		insert(t, s, topics, topic{
			ID: fmt.Sprintf("t%d", i), Space: word("abc"[i%3 : i%3+1]), Pinned: i%2 == 0,
			Rank: ptr(int64(i)), At: time.UnixMilli(int64(1000 - i)),
		})
	}
}

func findAll(t *testing.T, s store.Store) {
	seed(t, s)
	wantFound(t, s, topics, store.Query{}, "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8")
	wantFound(t, s, topics, store.Query{Desc: true, Limit: 2}, "t8", "t7")
	wantFound(t, s, topics, store.Query{After: []any{"t6"}}, "t7", "t8")
	same(t, "a whole document", *find(t, s, topics, store.Query{Limit: 1})[0], get(t, s, topics, "t0"))
}

func findByEquality(t *testing.T, s store.Store) {
	seed(t, s)
	wantFound(t, s, topics, where(store.Eq("space", "b")), "t1", "t4", "t7")
	wantFound(t, s, topics, where(store.Eq("space", "none")))
	wantFound(t, s, topics, where(store.Eq("space", "B")))
	wantFound(t, s, topics, where(store.Eq("rank", 4)), "t4")
	wantFound(t, s, topics, where(store.Eq("rank", 4.0)), "t4")
	wantFound(t, s, topics, where(store.Eq("rank", "4")))
	pinned := []store.Cond{store.Eq("pinned", true), store.Eq("space", "a")} // in another order than the index
	wantFound(t, s, topics, store.Query{Where: pinned, Sort: []string{"at"}}, "t6", "t0")
	wantFound(t, s, topics, store.Query{Where: pinned, Sort: []string{"at"}, Desc: true}, "t0", "t6")
}

func findByID(t *testing.T, s store.Store) {
	seed(t, s)
	wantFound(t, s, topics, where(store.Eq(store.IDField, "t3")), "t3")
	wantFound(t, s, topics, where(store.Eq(store.IDField, "none")))
	wantFound(t, s, topics, where(store.In(store.IDField, []string{"t5", "none", "t2"})), "t2", "t5")
	wantFound(t, s, topics, store.Query{Where: []store.Cond{store.In(store.IDField, []string{"t5", "t2"})}, Desc: true}, "t5", "t2")
}

func findOneOfSeveral(t *testing.T, s store.Store) {
	seed(t, s)
	q := store.Query{Where: []store.Cond{store.In("space", []string{"c", "a"})}, Sort: []string{"rank"}}
	wantFound(t, s, topics, q, "t0", "t2", "t3", "t5", "t6", "t8")
	q.Desc = true
	wantFound(t, s, topics, q, "t8", "t6", "t5", "t3", "t2", "t0")
	q.After, q.Limit = []any{6, "t6"}, 2
	wantFound(t, s, topics, q, "t5", "t3")
	wantFound(t, s, topics, where(store.In("space", []string{"c", "none"})), "t2", "t5", "t8")
	wantFound(t, s, topics, where(store.In("space", []string{"c", "c"})), "t2", "t5", "t8")
	wantFound(t, s, topics, where(store.In("space", []string{})))
	two := store.Query{Where: []store.Cond{store.In("space", []string{"a", "b"}), store.In("pinned", []bool{true, false})}, Sort: []string{"at"}}
	wantFound(t, s, topics, two, "t7", "t6", "t4", "t3", "t1", "t0")
	two.Where = append(two.Where, store.Between("at", time.UnixMilli(994), time.UnixMilli(999)))
	two.Desc, two.Limit = true, 3
	wantFound(t, s, topics, two, "t3", "t4", "t6")
}

func findAbsentAmong(t *testing.T, s store.Store) {
	seed(t, s)
	insert(t, s, topics, topic{ID: "u1", Space: "a"}, topic{ID: "u0", Space: "b"})
	wantFound(t, s, topics, where(store.Eq("rank", nil)), "u0", "u1")
	wantFound(t, s, topics, where(store.In("rank", []any{3, nil})), "t3", "u0", "u1")
	wantFound(t, s, topics, where(store.Eq("space", "a"), store.Eq("rank", (*int64)(nil))), "u1")
	wantFound(t, s, topics, store.Query{Sort: []string{"rank"}, Limit: 3}, "u0", "u1", "t0")
	q := store.Query{Where: []store.Cond{store.In("space", []string{"b", "a"})}, Sort: []string{"rank"}, Limit: 3}
	wantFound(t, s, topics, q, "u0", "u1", "t0")
	q.After = []any{nil, "u0"}
	wantFound(t, s, topics, q, "u1", "t0", "t1")
	q.Desc, q.After = true, []any{1, "t1"}
	wantFound(t, s, topics, q, "t0", "u1", "u0")
}

func findInRange(t *testing.T, s store.Store) {
	seed(t, s)
	insert(t, s, topics, topic{ID: "u0", Space: "a"})
	for _, r := range []struct {
		from, to any
		want     []string
	}{
		{2, 5, []string{"t2", "t3", "t4"}},
		{2.5, 4.5, []string{"t3", "t4"}},
		{6, nil, []string{"t6", "t7", "t8"}},
		{nil, 2, []string{"t0", "t1"}},
		{nil, nil, []string{"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"}},
		{(*int64)(nil), ptr(2), []string{"t0", "t1"}}, // nil, for all that it has a type
		{ptr(6), (*int64)(nil), []string{"t6", "t7", "t8"}},
		{5, 2, nil},
		{3, 3, nil},
		{"2", nil, nil},
	} {
		wantFound(t, s, topics, store.Query{Where: []store.Cond{store.Between("rank", r.from, r.to)}, Sort: []string{"rank"}}, r.want...)
	}
	q := store.Query{Where: []store.Cond{store.Eq("space", "a"), store.Between("rank", 1, nil)}, Sort: []string{"rank"}, Desc: true}
	wantFound(t, s, topics, q, "t6", "t3")
	q.After = []any{6, "t6"}
	wantFound(t, s, topics, q, "t3")
	q.Desc, q.After = false, []any{0, "t0"} // a place outside the range
	wantFound(t, s, topics, q, "t3", "t6")
}

func findIDsInRange(t *testing.T, s store.Store) {
	ensure(t, s, topics.Spec())
	for _, id := range []string{"log", "log:1", "log:10", "log:2", "log;", "lo", "Log:1", "лог:1"} {
		insert(t, s, topics, topic{ID: id})
	}
	prefix := []store.Cond{store.Between(store.IDField, "log:", "log;")}
	wantFound(t, s, topics, store.Query{Where: prefix}, "log:1", "log:10", "log:2")
	wantFound(t, s, topics, store.Query{Where: prefix, Desc: true, Limit: 2}, "log:2", "log:10")
	wantFound(t, s, topics, store.Query{Where: prefix, After: []any{"log:1"}, Limit: 1}, "log:10")
	wantFound(t, s, topics, where(store.Between(store.IDField, "log;", nil)), "log;", "лог:1")
	wantFound(t, s, topics, where(store.Between(store.IDField, nil, "log")), "Log:1", "lo")
	wantFound(t, s, topics, where(store.Between(store.IDField, nil, nil)), "Log:1", "lo", "log", "log:1", "log:10", "log:2", "log;", "лог:1")
}

func findLimited(t *testing.T, s store.Store) {
	seed(t, s)
	for limit, want := range map[int][]string{1: {"t0"}, 2: {"t0", "t3"}, 3: {"t0", "t3", "t6"}, 4: {"t0", "t3", "t6"}, 0: {"t0", "t3", "t6"}} {
		wantFound(t, s, topics, store.Query{Where: []store.Cond{store.Eq("space", "a")}, Sort: []string{"rank"}, Limit: limit}, want...)
	}
}

func findByNamed(t *testing.T, s store.Store) {
	seed(t, s)
	wantFound(t, s, topics, where(store.Eq("space", word("b"))), "t1", "t4", "t7")
	wantFound(t, s, topics, where(store.Eq("space", ptr(word("b")))), "t1", "t4", "t7")
	wantFound(t, s, topics, where(store.In("space", []word{"b", "none"})), "t1", "t4", "t7")
	wantFound(t, s, topics, where(store.Eq("rank", ptr(int32(3)))), "t3")
	wantFound(t, s, topics, store.Query{After: []any{word("t7")}}, "t8")
}

func findByTime(t *testing.T, s store.Store) {
	seed(t, s)
	within := time.UnixMilli(997).Add(400 * time.Microsecond).In(time.FixedZone("", 3600))
	wantFound(t, s, topics, where(store.Eq("at", within)), "t3")
	q := store.Query{Where: []store.Cond{store.Between("at", within, time.UnixMilli(999))}, Sort: []string{"at"}}
	wantFound(t, s, topics, q, "t3", "t2")
	q.After = []any{within, "t3"}
	wantFound(t, s, topics, q, "t2")
}

func findUnserved(t *testing.T, s store.Store) {
	seed(t, s)
	for name, q := range map[string]store.Query{
		"a field without an index":      where(store.Eq("title", "x")),
		"a sort without an index":       {Sort: []string{"pinned"}},
		"a sort in the wrong order":     {Where: []store.Cond{store.Eq("space", "a")}, Sort: []string{"at", "pinned"}},
		"a field left out":              where(store.Eq("pinned", true)),
		"a range on what is not sorted": where(store.Between("rank", 1, 2)),
		"two ranges":                    {Where: []store.Cond{store.Between("rank", 1, 2), store.Between("at", time.Now(), nil)}, Sort: []string{"rank"}},
		"an id with another sort":       {Where: []store.Cond{store.Eq(store.IDField, "t1")}, Sort: []string{"rank"}},
		"a position too short":          {Sort: []string{"rank"}, After: []any{1}},
		"a position too long":           {After: []any{1, "t1"}},
	} {
		if docs, err := topics.Find(t.Context(), s, q); !errors.Is(err, store.ErrNoIndex) || docs != nil {
			t.Errorf("find by %s: got %d documents and %v, want ErrNoIndex", name, len(docs), err)
		}
		if n, err := topics.Count(t.Context(), s, q); !errors.Is(err, store.ErrNoIndex) || n != 0 {
			t.Errorf("count by %s: got %d and %v, want ErrNoIndex", name, n, err)
		}
	}
}

func findUnordered(t *testing.T, s store.Store) {
	seed(t, s)
	for name, v := range map[string]any{"a list": []string{"a"}, "a struct": struct{}{}, "bytes": []byte("a")} {
		if _, err := topics.Find(t.Context(), s, where(store.Eq("space", v))); err == nil {
			t.Errorf("%s was taken for a value with an order", name)
		}
		if _, err := topics.Find(t.Context(), s, store.Query{After: []any{v}}); err == nil {
			t.Errorf("%s was taken for a position", name)
		}
	}
}

package storetest

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

var orders = []ability{
	{"of strings is by their bytes", orderOf(textLadder())},
	{"of numbers is by value, whole or not", orderOf(numberLadder)},
	{"of truth is false, true", orderOf([][]any{{false}, {true}})},
	{"of times is to the millisecond", orderOf(timeLadder)},
	{"of several fields has absent ones first in each", orderOfSeveral},
	{"of ids is by their bytes", orderOfIDs},
}

// valued is a document whose field v holds anything, or is absent.
type valued struct {
	ID    string `bson:"_id"`
	Group string `bson:"group"`
	V     any    `bson:"v"`
}

// missing is the V of a document without the field.
type missing struct{}

// MarshalBSON leaves the field out where it is missing, which is not the same
// to BSON as null.
func (v valued) MarshalBSON() ([]byte, error) {
	doc := bson.D{{Key: "_id", Value: v.ID}, {Key: "group", Value: v.Group}}
	if v.V != (missing{}) {
		doc = append(doc, bson.E{Key: "v", Value: v.V})
	}
	return bson.Marshal(doc)
}

var anything = store.Define[valued]("anything", store.On("group", "v"), store.On("v")).Near(store.IDField)

// A ladder holds values in ascending order; those on one rung are equal.

func textLadder() [][]any {
	texts := []string{
		"", " ", "-", "0", "00", "1", "10", "2", "A", "Ab", "B", "_", "a", "a\x00b", "aB", "aa", "b", "e\u0301",
		"é", "ä", "ß", "ё", "Ё", "Вече", "вече", "я", "中", "\ufb00", "\uff5e", "🙂", "👍🏽", "\U0010ffff",
	}
	slices.Sort(texts) // Go orders strings by their bytes
	var ladder [][]any
	for _, text := range texts {
		ladder = append(ladder, []any{text})
	}
	return ladder
}

var numberLadder = [][]any{
	{-1e300},
	{int64(math.MinInt64), float64(math.MinInt64)},
	{int64(-1 << 53), -0x1p53},
	{-10},
	{-9.5},
	{-1},
	{-math.SmallestNonzeroFloat64},
	{0, 0.0},
	{math.SmallestNonzeroFloat64},
	{0.5},
	{1, 1.0, int64(1)},
	{1.5},
	{2},
	{10, 10.0},
	{11},
	{int64(1 << 40)},
	{int64(1<<53 - 1)},
	{int64(1 << 53), 0x1p53},
	{int64(1<<53 + 1)},
	{0x1p53 + 2},
	{int64(math.MaxInt64)},
	{0x1p63},
	{1e300},
}

var timeLadder = [][]any{
	{time.Time{}},
	{time.Date(1147, 4, 4, 0, 0, 0, 0, time.UTC)},
	{time.UnixMilli(-1)},
	{time.UnixMilli(0), time.UnixMilli(0).Add(999_999)},
	{time.UnixMilli(1), time.UnixMilli(1).In(time.FixedZone("", -7200))},
	{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
	{time.Date(2026, 3, 1, 0, 0, 0, 1e6, time.UTC)},
	{time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)},
}

// orderOf tests a ladder of values, with null and absent below it: the order
// either way, from every place in it, and each comparison with each rung.
func orderOf(ladder [][]any) func(t *testing.T, s store.Store) {
	ladder = append([][]any{{nil, missing{}, nil, missing{}}}, ladder...)
	return func(t *testing.T, s store.Store) {
		ensure(t, s, anything.Spec())
		docs := climbed(ladder)
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(docs)) {
			insert(t, s, anything, docs[i])
		}
		var places []place
		for _, doc := range docs {
			places = append(places, place{doc.ID, []any{value(doc), doc.ID}})
		}
		wantOrder(t, s, anything, store.Query{Where: []store.Cond{store.Eq("group", "g")}, Sort: []string{"v"}}, places)
		wantRungs(t, s, ladder, docs)
		wantRanges(t, s, ladder, docs)
	}
}

// climbed makes a document for each value, in the order that they shall have.
func climbed(ladder [][]any) []valued {
	var docs []valued
	for rung, values := range ladder {
		for i, v := range values {
			docs = append(docs, valued{ID: fmt.Sprintf("%02d-%d", 99-rung, i), Group: "g", V: v})
		}
	}
	return docs
}

func value(doc valued) any {
	if doc.V == (missing{}) {
		return nil
	}
	return doc.V
}

func rungOf(doc valued) int {
	var rung, i int
	fmt.Sscanf(doc.ID, "%d-%d", &rung, &i)
	return 99 - rung
}

func wantRungs(t *testing.T, s store.Store, ladder [][]any, docs []valued) {
	t.Helper()
	for rung, values := range ladder {
		var want []string
		for _, doc := range docs {
			if rungOf(doc) == rung {
				want = append(want, doc.ID)
			}
		}
		for _, v := range values {
			wantIDs(t, s, anything, where(store.Eq("v", value(valued{V: v}))), want...)
		}
	}
}

// wantRanges tries ranges between all rungs not far from each other, and those
// with open sides, in which no absent value is.
func wantRanges(t *testing.T, s store.Store, ladder [][]any, docs []valued) {
	t.Helper()
	between := func(from, to int) {
		var lower, upper any
		if from > 0 {
			lower = ladder[from][0]
		}
		if to < len(ladder) {
			upper = ladder[to][0]
		}
		var want []string
		for _, doc := range docs {
			if r := rungOf(doc); r > 0 && r >= from && r < to {
				want = append(want, doc.ID)
			}
		}
		q := store.Query{Where: []store.Cond{store.Between("v", lower, upper)}, Sort: []string{"v"}}
		wantIDs(t, s, anything, q, want...)
	}
	between(0, len(ladder))
	between(1, 1)
	for from := 1; from < len(ladder); from++ {
		between(from, min(from+2, len(ladder)))
		if from%5 == 1 {
			between(from, len(ladder))
			between(0, from)
		}
	}
}

// place is where a document stands in an order.
type place struct {
	id       string
	position []any
}

// wantOrder checks an order, given ascending: whole, and from every place in
// it, both ways.
func wantOrder[T any](t *testing.T, on store.Ops, c store.Collection[T], q store.Query, places []place) {
	t.Helper()
	for _, desc := range []bool{false, true} {
		q.Desc = desc
		all := make([]string, len(places))
		for i, p := range places {
			all[i] = p.id
		}
		q.After = nil
		wantFound(t, on, c, q, all...)
		for i, p := range places {
			q.After = p.position
			wantIDs(t, on, c, q, all[i+1:]...)
		}
		places = slices.Clone(places)
		slices.Reverse(places)
	}
}

type pair struct {
	ID    string `bson:"_id"`
	Group string `bson:"group"`
	A     *int64 `bson:"a,omitempty"`
	B     *int64 `bson:"b"`
}

var pairs = store.Define[pair]("pairs", store.On("group", "a", "b"), store.On("a", "b"))

func orderOfSeveral(t *testing.T, s store.Store) {
	ensure(t, s, pairs.Spec())
	numbers := []*int64{nil, ptr[int64](-1), ptr[int64](2)}
	var docs []pair
	for i := range 18 {
		docs = append(docs, pair{ID: string(rune('a' + 17 - i)), Group: "g", A: numbers[i/6], B: numbers[i/2%3]})
	}
	slices.SortStableFunc(docs, func(x, y pair) int {
		return cmp.Or(compareAbsent(x.A, y.A), compareAbsent(x.B, y.B), cmp.Compare(x.ID, y.ID))
	})
	var places []place
	for _, doc := range docs {
		places = append(places, place{doc.ID, []any{doc.A, doc.B, doc.ID}})
	}
	for _, i := range rand.New(rand.NewPCG(3, 4)).Perm(len(docs)) {
		insert(t, s, pairs, docs[i])
	}
	wantOrder(t, s, pairs, store.Query{Sort: []string{"a", "b"}}, places)
	wantOrder(t, s, pairs, store.Query{Where: []store.Cond{store.Eq("group", "g")}, Sort: []string{"a", "b"}}, places)
	for _, a := range numbers {
		mine := slices.DeleteFunc(slices.Clone(docs), func(p pair) bool { return compareAbsent(p.A, a) != 0 })
		places = nil
		for _, doc := range mine {
			places = append(places, place{doc.ID, []any{doc.B, doc.ID}})
		}
		wantOrder(t, s, pairs, store.Query{Where: []store.Cond{store.Eq("group", "g"), store.Eq("a", a)}, Sort: []string{"b"}}, places)
	}
}

func compareAbsent(x, y *int64) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return -1
	case y == nil:
		return 1
	}
	return cmp.Compare(*x, *y)
}

func orderOfIDs(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	var places []place
	for _, rung := range textLadder() {
		if id := rung[0].(string); id != "" {
			insert(t, s, everything, every{ID: id})
			places = append(places, place{id, []any{id}})
		}
	}
	wantOrder(t, s, everything, store.Query{}, places)
	last := places[len(places)-1]
	wantFound(t, s, everything, store.Query{Sort: []string{store.IDField}, Desc: true, Limit: 1}, last.id)
}

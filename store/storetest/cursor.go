package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"veche/store"
)

var cursors = []ability{
	{"leads through all pages, either way", pagesLead},
	{"stays right while documents come and go", pagesStay},
	{"stays right when its own document is gone", pagesOutlive},
	{"leads through a list of several values", pagesOfSeveral},
	{"need not be a document's place", pagesFromAnywhere},
}

var shelf = store.Define[card]("shelf", store.On("place", "rank"), store.On("rank"))

func compareCards(a, b card) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) }

// stocked inserts n cards, several of each rank, and answers them in order.
func stocked(t *testing.T, s store.Store, n int) []card {
	t.Helper()
	ensure(t, s, shelf.Spec())
	random := rand.New(rand.NewPCG(5, uint64(n)))
	var cards []card
	for _, i := range random.Perm(n) {
		cards = append(cards, card{ID: fmt.Sprintf("c%03d", i), Place: "p", Rank: random.Int64N(int64(n) / 3)})
	}
	insert(t, s, shelf, cards...)
	slices.SortFunc(cards, compareCards)
	return cards
}

func names(cards []card) []string {
	out := []string{}
	for _, c := range cards {
		out = append(out, c.ID)
	}
	return out
}

func pagesLead(t *testing.T, s store.Store) {
	cards := stocked(t, s, 30)
	for _, q := range []store.Query{
		{Sort: []string{"rank"}, Limit: 7},
		{Where: []store.Cond{store.Eq("place", "p")}, Sort: []string{"rank"}, Limit: 4},
		{Where: []store.Cond{store.Eq("place", "p"), store.Between("rank", 0, 1000)}, Sort: []string{"rank"}, Limit: 1},
	} {
		for _, q.Desc = range []bool{false, true} {
			want := names(cards)
			if q.Desc {
				slices.Reverse(want)
			}
			got := []string{}
			for q.After = nil; ; {
				page := find(t, s, shelf, q)
				got = append(got, ids(page)...)
				if len(page) < q.Limit {
					break
				}
				last := page[len(page)-1]
				q.After = []any{last.Rank, last.ID}
			}
			same(t, "the pages of "+shown(q), got, want)
		}
	}
}

// pagesStay keeps a list beside the store and changes both at random between
// the pages, near the cursor above all.
func pagesStay(t *testing.T, s store.Store) {
	cards := stocked(t, s, 40)
	random := rand.New(rand.NewPCG(7, 8))
	for _, desc := range []bool{false, true} {
		q := store.Query{Where: []store.Cond{store.Eq("place", "p")}, Sort: []string{"rank"}, Limit: 3, Desc: desc}
		var last *card
		for round := 0; ; round++ {
			want := ahead(cards, last, desc, q.Limit)
			page := find(t, s, shelf, q)
			same(t, fmt.Sprintf("page %d", round), ids(page), names(want))
			if len(page) == 0 || t.Failed() {
				break
			}
			last = page[len(page)-1]
			q.After = []any{last.Rank, last.ID}
			if round < 30 {
				cards = disturb(t, s, random, cards, *last, fmt.Sprint(desc, round))
			}
		}
	}
}

// ahead are the next cards after the last, in the direction.
func ahead(cards []card, last *card, desc bool, limit int) []card {
	var out []card
	cards = slices.Clone(cards)
	if desc {
		slices.Reverse(cards)
	}
	for _, c := range cards {
		way := 0
		if last != nil {
			way = compareCards(c, *last)
		}
		if last == nil || !desc && way > 0 || desc && way < 0 {
			out = append(out, c)
		}
	}
	return out[:min(limit, len(out))]
}

func disturb(t *testing.T, s store.Store, random *rand.Rand, cards []card, near card, name string) []card {
	t.Helper()
	for i := range 2 {
		c := card{ID: fmt.Sprintf("%c-%s-%d", 'a'+rune(random.IntN(5)), name, i), Place: "p", Rank: near.Rank + random.Int64N(3) - 1}
		insert(t, s, shelf, c)
		cards = append(cards, c)
	}
	gone := random.IntN(len(cards))
	if err := shelf.Delete(t.Context(), s, cards[gone].ID); err != nil {
		t.Fatal(err)
	}
	cards = slices.Delete(cards, gone, gone+1)
	slices.SortFunc(cards, compareCards)
	return cards
}

func pagesOutlive(t *testing.T, s store.Store) {
	cards := stocked(t, s, 12)
	at := []any{cards[5].Rank, cards[5].ID}
	if err := shelf.Delete(t.Context(), s, cards[5].ID); err != nil {
		t.Fatal(err)
	}
	q := store.Query{Sort: []string{"rank"}, After: at}
	wantFound(t, s, shelf, q, names(cards[6:])...)
	q.Desc = true
	before := names(cards[:5])
	slices.Reverse(before)
	wantFound(t, s, shelf, q, before...)
}

func pagesOfSeveral(t *testing.T, s store.Store) {
	cards := stocked(t, s, 20)
	for i := range 10 {
		c := card{ID: fmt.Sprintf("d%03d", i), Place: "q", Rank: int64(i)}
		insert(t, s, shelf, c, card{ID: fmt.Sprintf("e%03d", i), Place: "hidden", Rank: int64(i)})
		cards = append(cards, c)
	}
	slices.SortFunc(cards, compareCards)
	var places []place
	for _, c := range cards {
		places = append(places, place{c.ID, []any{c.Rank, c.ID}})
	}
	both := store.In("place", []string{"q", "p", "none"})
	wantOrder(t, s, shelf, store.Query{Where: []store.Cond{both}, Sort: []string{"rank"}}, places)
}

func pagesFromAnywhere(t *testing.T, s store.Store) {
	ensure(t, s, shelf.Spec())
	insert(t, s, shelf, card{ID: "b", Rank: 1}, card{ID: "d", Rank: 1}, card{ID: "a", Rank: 3})
	for _, look := range []struct {
		rank     any
		id       string
		up, down []string
	}{
		{0, "z", []string{"b", "d", "a"}, nil},
		{nil, "", []string{"b", "d", "a"}, nil},
		{1, "", []string{"b", "d", "a"}, nil},
		{1, "c", []string{"d", "a"}, []string{"b"}},
		{1.5, "c", []string{"a"}, []string{"d", "b"}},
		{1, "e", []string{"a"}, []string{"d", "b"}},
		{9, "", nil, []string{"a", "d", "b"}},
	} {
		q := store.Query{Sort: []string{"rank"}, After: []any{look.rank, look.id}}
		wantFound(t, s, shelf, q, look.up...)
		q.Desc = true
		wantFound(t, s, shelf, q, look.down...)
	}
}

package storetest

import (
	"fmt"
	"testing"
	"time"

	"veche/store"
)

var multis = []ability{
	{"finds by each element", multiFinds},
	{"finds a document once, however often the element is there", multiOnce},
	{"finds absent arrays by nil", multiAbsent},
	{"orders by what follows the array", multiOrders},
	{"takes equality alone", multiEquality},
}

type article struct {
	ID      string    `bson:"_id"`
	Section string    `bson:"section"`
	Labels  []word    `bson:"labels"`
	At      time.Time `bson:"at"`
	Score   *float64  `bson:"score,omitempty"`
}

var articles = store.Define[article]("articles",
	store.MultiOn("labels"), store.MultiOn("labels", "at"), store.MultiOn("labels", "section", "score"))

func multiFinds(t *testing.T, s store.Store) {
	ensure(t, s, articles.Spec())
	insert(t, s, articles,
		article{ID: "a", Labels: []word{"go", "db"}}, article{ID: "b", Labels: []word{"Go"}}, article{ID: "c", Labels: []word{"db", "go", ""}},
		article{ID: "d", Labels: []word{}}, article{ID: "e"})
	wantFound(t, s, articles, where(store.Eq("labels", "go")), "a", "c")
	wantFound(t, s, articles, where(store.Eq("labels", word("Go"))), "b")
	wantFound(t, s, articles, where(store.Eq("labels", "")), "c")
	wantFound(t, s, articles, where(store.Eq("labels", "g")))
	if err := articles.Delete(t.Context(), s, "a"); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, articles, where(store.Eq("labels", "go")), "c")
}

func multiOnce(t *testing.T, s store.Store) {
	ensure(t, s, articles.Spec())
	insert(t, s, articles, article{ID: "a", Labels: []word{"x", "x", "y", "x"}})
	wantFound(t, s, articles, where(store.Eq("labels", "x")), "a")
	_, err := articles.Update(t.Context(), s, "a", func(a *article) error {
		a.Labels = []word{"y", "y", "x"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, articles, where(store.Eq("labels", "x")), "a")
	wantFound(t, s, articles, where(store.Eq("labels", "y")), "a")
}

// multiAbsent holds a multi field to what Eq promises of nil for every field.
func multiAbsent(t *testing.T, s store.Store) {
	ensure(t, s, articles.Spec())
	insert(t, s, articles, article{ID: "none"}, article{ID: "empty", Labels: []word{}}, article{ID: "some", Labels: []word{"x"}})
	wantFound(t, s, articles, where(store.Eq("labels", nil)), "none")
}

func multiOrders(t *testing.T, s store.Store) {
	ensure(t, s, articles.Spec())
	var byTime, byScore []place
	for i := range 12 {
		a := article{ID: fmt.Sprintf("%02d", 50-i), Section: "s", At: time.UnixMilli(int64(i / 3)), Labels: []word{"x", "y"}}
		if i >= 4 {
			a.Score = ptr(float64(i/2) - 3.5)
		}
		insert(t, s, articles, a, article{ID: "other" + a.ID, Section: "s", At: a.At, Labels: []word{"y"}})
		at, score := i/3*3, max(i/2*2, 0)
		if i < 4 {
			score = 0
		}
		byTime = insertPlace(byTime, at, place{a.ID, []any{a.At, a.ID}})
		byScore = insertPlace(byScore, score, place{a.ID, []any{a.Score, a.ID}})
	}
	insert(t, s, articles, article{ID: "elsewhere", Section: "z", Labels: []word{"x"}, At: time.UnixMilli(99)})
	byTime = append(byTime, place{"elsewhere", []any{time.UnixMilli(99), "elsewhere"}})
	wantOrder(t, s, articles, store.Query{Where: []store.Cond{store.Eq("labels", "x")}, Sort: []string{"at"}}, byTime)
	both := []store.Cond{store.Eq("labels", "x"), store.Eq("section", "s")}
	wantOrder(t, s, articles, store.Query{Where: both, Sort: []string{"score"}}, byScore)
	span := store.Between("at", time.UnixMilli(1), time.UnixMilli(2))
	wantFound(t, s, articles, store.Query{Where: []store.Cond{store.Eq("labels", "x"), span}, Sort: []string{"at"}}, "45", "46", "47")
	several := []store.Cond{store.Eq("labels", "x"), store.In("section", []string{"z", "s"}), store.Between("score", 0, nil)}
	wantFound(t, s, articles, store.Query{Where: several, Sort: []string{"score"}, Desc: true, Limit: 3}, "40", "39", "42")
}

// insertPlace puts the place where a group of equals starts: ids descend as
// they are made, and equals order by id.
func insertPlace(places []place, at int, p place) []place {
	places = append(places, place{})
	copy(places[at+1:], places[at:])
	places[at] = p
	return places
}

func multiEquality(t *testing.T, s store.Store) {
	ensure(t, s, articles.Spec())
	for name, q := range map[string]store.Query{
		"one of several": where(store.In("labels", []string{"x", "y"})),
		"a range":        {Where: []store.Cond{store.Between("labels", "x", nil)}, Sort: []string{"labels"}},
		"an order":       {Sort: []string{"labels"}},
	} {
		if _, err := articles.Find(t.Context(), s, q); err == nil {
			t.Errorf("%s of an array was answered", name)
		}
	}
}

package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"veche/store"
)

var uniqueness = []ability{
	{"refuses a taken value", refusesTaken},
	{"counts absent as a value", absentIsTaken},
	{"refuses an update to a taken value", refusesTakenUpdate},
	{"lets the document keep its own", keepsItsOwn},
	{"frees what is given up", freesValues},
	{"leaves no trace of what it refused", leavesNoTrace},
	{"lets one of many in", letsOneIn},
	{"answers queries too", uniqueServes},
}

type seat struct {
	ID   string   `bson:"_id"`
	Hall string   `bson:"hall"`
	Row  *string  `bson:"row,omitempty"`
	Nick *string  `bson:"nick"`
	Tags []string `bson:"tags,omitempty"`
}

var seats = store.Define[seat]("seats", store.UniqueOn("hall", "row"), store.MultiOn("tags"), store.On("hall"))

var nicks = store.Define[seat]("nicks", store.UniqueOn("nick"))

func wantExists(t *testing.T, deed string, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("%s: got %v, want ErrExists", deed, err)
	}
}

func refusesTaken(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec(), nicks.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x", Row: ptr("1")}, seat{ID: "b", Hall: "x", Row: ptr("2")}, seat{ID: "c", Hall: "y", Row: ptr("1")})
	wantExists(t, "both fields", seats.Insert(t.Context(), s, &seat{ID: "d", Hall: "x", Row: ptr("1")}))
	insert(t, s, nicks, seat{ID: "a", Nick: ptr("ann")}, seat{ID: "b", Nick: ptr("Ann")}, seat{ID: "c", Nick: ptr("ann ")})
	wantExists(t, "one field", nicks.Insert(t.Context(), s, &seat{ID: "d", Nick: ptr("ann")}))
}

func absentIsTaken(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec(), nicks.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x"}, seat{ID: "b", Hall: "y"}, seat{ID: "c", Hall: "x", Row: ptr("")})
	wantExists(t, "absent twice", seats.Insert(t.Context(), s, &seat{ID: "d", Hall: "x"}))
	insert(t, s, nicks, seat{ID: "a"}, seat{ID: "b", Nick: ptr("")})
	wantExists(t, "null twice", nicks.Insert(t.Context(), s, &seat{ID: "c"}))
}

func refusesTakenUpdate(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x", Row: ptr("1")}, seat{ID: "b", Hall: "x", Row: ptr("2")})
	_, err := seats.Update(t.Context(), s, "b", func(s *seat) error {
		s.Row = ptr("1")
		return nil
	})
	wantExists(t, "update", err)
	same(t, "the row", *get(t, s, seats, "b").Row, "2")
}

func keepsItsOwn(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x", Row: ptr("1")})
	_, err := seats.Update(t.Context(), s, "a", func(s *seat) error {
		s.Nick = ptr("ann")
		return nil
	})
	if err != nil {
		t.Fatalf("update another field: %v", err)
	}
	same(t, "the nick", *get(t, s, seats, "a").Nick, "ann")
}

func freesValues(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x", Row: ptr("1")}, seat{ID: "b", Hall: "x", Row: ptr("2")})
	if err := seats.Delete(t.Context(), s, "a"); err != nil {
		t.Fatal(err)
	}
	insert(t, s, seats, seat{ID: "c", Hall: "x", Row: ptr("1")})
	_, err := seats.Update(t.Context(), s, "b", func(s *seat) error {
		s.Row = nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	insert(t, s, seats, seat{ID: "d", Hall: "x", Row: ptr("2")})
}

func leavesNoTrace(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	insert(t, s, seats, seat{ID: "a", Hall: "x", Row: ptr("1")})
	wantExists(t, "insert", seats.Insert(t.Context(), s, &seat{ID: "b", Hall: "x", Row: ptr("1"), Tags: []string{"t"}}))
	if _, err := seats.Get(t.Context(), s, "b"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: got %v, want ErrNotFound", err)
	}
	wantFound(t, s, seats, where(store.Eq("tags", "t")))
	wantFound(t, s, seats, where(store.Eq("hall", "x")), "a")
	insert(t, s, seats, seat{ID: "b", Hall: "y", Row: ptr("1")})
}

func letsOneIn(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	var let atomic.Int64
	together(t, crowd, func(i int) error {
		err := seats.Insert(t.Context(), s, &seat{ID: fmt.Sprint(i), Hall: "x", Row: ptr("1")})
		if err == nil {
			let.Add(1)
		} else if !errors.Is(err, store.ErrExists) {
			return err
		}
		return nil
	})
	same(t, "how many got the seat", let.Load(), int64(1))
	same(t, "how many are there", len(find(t, s, seats, store.Query{})), 1)
}

func uniqueServes(t *testing.T, s store.Store) {
	ensure(t, s, seats.Spec())
	var places []place
	for i, row := range []*string{nil, ptr(""), ptr("10"), ptr("2"), ptr("a")} {
		id := fmt.Sprint(9 - i)
		insert(t, s, seats, seat{ID: id, Hall: "x", Row: row}, seat{ID: "other" + id, Hall: "y", Row: row})
		places = append(places, place{id, []any{row, id}})
	}
	wantOrder(t, s, seats, store.Query{Where: []store.Cond{store.Eq("hall", "x")}, Sort: []string{"row"}}, places)
	wantFound(t, s, seats, where(store.Eq("hall", "x"), store.Eq("row", "2")), "6")
	wantFound(t, s, seats, where(store.Eq("hall", "x"), store.Eq("row", nil)), "9")
	both := store.In("hall", []string{"y", "x"})
	wantFound(t, s, seats, store.Query{Where: []store.Cond{both}, Sort: []string{"row"}, Limit: 3}, "9", "other9", "8")
	q := store.Query{Where: []store.Cond{both, store.Between("row", "1", "3")}, Sort: []string{"row"}, Desc: true}
	wantFound(t, s, seats, q, "other6", "6", "other7", "7")
}

// Package storetest is the contract of package store as tests, the same for
// every engine: what an engine does not pass, it does not keep. There is no
// list of exceptions. Where Store.Transactional is false, the tests of Do ask
// only for what the contract still promises then.
package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/store"
)

// ability is one promise of the contract and the test of it.
type ability struct {
	name  string
	check func(t *testing.T, s store.Store)
}

// Run checks every promise on stores that open makes. Each call of open must
// answer an empty store of its own; Run closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, part := range []struct {
		name      string
		abilities []ability
	}{
		{"documents", documents},
		{"update", updates},
		{"inc", increments},
		{"order", orders},
		{"unique", uniqueness},
		{"find", conditions},
		{"multi", multis},
		{"cursor", cursors},
		{"do", transactions},
		{"once", claims},
		{"ensure", preparations},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, a := range part.abilities {
				t.Run(a.name, func(t *testing.T) { a.check(t, opened(t, open)) })
			}
		})
	}
}

// opened is a store that is closed when the test ends.
func opened(t *testing.T, open func(t *testing.T) store.Store) store.Store {
	t.Helper()
	s := open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func ensure(t *testing.T, s store.Store, specs ...*store.Spec) {
	t.Helper()
	if err := s.Ensure(t.Context(), specs...); err != nil {
		t.Fatalf("ensure: %v", err)
	}
}

// fail ends the test; but inside a Do, whose goroutine may be the engine's own,
// it only notes that the test has failed.
func fail(t *testing.T, on store.Ops, format string, args ...any) {
	t.Helper()
	if _, inside := on.(store.Tx); inside {
		t.Errorf(format, args...)
	} else {
		t.Fatalf(format, args...)
	}
}

func insert[T any](t *testing.T, on store.Ops, c store.Collection[T], docs ...T) {
	t.Helper()
	for _, doc := range docs {
		if err := c.Insert(t.Context(), on, &doc); err != nil {
			fail(t, on, "insert %+v: %v", doc, err)
		}
	}
}

func get[T any](t *testing.T, on store.Ops, c store.Collection[T], id string) T {
	t.Helper()
	doc, err := c.Get(t.Context(), on, id)
	if err != nil {
		fail(t, on, "get %q: %v", id, err)
		var none T
		return none
	}
	return *doc
}

func find[T any](t *testing.T, on store.Ops, c store.Collection[T], q store.Query) []*T {
	t.Helper()
	docs, err := c.Find(t.Context(), on, q)
	if err != nil {
		fail(t, on, "find %s: %v", shown(q), err)
	}
	return docs
}

// ids are the documents' ids, in order.
func ids[T any](docs []*T) []string {
	out := make([]string, len(docs))
	for i, doc := range docs {
		out[i] = reflect.ValueOf(doc).Elem().FieldByName("ID").String()
	}
	return out
}

// wantIDs checks which documents a query finds, in order.
func wantIDs[T any](t *testing.T, on store.Ops, c store.Collection[T], q store.Query, want ...string) {
	t.Helper()
	if got := ids(find(t, on, c, q)); !slices.Equal(got, want) {
		fail(t, on, "by the query %s:\nfound %q\nwant  %q", shown(q), got, want)
	}
}

// wantFound is wantIDs, and checks that Count answers their number.
func wantFound[T any](t *testing.T, on store.Ops, c store.Collection[T], q store.Query, want ...string) {
	t.Helper()
	wantIDs(t, on, c, q, want...)
	n, err := c.Count(t.Context(), on, q)
	if err != nil || n != len(want) {
		fail(t, on, "by the query %s:\ncounted %d, %v\nwant    %d", shown(q), n, err, len(want))
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// shown is a query with what its pointers point to.
func shown(q store.Query) string {
	plain := func(values []any) []any {
		values = slices.Clone(values)
		for i, v := range values {
			if n, err := store.Normal(v); err == nil {
				values[i] = n
			}
		}
		return values
	}
	q.Where = slices.Clone(q.Where)
	for i := range q.Where {
		q.Where[i].Values = plain(q.Where[i].Values)
	}
	q.After = plain(q.After)
	return fmt.Sprintf("%+v", q)
}

func where(conds ...store.Cond) store.Query { return store.Query{Where: conds} }

func ptr[V any](v V) *V { return &v }

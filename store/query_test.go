package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/store"
)

type letter struct {
	ID string `bson:"_id"`
}

var letters = store.Define[letter]("letters",
	store.On("a"), store.On("a", "b"), store.UniqueOn("b", "c"), store.On("a", "b", "c"), store.MultiOn("m"), store.MultiOn("m", "a", "b"))

func conds(c ...store.Cond) []store.Cond { return c }

func TestPlanQuery(t *testing.T) {
	spec := letters.Spec()
	for name, want := range map[string]struct {
		q     store.Query
		index int // -1: the primary key
		order []string
		span  bool
	}{
		"all":                      {store.Query{}, -1, []string{"_id"}, false},
		"all, sorted by id":        {store.Query{Sort: []string{"_id"}}, -1, []string{"_id"}, false},
		"an id":                    {store.Query{Where: conds(store.Eq("_id", "x"))}, -1, []string{"_id"}, false},
		"ids":                      {store.Query{Where: conds(store.In("_id", []string{"x"}))}, -1, []string{"_id"}, false},
		"a range of ids":           {store.Query{Where: conds(store.Between("_id", "x", "y"))}, -1, []string{"_id"}, true},
		"a field":                  {store.Query{Where: conds(store.Eq("a", 1))}, 0, []string{"_id"}, false},
		"a field and a range":      {store.Query{Where: conds(store.Eq("a", 1), store.Between("_id", "x", nil))}, 0, []string{"_id"}, true},
		"a sort":                   {store.Query{Sort: []string{"a"}}, 0, []string{"a", "_id"}, false},
		"a sort that names the id": {store.Query{Sort: []string{"a", "_id"}}, 0, []string{"a", "_id"}, false},
		"a field and a sort":       {store.Query{Where: conds(store.Eq("a", 1)), Sort: []string{"b"}}, 1, []string{"b", "_id"}, false},
		"two in another order":     {store.Query{Where: conds(store.Eq("c", 1), store.In("b", []int{1}))}, 2, []string{"_id"}, false},
		"a range before a sort":    {store.Query{Where: conds(store.Eq("a", 1), store.Between("b", 1, 2)), Sort: []string{"b", "c"}}, 3, []string{"b", "c", "_id"}, true},
		"an element":               {store.Query{Where: conds(store.Eq("m", "x"))}, 4, []string{"_id"}, false},
		"an element and a sort":    {store.Query{Where: conds(store.Eq("m", "x"), store.Eq("a", 1)), Sort: []string{"b"}}, 5, []string{"b", "_id"}, false},
	} {
		plan, err := spec.PlanQuery(want.q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var index *store.Index
		if want.index >= 0 {
			index = &spec.Indexes[want.index]
		}
		if plan.Index != index || (plan.Range != nil) != want.span {
			t.Errorf("%s: plan %+v", name, plan)
		}
		if diff := cmp.Diff(want.order, plan.Order); diff != "" {
			t.Errorf("%s: order (-want +got):\n%s", name, diff)
		}
	}
}

func TestPlanQueryRefuses(t *testing.T) {
	for name, q := range map[string]store.Query{
		"an unknown field":              {Where: conds(store.Eq("z", 1))},
		"a field too few":               {Where: conds(store.Eq("b", 1))},
		"a sort too short":              {Where: conds(store.Eq("b", 1)), Sort: []string{"a"}},
		"a sort in another order":       {Sort: []string{"b", "a"}},
		"an id in the midst of a sort":  {Sort: []string{"_id", "a"}},
		"a field twice":                 {Where: conds(store.Eq("a", 1), store.Eq("a", 2))},
		"an element twice":              {Where: conds(store.Eq("m", "x"), store.Eq("m", "y"), store.Eq("a", 1))},
		"an id and a field":             {Where: conds(store.Eq("_id", "x"), store.Eq("a", 1))},
		"one of several elements":       {Where: conds(store.In("m", []string{"x"}))},
		"a sort by elements":            {Sort: []string{"m"}},
		"a range not sorted by":         {Where: conds(store.Between("a", 1, 2))},
		"a range on the second":         {Where: conds(store.Between("b", 1, 2)), Sort: []string{"a", "b"}},
		"two ranges":                    {Where: conds(store.Between("a", 1, 2), store.Between("a", 1, 2)), Sort: []string{"a"}},
		"a position without the id":     {Sort: []string{"a"}, After: []any{1}},
		"a position with a value extra": {After: []any{1, "x"}},
		"an empty position":             {After: []any{}},
	} {
		if plan, err := letters.Spec().PlanQuery(q); !errors.Is(err, store.ErrNoIndex) {
			t.Errorf("%s: got %+v and %v, want ErrNoIndex", name, plan, err)
		}
	}
}

// TestPlanQueryLeavesQuery: a query is used for page after page.
func TestPlanQueryLeavesQuery(t *testing.T) {
	sort := append(make([]string, 0, 4), "a")
	q := store.Query{Sort: sort}
	if _, err := letters.Spec().PlanQuery(q); err != nil {
		t.Fatal(err)
	}
	if got := sort[:2]; got[1] != "" {
		t.Errorf("the caller's array now holds %q", got)
	}
}

func TestDefineRefuses(t *testing.T) {
	for name, define := range map[string]func(){
		"a name of two words":       func() { store.Define[letter]("two words") },
		"an empty name":             func() { store.Define[letter]("") },
		"a field with a dot":        func() { store.Define[letter]("letters", store.On("a.b")) },
		"the id":                    func() { store.Define[letter]("letters", store.On("_id")) },
		"near a field of two words": func() { store.Define[letter]("letters").Near("two words") },
		"a unique array": func() {
			store.Define[letter]("letters", store.Index{Fields: []string{"m"}, Unique: true, Multi: "m"})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was taken", name)
				}
			}()
			define()
		}()
	}
}

func TestColumns(t *testing.T) {
	if diff := cmp.Diff([]string{"a", "b", "c"}, letters.Spec().Columns()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzPlan draws a query from bytes: PlanQuery never panics, and accepts only
// what an index holds in one piece and in order.
func FuzzPlan(f *testing.F) {
	f.Add([]byte{0, 1}, []byte{2}, 0)
	f.Add([]byte{5, 0}, []byte{1}, 2)
	f.Add([]byte{0, 0}, []byte{}, 1)
	f.Add([]byte{20, 0}, []byte{0, 4}, 3)
	f.Fuzz(func(t *testing.T, where, sort []byte, after int) {
		fields := []string{"a", "b", "c", "m", "_id", "z"}
		var q store.Query
		for _, b := range where {
			field := fields[int(b)%len(fields)]
			switch int(b) / len(fields) % 3 {
			case 0:
				q.Where = append(q.Where, store.Eq(field, int(b)))
			case 1:
				q.Where = append(q.Where, store.In(field, []int{1, 2}))
			case 2:
				q.Where = append(q.Where, store.Between(field, 1, 2))
			}
		}
		for _, b := range sort {
			q.Sort = append(q.Sort, fields[int(b)%len(fields)])
		}
		if after > 0 && after < 10 {
			q.After = make([]any, after)
		}
		plan, err := letters.Spec().PlanQuery(q)
		if err != nil {
			if !errors.Is(err, store.ErrNoIndex) {
				t.Fatalf("%+v: %v", q, err)
			}
			return
		}
		if why := unserved(q, plan); why != "" {
			t.Fatalf("%+v was planned as %+v: %s", q, plan, why)
		}
	})
}

// unserved says why the plan's index does not serve the query: written
// anew, from the other end than PlanQuery is.
func unserved(q store.Query, plan store.Plan) string {
	var held []string
	multi := ""
	if plan.Index != nil {
		held, multi = plan.Index.Fields, plan.Index.Multi
	}
	held = append(slices.Clone(held), "_id")
	fixed := map[string]bool{}
	for _, cond := range q.Where {
		switch {
		case cond.Op == store.OpBetween && (plan.Range == nil || cond.Field != plan.Order[0]):
			return "a range that is not one piece"
		case cond.Op != store.OpBetween && fixed[cond.Field]:
			return "a field is fixed twice"
		case cond.Op == store.OpIn && cond.Field == multi:
			return "several elements would find a document twice"
		case cond.Op != store.OpBetween:
			fixed[cond.Field] = true
		}
	}
	if multi != "" && !fixed[multi] {
		return "the index holds a document several times"
	}
	if plan.Index == nil && fixed["_id"] && len(fixed) == 1 {
		return ""
	}
	for i, field := range held {
		if i < len(fixed) && !fixed[field] {
			return "what is fixed is not the index's first"
		}
	}
	if !slices.Equal(held[len(fixed):], plan.Order) {
		return "the index has another order"
	}
	wanted := slices.Clone(q.Sort)
	if !slices.Contains(wanted, "_id") {
		wanted = append(wanted, "_id")
	}
	if !slices.Equal(wanted, plan.Order) {
		return "the plan has another order than was asked for"
	}
	return ""
}

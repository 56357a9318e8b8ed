package store

import (
	"fmt"
	"slices"
)

// Query says which documents to find and in what order. Build it with the
// conditions' functions: store.Query{Where: []Cond{Eq("topic", id)}, Sort: …}.
type Query struct {
	// Where holds conditions that must all hold, on indexed fields.
	Where []Cond
	// Sort names the fields to order by; the id always follows as the last.
	// All go in one direction. Fields that Where fixes need no naming.
	Sort []string
	// Desc turns the whole order round, the id included.
	Desc bool
	// After is the position to start behind, in the order asked for: the values
	// of the Sort fields and then the id, as Position tells them. Nil starts at
	// the beginning.
	After []any
	// Limit is the most documents to answer; 0 means all.
	Limit int
}

// Cond is one condition on one field.
type Cond struct {
	Field string
	Op    Op
	// Values holds one value for Eq, the choices for In, and for Between the
	// lower and the upper bound, either of which may be nil for open.
	Values []any
}

// Op is the kind of a condition.
type Op int

// The kinds of conditions.
const (
	OpEq      Op = iota // equal; on a Multi field: contains
	OpIn                // equal to one of the values; a few dozen at most
	OpBetween           // from the lower bound, inclusive, to the upper, exclusive
)

// Eq asks for the field to equal v. On a multi field it asks for v to be among
// the elements. A nil v asks for the field to be absent or null.
func Eq(field string, v any) Cond { return Cond{field, OpEq, []any{v}} }

// In asks for the field to equal one of the values; none match no document.
func In[V any](field string, values []V) Cond {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return Cond{field, OpIn, all}
}

// Between asks for from <= field < to; nil leaves that side open. Absent
// fields are in no range.
func Between(field string, from, to any) Cond { return Cond{field, OpBetween, []any{from, to}} }

// Plan is how an engine may answer a query: the index that serves it, the
// conditions sorted by what they do, and the whole order.
type Plan struct {
	// Index serves the query; nil means the primary key does.
	Index *Index
	// Fixed holds the Eq and In conditions.
	Fixed []Cond
	// Range is the Between condition, on the first of Order, if there is one.
	Range *Cond
	// Order is the whole order: the Sort fields and the id.
	Order []string
}

// PlanQuery finds the declared index that serves q, or answers ErrNoIndex.
// An index serves when Eq and In fields are its first ones, in any order, and
// the Sort fields are the rest, in order; a Between must stand on the first of these.
func (s *Spec) PlanQuery(q Query) (Plan, error) {
	plan := Plan{Order: append(slices.Clone(q.Sort), IDField)}
	if len(q.Sort) > 0 && q.Sort[len(q.Sort)-1] == IDField {
		plan.Order = q.Sort
	}
	for _, cond := range q.Where {
		if cond.Op == OpIn && s.isMulti(cond.Field) {
			return Plan{}, s.noIndex(q, "a multi field takes Eq alone")
		}
		if cond.Op != OpBetween {
			plan.Fixed = append(plan.Fixed, cond)
		} else if plan.Range == nil && cond.Field == plan.Order[0] {
			plan.Range = &cond
		} else {
			return Plan{}, s.noIndex(q, "a range must be on the first field of the order, once")
		}
	}
	if q.After != nil && len(q.After) != len(plan.Order) {
		return Plan{}, s.noIndex(q, "the position does not fit the order")
	}
	for i := range s.Indexes {
		if s.Indexes[i].serves(plan) {
			plan.Index = &s.Indexes[i]
			return plan, nil
		}
	}
	if len(plan.Order) == 1 && (len(plan.Fixed) == 0 || len(plan.Fixed) == 1 && plan.Fixed[0].Field == IDField) {
		return plan, nil
	}
	return Plan{}, s.noIndex(q, "declare one")
}

func (i Index) serves(p Plan) bool {
	sorted := p.Order[:len(p.Order)-1] // without the id, which every index ends with
	n := len(p.Fixed)
	if len(i.Fields) != n+len(sorted) { // a longer one would order by more than was asked
		return false
	}
	for k, cond := range p.Fixed {
		again := slices.ContainsFunc(p.Fixed[:k], func(c Cond) bool { return c.Field == cond.Field })
		if again || !slices.Contains(i.Fields[:n], cond.Field) { // a field fixed twice leaves another open
			return false
		}
	}
	if i.Multi != "" && !slices.ContainsFunc(p.Fixed, func(c Cond) bool { return c.Field == i.Multi }) {
		return false
	}
	return slices.Equal(i.Fields[n:], sorted)
}

func (s *Spec) isMulti(field string) bool {
	return slices.ContainsFunc(s.Indexes, func(i Index) bool { return i.Multi == field })
}

func (s *Spec) noIndex(q Query, why string) error {
	return fmt.Errorf("%w: %s where %v sort %v: %s", ErrNoIndex, s.Name, q.Where, q.Sort, why)
}

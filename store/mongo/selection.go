package mongo

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// selected is a query in MongoDB's words.
type selected struct {
	filter bson.D
	sort   bson.D
}

// selection turns a query into a filter and a sort that the plan's index
// answers. MongoDB compares only values of one type, so that null, which orders
// before all, is in no range: what is true of a plain field needs saying apart
// where null takes part.
func selection(c *store.Spec, q store.Query) (selected, error) {
	plan, err := c.PlanQuery(q)
	if err != nil {
		return selected{}, err
	}
	var all bson.A
	for _, cond := range q.Where {
		test, err := condition(cond)
		if err != nil {
			return selected{}, fmt.Errorf("find in %s: %w", c.Name, err)
		}
		all = append(all, bson.D{{Key: cond.Field, Value: test}})
	}
	if q.After != nil {
		past, err := beyond(plan.Order, q.After, q.Desc)
		if err != nil {
			return selected{}, fmt.Errorf("find in %s: %w", c.Name, err)
		}
		all = append(all, past...)
	}
	return selected{filter: joined(all), sort: sorting(total(plan), q.Desc)}, nil
}

// total is what to sort by: the order without the id where the rest is total
// already, in a unique index that is fixed but for the order. MongoDB's unique
// indexes do not hold the id, and it would have to sort what it found by it.
func total(plan store.Plan) []string {
	last := len(plan.Order) - 1
	if plan.Index == nil || !plan.Index.Unique || last == 0 {
		return plan.Order
	}
	for _, cond := range plan.Fixed {
		if cond.Op != store.OpEq {
			return plan.Order
		}
	}
	return plan.Order[:last]
}

func sorting(order []string, desc bool) bson.D {
	way := 1
	if desc {
		way = -1
	}
	sort := make(bson.D, len(order))
	for i, field := range order {
		sort[i] = bson.E{Key: field, Value: way}
	}
	return sort
}

// joined asks for all the tests; one alone stands for itself.
func joined(all bson.A) bson.D {
	switch len(all) {
	case 0:
		return bson.D{}
	case 1:
		return all[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: all}}
}

// condition is what a field is tested for.
func condition(cond store.Cond) (any, error) {
	values := make([]any, len(cond.Values))
	for i, v := range cond.Values {
		var err error
		if values[i], err = store.Normal(v); err != nil {
			return nil, err
		}
	}
	switch cond.Op {
	case store.OpEq:
		return values[0], nil
	case store.OpIn:
		return bson.D{{Key: "$in", Value: values}}, nil
	case store.OpBetween:
		return between(values[0], values[1]), nil
	}
	return nil, fmt.Errorf("condition of an unknown kind %d", cond.Op)
}

func between(from, to any) bson.D {
	var test bson.D
	if from != nil {
		test = append(test, bson.E{Key: "$gte", Value: from})
	}
	if to != nil {
		test = append(test, bson.E{Key: "$lt", Value: to})
	}
	if test == nil {
		test = notNull
	}
	return test
}

var notNull = bson.D{{Key: "$ne", Value: nil}}

// beyond asks for what comes after the position. The answer's first test alone
// lets MongoDB seek into the index; the ladder then drops what is before.
func beyond(order []string, position []any, desc bool) (bson.A, error) {
	var ladder, equal bson.A
	for i, field := range order {
		v, err := store.Normal(position[i])
		if err != nil {
			return nil, err
		}
		if test := past(v, desc); test != nil {
			rung := append(equal[:len(equal):len(equal)], bson.D{{Key: field, Value: test}})
			ladder = append(ladder, joined(rung))
		}
		equal = append(equal, bson.D{{Key: field, Value: v}})
	}
	if len(ladder) == 0 {
		return bson.A{nothing}, nil
	}
	if len(order) == 1 {
		return ladder, nil
	}
	first, err := store.Normal(position[0])
	if err != nil {
		return nil, err
	}
	tests := bson.A{bson.D{{Key: "$or", Value: ladder}}}
	if seek := notBefore(first, desc); seek != nil {
		tests = append(bson.A{bson.D{{Key: order[0], Value: seek}}}, tests...)
	}
	return tests, nil
}

// nothing matches no document: each has an id.
var nothing = bson.D{{Key: store.IDField, Value: nil}}

// past is true of the values that come after v; nil where there are none. With
// $not, null counts as less than v.
func past(v any, desc bool) bson.D {
	switch {
	case v == nil && desc:
		return nil
	case v == nil:
		return notNull
	case desc:
		return bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: v}}}}
	}
	return bson.D{{Key: "$gt", Value: v}}
}

// notBefore is true of v and what comes after; nil where that is all.
func notBefore(v any, desc bool) any {
	switch {
	case v == nil && desc:
		return bson.D{{Key: "$eq", Value: nil}}
	case v == nil:
		return nil
	case desc:
		return bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: v}}}}
	}
	return bson.D{{Key: "$gte", Value: v}}
}

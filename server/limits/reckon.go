package limits

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
)

// How much is counted for what the schema says nothing of; docs/decisions/014
// says why.
const (
	objectPoints  = 1   // a thing that is looked up
	deedPoints    = 10  // a mutation or subscription
	listed        = 10  // things in a list without pages
	introspection = 100 // fields of introspection for a point
)

// costDirective is what the schema says exceptions with.
const costDirective = "cost"

// pageOf is how many things a page has; a wish that is refused counts as the
// largest page.
func pageOf(wish int) int { return min(max(wish, 0), community.MaxPage) }

// reckoner makes the price of a valid document. Each fragment has one.
type reckoner struct {
	schema    *ast.Schema
	fragments map[fragmentOn]*price
}

// fragmentOn is a fragment, and how many things a page holds if it is of one.
type fragmentOn struct {
	name string
	page counter
}

func reckon(schema *ast.Schema, operation *ast.OperationDefinition) *price {
	r := &reckoner{schema, map[fragmentOn]*price{}}
	return r.set(operation.SelectionSet, once)
}

// set is the price of a selection; page is how many things are on the page that
// it is of, if it is of one.
func (r *reckoner) set(set ast.SelectionSet, page counter) *price {
	sum := &price{}
	for _, selection := range set {
		switch v := selection.(type) {
		case *ast.Field:
			sum.add(r.whether(v.Directives, r.field(v, page)))
		case *ast.InlineFragment:
			sum.add(r.whether(v.Directives, r.set(v.SelectionSet, page)))
		case *ast.FragmentSpread:
			sum.add(r.whether(v.Directives, r.fragment(v, page)))
		}
	}
	return sum
}

func (r *reckoner) fragment(f *ast.FragmentSpread, page counter) *price {
	key := fragmentOn{f.Name, page}
	if r.fragments[key] == nil {
		r.fragments[key] = r.set(f.Definition.SelectionSet, page)
	}
	return r.fragments[key]
}

// whether heeds @include and @skip; of two with variables it heeds @include.
func (r *reckoner) whether(directives ast.DirectiveList, p *price) (counter, *price) {
	for _, name := range []string{"include", "skip"} {
		d := directives.ForName(name)
		if d == nil {
			continue
		}
		condition := d.Arguments.ForName("if").Value
		by := map[string]reading{"include": ifTrue, "skip": ifFalse}[name]
		switch {
		case condition.Kind == ast.Variable:
			return counter{variable: condition.Raw, by: by}, p
		case (condition.Raw == "true") != (by == ifTrue):
			return counter{}, p
		}
	}
	return once, p
}

func (r *reckoner) field(f *ast.Field, page counter) *price {
	if strings.HasPrefix(f.Name, "__") {
		return r.introspected(f)
	}
	kind := r.schema.Types[f.Definition.Type.Name()]
	each := &price{flat: r.weight(f, kind)}
	below := page
	switch {
	case strings.HasSuffix(kind.Name, "Connection"):
		each.add(once, r.set(f.SelectionSet, wanted(f)))
		return each
	case f.Definition.Type.Elem == nil:
		below = once
	case !strings.HasSuffix(f.ObjectDefinition.Name, "Connection"):
		below = r.size(f)
	}
	each.add(once, r.set(f.SelectionSet, once))
	all := &price{}
	all.add(below, each)
	return all
}

// weight is what one of the field's things costs.
func (r *reckoner) weight(f *ast.Field, kind *ast.Definition) int {
	for _, said := range []ast.DirectiveList{f.Definition.Directives, kind.Directives} {
		if d := said.ForName(costDirective); d != nil {
			n, _ := strconv.Atoi(d.Arguments.ForName("weight").Value.Raw)
			return n
		}
	}
	switch {
	case f.ObjectDefinition == r.schema.Mutation, f.ObjectDefinition == r.schema.Subscription:
		return deedPoints
	case kind.IsLeafType(), strings.HasSuffix(kind.Name, "Edge"):
		return 0
	}
	return objectPoints
}

// wanted is how many things a page is asked to have.
func wanted(f *ast.Field) counter {
	n := counter{fixed: community.DefaultPage}
	for _, name := range []string{"first", "last"} {
		switch a := f.Arguments.ForName(name); {
		case a == nil || a.Value.Kind == ast.NullValue:
		case a.Value.Kind == ast.Variable:
			n.variable = a.Value.Raw
		default:
			asked, err := strconv.Atoi(a.Value.Raw)
			if err != nil {
				asked = community.MaxPage
			}
			n.fixed = pageOf(asked)
		}
	}
	return n
}

// size is how many things a list without pages is reckoned to have: as many as
// there are ids, or so many.
func (r *reckoner) size(f *ast.Field) counter {
	ids := f.Arguments.ForName("ids")
	switch {
	case ids != nil && ids.Value.Kind == ast.Variable:
		return counter{variable: ids.Value.Raw, by: byLength}
	case ids != nil:
		return counter{fixed: max(len(ids.Value.Children), 1)}
	case r.schema.Types[f.Definition.Type.Name()].IsLeafType():
		return once // looked up as one
	}
	return counter{fixed: listed}
}

package limits

import "github.com/vektah/gqlparser/v2/ast"

// lists are how many things introspection answers at once, roughly; of types
// there are as many as the schema has.
var lists = map[string]int{
	"fields": 8, "args": 2, "enumValues": 6, "inputFields": 4, "directives": 6, "locations": 3,
	"interfaces": 1, "possibleTypes": 3,
}

// introspected is the price of what is asked of the schema: each field costs
// little, but there are many.
func (r *reckoner) introspected(f *ast.Field) *price {
	if f.Name == "__typename" {
		return &price{}
	}
	return &price{flat: plus(objectPoints, r.answers(f.SelectionSet)/introspection)}
}

// answers is how many fields the selection is answered with.
func (r *reckoner) answers(set ast.SelectionSet) (sum int) {
	for _, selection := range set {
		switch v := selection.(type) {
		case *ast.Field:
			n := max(lists[v.Name], 1)
			if v.Name == "types" {
				n = len(r.schema.Types)
			}
			sum = plus(sum, times(n, plus(1, r.answers(v.SelectionSet))))
		case *ast.InlineFragment:
			sum = plus(sum, r.answers(v.SelectionSet))
		case *ast.FragmentSpread:
			sum = plus(sum, r.answers(v.Definition.SelectionSet))
		}
	}
	return sum
}

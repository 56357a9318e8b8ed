package limits

import "github.com/vektah/gqlparser/v2/ast"

// Validation asks of every two fields with one name in one place whether they
// can be one (specification, 5.3.2): in pairs, and for each pair through all that
// is below. overlap counts beforehand how much that comes to.
type overlap struct {
	*surveyor
	read, pairs int
}

// comparisons refuses a document whose validation would be a burden. The sums of
// its selections are within their limits by now, so spreading fragments out ends.
func (s *surveyor) comparisons(doc *ast.QueryDocument) error {
	o := &overlap{surveyor: s}
	for _, operation := range doc.Operations {
		o.merge(operation.SelectionSet)
		o.inner(operation.SelectionSet)
	}
	for _, f := range doc.Fragments {
		o.merge(f.SelectionSet)
		o.inner(f.SelectionSet)
	}
	if err := over("selections in all operations and fragments", maxReading, o.read); err != nil {
		return err
	}
	return over("comparisons of repeated fields", maxComparisons, o.pairs)
}

func (o *overlap) full() bool { return o.read > maxReading || o.pairs > maxComparisons }

// inner counts inline fragments, which validation also looks at by themselves.
func (o *overlap) inner(set ast.SelectionSet) {
	for _, selection := range set {
		switch v := selection.(type) {
		case *ast.Field:
			o.inner(v.SelectionSet)
		case *ast.InlineFragment:
			o.merge(v.SelectionSet)
			o.inner(v.SelectionSet)
		}
	}
}

// merge counts the pairs in sets that stand in one place.
func (o *overlap) merge(sets ...ast.SelectionSet) {
	byName := map[string][]ast.SelectionSet{}
	for _, set := range sets {
		o.gather(byName, set)
	}
	for _, below := range byName {
		if o.full() {
			return
		}
		size := 0
		for _, set := range below {
			size += len(set)
		}
		n := len(below)
		o.pairs = plus(o.pairs, plus(n*(n-1)/2, times(n-1, size)))
		if size > 0 {
			o.merge(below...)
		}
	}
}

func (o *overlap) gather(byName map[string][]ast.SelectionSet, set ast.SelectionSet) {
	for _, selection := range set {
		if o.read++; o.full() {
			return
		}
		switch v := selection.(type) {
		case *ast.Field:
			byName[v.Alias] = append(byName[v.Alias], v.SelectionSet)
		case *ast.InlineFragment:
			o.gather(byName, v.SelectionSet)
		case *ast.FragmentSpread:
			if f := o.fragments[v.Name]; f != nil {
				o.gather(byName, f.SelectionSet)
			}
		}
	}
}

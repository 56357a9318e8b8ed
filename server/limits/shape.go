package limits

import "github.com/vektah/gqlparser/v2/ast"

// shape is what a selection comes to with its fragments spread out.
type shape struct {
	selections, aliases, directives int
	// roots are its own fields, depth how deep they go; introspection is the
	// depth of __schema and __type, which depth leaves out.
	roots, depth, introspection int
}

// beside is both selections in one.
func (s shape) beside(o shape) shape {
	return shape{
		plus(s.selections, o.selections), plus(s.aliases, o.aliases), plus(s.directives, o.directives),
		plus(s.roots, o.roots), max(s.depth, o.depth), max(s.introspection, o.introspection),
	}
}

// surveyor measures a document that is parsed and no more: it may be nonsense.
// Each fragment is measured once.
type surveyor struct {
	fragments map[string]*ast.FragmentDefinition
	measured  map[string]shape
	// around are the fragments that are being measured.
	around map[string]bool
	// circle is a fragment that holds itself, twice one whose name is another's.
	circle, twice string
}

func survey(doc *ast.QueryDocument) *surveyor {
	s := &surveyor{fragments: map[string]*ast.FragmentDefinition{}, measured: map[string]shape{}, around: map[string]bool{}}
	for _, f := range doc.Fragments {
		if s.fragments[f.Name] != nil {
			s.twice = f.Name
		}
		s.fragments[f.Name] = f
	}
	return s
}

func (s *surveyor) set(set ast.SelectionSet) (sum shape) {
	for _, selection := range set {
		sum = sum.beside(s.one(selection))
	}
	return sum
}

func (s *surveyor) one(selection ast.Selection) shape {
	var of shape
	switch v := selection.(type) {
	case *ast.Field:
		of = s.field(v)
	case *ast.InlineFragment:
		of = s.set(v.SelectionSet)
		of.directives = plus(of.directives, len(v.Directives))
	case *ast.FragmentSpread:
		of = s.fragment(v.Name)
		of.directives = plus(of.directives, len(v.Directives))
	}
	of.selections = plus(of.selections, 1)
	return of
}

func (s *surveyor) field(f *ast.Field) shape {
	of := s.set(f.SelectionSet)
	of.roots, of.depth = 1, plus(of.depth, 1)
	of.directives = plus(of.directives, len(f.Directives))
	if f.Alias != f.Name {
		of.aliases = plus(of.aliases, 1)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		of.introspection, of.depth = of.depth, 1
	}
	return of
}

func (s *surveyor) fragment(name string) shape {
	if of, ok := s.measured[name]; ok {
		return of
	}
	f := s.fragments[name]
	if f == nil {
		return shape{} // validation says so
	}
	if s.around[name] {
		s.circle = name
		return shape{}
	}
	s.around[name] = true
	of := s.set(f.SelectionSet)
	delete(s.around, name)
	s.measured[name] = of
	return of
}

package limits

import (
	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
)

// fits measures a parsed document before it is validated.
func (b Bounds) fits(doc *ast.QueryDocument) error {
	if err := over("fragments", maxFragments, len(doc.Fragments)); err != nil {
		return err
	}
	s := survey(doc)
	if s.twice != "" {
		return community.BadInput("query", "There are two fragments %.80s.", s.twice)
	}
	reading := 0
	for _, f := range doc.Fragments {
		reading = plus(reading, s.fragment(f.Name).selections)
	}
	if s.circle != "" {
		return community.BadInput("query", "The fragment %.80s is spread within itself.", s.circle)
	}
	for _, operation := range doc.Operations {
		of := s.set(operation.SelectionSet)
		if err := b.allow(operation, of); err != nil {
			return err
		}
		reading = plus(reading, of.selections)
	}
	if err := over("selections in all operations and fragments", maxReading, reading); err != nil {
		return err
	}
	return s.comparisons(doc)
}

func (b Bounds) allow(operation *ast.OperationDefinition, of shape) error {
	for _, limit := range []struct {
		what       string
		limit, has int
	}{
		{"selections", maxSelections, of.selections},
		{"levels of fields", b.Depth, of.depth},
		{"levels of introspection", introspectionDepth, of.introspection},
		{"aliases", maxAliases, of.aliases},
		{"fields at the root", maxRoots, of.roots},
		{"directives", maxDirectives, plus(of.directives, len(operation.Directives))},
		{"variables", maxVariables, len(operation.VariableDefinitions)},
	} {
		if err := over(limit.what, limit.limit, limit.has); err != nil {
			return err
		}
	}
	return nil
}

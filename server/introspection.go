package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
)

// introspection lets some ask for the schema and refuses others: "on" for all,
// "members" for who is signed in, "off". It is an extension of gqlgen's handler.
type introspection string

var _ graphql.OperationContextMutator = introspection("")

// ExtensionName names it among the handler's extensions.
func (introspection) ExtensionName() string { return "Introspection" }

// Validate has nothing to check in a schema.
func (introspection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation that asks for the schema and may
// not.
func (i introspection) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	open := i != "off" && i != "members" || i == "members" && resolvers.RequestFrom(ctx).Viewer.SignedIn()
	op.DisableIntrospection = !open
	if open || !introspects(op.Operation.SelectionSet) {
		return nil
	}
	if i == "members" {
		return gqlerror.Wrap(community.Unauthenticated("Only members may ask for the schema here. Sign in first."))
	}
	return gqlerror.Wrap(community.Forbidden("The schema is not told here."))
}

// introspects says whether any of the root fields asks for the schema. The
// document is valid, so fragments are known and spread in no circle.
func introspects(selected ast.SelectionSet) bool {
	for _, s := range selected {
		var within ast.SelectionSet
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				return true
			}
		case *ast.InlineFragment:
			within = s.SelectionSet
		case *ast.FragmentSpread:
			within = s.Definition.SelectionSet
		}
		if introspects(within) {
			return true
		}
	}
	return false
}

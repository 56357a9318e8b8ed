package broadcast

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
)

// perViewer is the directive that marks fields which each viewer sees with other
// eyes.
const perViewer = "perViewer"

// key names the group: all that decides what its readers are answered. A
// document that was sent and one that was named by its hash are the same text by
// now.
func (l *listener) key(v community.Viewer, a community.Admission) (string, error) {
	op := l.want.Operation
	look := survey(op)
	variables := op.Variables
	if look.cursor != "" {
		variables = without(variables, look.cursor)
	}
	text, err := json.Marshal(variables)
	if err != nil {
		return "", fmt.Errorf("tell variables apart: %w", err)
	}
	key := fmt.Sprintf("%x %s %s %q %s", sha256.Sum256([]byte(op.RawQuery)), op.Operation.Name, a.Audience, l.feed.Since, text)
	if look.perViewer {
		key = fmt.Sprintf("%s %s %s %v", key, v.ID, v.Role, v.Scopes)
	}
	return key, nil
}

func without(variables map[string]any, name string) map[string]any {
	out := make(map[string]any, len(variables))
	for k, v := range variables {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// view is what a look at a subscription's selection finds.
type view struct {
	perViewer bool
	// cursor is the variable that holds the cursor and nothing else.
	cursor string

	seen []*ast.FragmentDefinition
	uses map[string]int
}

func survey(op *graphql.OperationContext) view {
	v := view{uses: map[string]int{}}
	v.look(op.Operation.SelectionSet)
	after := root(op).Arguments.ForName("after")
	if after != nil && after.Value.Kind == ast.Variable && v.uses[after.Value.Raw] == 1 {
		v.cursor = after.Value.Raw
	}
	return v
}

// root is the one field that a subscription has (validated: section 5.2.3.1 of
// the specification).
func root(op *graphql.OperationContext) graphql.CollectedField {
	return graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})[0]
}

func (v *view) look(selection ast.SelectionSet) {
	for _, s := range selection {
		switch s := s.(type) {
		case *ast.Field:
			v.perViewer = v.perViewer || s.Definition != nil && s.Definition.Directives.ForName(perViewer) != nil
			v.count(s.Arguments)
			v.directed(s.Directives)
			v.look(s.SelectionSet)
		case *ast.InlineFragment:
			v.directed(s.Directives)
			v.look(s.SelectionSet)
		case *ast.FragmentSpread:
			v.directed(s.Directives)
			if s.Definition != nil && !slices.Contains(v.seen, s.Definition) {
				v.seen = append(v.seen, s.Definition)
				v.look(s.Definition.SelectionSet)
			}
		}
	}
}

func (v *view) directed(directives ast.DirectiveList) {
	for _, d := range directives {
		v.count(d.Arguments)
	}
}

func (v *view) count(arguments ast.ArgumentList) {
	for _, a := range arguments {
		v.countIn(a.Value)
	}
}

func (v *view) countIn(value *ast.Value) {
	if value.Kind == ast.Variable {
		v.uses[value.Raw]++
	}
	for _, child := range value.Children {
		v.countIn(child.Value)
	}
}

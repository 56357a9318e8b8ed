package limits

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
	"veche/graph"
)

var (
	schema = graph.NewExecutableSchema(graph.Config{}).Schema()
	gate   = New(Bounds{}, schema, nil)
)

// fit is what becomes of a document up to its validation, and its first
// operation if it is valid.
func fit(t testing.TB, text string) (*ast.OperationDefinition, error) {
	t.Helper()
	doc, fault := gate.measure(text)
	switch {
	case fault != nil && fault.Err != nil:
		return nil, fault
	case fault != nil: // it is none
		return nil, nil
	}
	if errs := validate(schema, doc); len(errs) > 0 {
		return nil, nil
	}
	return doc.Operations[0], nil
}

func TestBombsAreRefused(t *testing.T) {
	for name, bomb := range bombs() {
		_, err := fit(t, bomb[0])
		want := community.KindTooComplex
		if strings.Contains(name, "circle") || strings.Contains(name, "two of") {
			want = community.KindBadInput
		}
		if community.KindOf(err) != want || !strings.Contains(fmt.Sprint(err), bomb[1]) {
			t.Errorf("%s: want %s with %q, got %v", name, want, bomb[1], err)
		}
	}
}

// costs are what operations are known to cost.
var costs = []struct {
	query     string
	variables map[string]any
	want      int
}{
	{`{ viewer { email } }`, nil, 1},
	{`{ __typename }`, nil, 0},
	{`{ topics { nodes { id } } }`, nil, 1 + 20},
	{`{ topics(first: 5) { pageInfo { endCursor } nodes { id author { name } } } }`, nil, 1 + 5*2},
	{`{ topics(last: 5) { edges { cursor node { id } } } }`, nil, 1 + 5},
	{`{ topics(first: 1000000) { nodes { id } } }`, nil, 1 + 100},
	{`{ topics(first: -1) { nodes { id } } }`, nil, 1},
	{`query($n: Int) { topics(first: $n) { nodes { author { name } } } }`, map[string]any{"n": int64(7)}, 1 + 14},
	{`query($n: Int) { topics(first: $n) { nodes { author { name } } } }`, nil, 1 + 40},
	{`query($n: Int = 3) { topics(first: $n) { nodes { author { name } } } }`, map[string]any{"n": int64(3)}, 1 + 6},
	{
		`query($n: Int, $m: Int) { topics(first: $n) { nodes { posts(first: $m) { nodes { id } } } } }`,
		map[string]any{"n": int64(10), "m": int64(10)},
		1 + 10*(1+1+10),
	},
	{`query($n: Int) { topics(first: $n) { ...P } } fragment P on TopicConnection { nodes { id } }`, map[string]any{"n": int64(9)}, 10},
	{`query($y: Boolean!) { viewer @include(if: $y) { email } }`, map[string]any{"y": false}, 0},
	{`query($y: Boolean!) { viewer @skip(if: $y) { email } }`, map[string]any{"y": false}, 1},
	{`{ viewer @skip(if: true) { email } }`, nil, 0},
	{`{ nodes(ids: ["a", "b", "c"]) { id } }`, nil, 3},
	{`query($i: [ID!]!) { nodes(ids: $i) { id } }`, map[string]any{"i": []any{"a", "b"}}, 2},
	{`{ post(id: "x") { reactions { kind } mentions { name } viewerReactions } }`, nil, 1 + 10 + 1},
	{`mutation { logOut { member { id } } }`, nil, 11},
	{`mutation { logIn(input: {email: "a", password: "b"}) { session { token } } }`, nil, 101},
	{`subscription { topicEvents(topicId: "x") { ... on PostAdded { post { id author { id } } } } }`, nil, 12},
}

func TestCosts(t *testing.T) {
	for _, c := range costs {
		operation, err := fit(t, c.query)
		if err != nil || operation == nil {
			t.Errorf("%s is not valid: %v", c.query, err)
			continue
		}
		if got := reckon(schema, operation).of(c.variables); got != c.want {
			t.Errorf("%s %v: want %d points, got %d", c.query, c.variables, c.want, got)
		}
	}
}

// TestCostsDoNotOverflow reckons the largest pages in each other.
func TestCostsDoNotOverflow(t *testing.T) {
	query := "{ space(slug: \"a\") { " + strings.Repeat("topics(first: 100) { nodes { space { ", 4) + "id" + strings.Repeat(" } } }", 4) + " } }"
	operation, err := fit(t, query)
	if err != nil || operation == nil {
		t.Fatal(operation, err)
	}
	if got := reckon(schema, operation).of(nil); got < 100_000_000 || got > countless {
		t.Errorf("got %d", got)
	}
}

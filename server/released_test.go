package server

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"veche/graph"
)

// released is the schema as the last release had it; empty before the first.
const released = "testdata/released.graphql"

var release = flag.Bool("release", false, "take the schema for that of a release")

// TestReleasedSchema holds the schema to what clients of the last release use:
// nothing goes that was not deprecated in it.
func TestReleasedSchema(t *testing.T) {
	if *release {
		text, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(released, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) == 0 {
		t.Skip("nothing was released yet; make release-schema keeps what is")
	}
	for _, what := range breaks(parsed(t, string(text)), graph.NewExecutableSchema(graph.Config{}).Schema()) {
		t.Errorf("clients of the last release break: %s. Keep it with @deprecated until the next release", what)
	}
}

func parsed(t *testing.T, text string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestBreaks changes a schema in every way.
func TestBreaks(t *testing.T) {
	const (
		before = `
			interface Node { id: ID! }
			type Query { post(id: ID!, as: Tone = LOUD, old: Int @deprecated): Post things: [Thing!] tone: Tone odd: Odd @deprecated }
			type Post implements Node { id: ID! title: String tags: [String!]! short: String @deprecated }
			type Note { text: String } type Past { gone: String @deprecated } type Odd { a: Int }
			union Thing = Post | Note | Past
			enum Tone { LOUD QUIET FLAT @deprecated }
			input New { title: String! tags: [String!] size: Int = 3 was: Int @deprecated }
			type Mutation { add(input: New!): Post }`
		fine = `
			interface Node { id: ID! }
			type Query { post(id: ID, as: Tone = LOUD, more: Int! = 1): Post! things: [Thing!]! tone: Tone extra: Int }
			type Post implements Node { id: ID! title: String! tags: [String!]! }
			type Note { text: String } type More { text: String }
			union Thing = Post | Note | More
			enum Tone { LOUD QUIET SOFT }
			input New { title: String tags: [String] size: Int = 3 more: Int extra: Int! = 2 }
			type Mutation { add(input: New): Post }`
		bad = `
			interface Node { id: ID! }
			type Query { post(id: ID!, as: Tone = QUIET, must: Int!): Note things: [Thing] }
			type Post { id: ID title: [String] tags: [String]! }
			scalar Note
			union Thing = Post
			enum Tone { LOUD }
			input New { title: Int! tags: [String!]! size: Int must: Int! }`
	)
	was := parsed(t, before)
	if got := breaks(was, parsed(t, fine)); got != nil {
		t.Errorf("what breaks nobody: %q", got)
	}
	if got := breaks(was, was); got != nil {
		t.Errorf("what is the same: %q", got)
	}
	if diff := cmp.Diff([]string{
		"Mutation is gone",
		"New.title takes Int!, and took String!",
		"New.tags takes [String!]!, and took [String!]",
		"New.size is nothing by default, and was 3",
		"New.must is new and required",
		"Note is SCALAR, and was OBJECT",
		"Post is no Node any more",
		"Post.id is ID, and was ID!",
		"Post.title is [String], and was String",
		"Post.tags is [String]!, and was [String!]!",
		"Query.post is Note, and was Post",
		"Query.post(as:) is QUIET by default, and was LOUD",
		"Query.post(must:) is new and required",
		"Query.things is [Thing], and was [Thing!]",
		"Query.tone is gone",
		"Note is not among Thing any more",
		"Tone.QUIET is gone",
	}, breaks(was, parsed(t, bad))); diff != "" {
		t.Errorf("what breaks clients (-want +got):\n%s", diff)
	}
}

package server

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"veche/graph"
)

const golden = "testdata/schema.graphql"

// TestSchema prints the whole schema: what clients may rely on changes under
// review or not at all.
func TestSchema(t *testing.T) {
	var b bytes.Buffer
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(graph.NewExecutableSchema(graph.Config{}).Schema())
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the schema is not as it was (-want +got); go test ./server -run TestSchema -update keeps it:\n%s", diff)
	}
}

// TestDescriptions wants a description on all that clients see.
func TestDescriptions(t *testing.T) {
	for name, def := range graph.NewExecutableSchema(graph.Config{}).Schema().Types {
		if def.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		described(t, name, def.Description)
		for _, field := range def.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				described(t, name+"."+field.Name, field.Description)
				describedArguments(t, name+"."+field.Name, field.Arguments)
			}
		}
		for _, value := range def.EnumValues {
			described(t, name+"."+value.Name, value.Description)
		}
	}
}

func describedArguments(t *testing.T, field string, arguments ast.ArgumentDefinitionList) {
	t.Helper()
	for _, a := range arguments {
		described(t, field+"("+a.Name+":)", a.Description)
	}
}

func described(t *testing.T, what, description string) {
	t.Helper()
	if strings.TrimSpace(description) == "" {
		t.Errorf("%s has no description", what)
	}
}

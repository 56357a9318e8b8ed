// Lean makes the code that gqlgen wrote cheaper where it can be: a plain scalar
// field of a struct needs no field context, no middleware and no recovery of
// its own, and takes about ten allocations less without them. Everything that
// a resolver answers stays as gqlgen wrote it.
//
// It runs after gqlgen, from go generate; see docs/decisions.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"

	"golang.org/x/tools/imports"
)

// plainField is gqlgen's code for a field that is read off the object: its
// name, its object, the expression that reads it, and its marshaler.
var plainField = regexp.MustCompile(`(func \(ec \*executionContext\) _(\w+)\(ctx context\.Context, field graphql\.CollectedField, obj \S+\) \(ret graphql\.Marshaler\) \{
)	return graphql\.ResolveField\(
		ctx,
		ec\.OperationContext,
		field,
		func\(ctx context\.Context, field graphql\.CollectedField\) \(\*graphql\.FieldContext, error\) \{
			return ec\.fieldContext_\w+\(ctx, field\)
		\},
		func\(ctx context\.Context\) \(any, error\) \{
			return (obj\.[\w.]+(?:\(\))?), nil
		\},
		nil,
		func\(ctx context\.Context, selections ast\.SelectionSet, v [^\n]+\) graphql\.Marshaler \{
			return (ec\.\S+)\(ctx, selections, v\)
		\},
		true,
		(?:true|false),
	\)
\}`)

func main() {
	files, err := filepath.Glob("*.generated.go")
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		if err := slim(file); err != nil {
			log.Fatal(err)
		}
	}
}

// slim rewrites the plain scalar fields of one file.
func slim(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	out := plainField.ReplaceAllFunc(text, func(code []byte) []byte {
		part := plainField.FindSubmatch(code)
		scalar := fmt.Sprintf(") fieldContext_%s(_ context.Context, field graphql.CollectedField) (fc *graphql.FieldContext, err error) {\n\treturn graphql.NewScalarFieldContext(", part[2])
		if !regexp.MustCompile(regexp.QuoteMeta(scalar)).Match(text) {
			return code
		}
		return fmt.Appendf(nil, "%s\treturn %s(ctx, field.Selections, %s)\n}", part[1], part[4], part[3])
	})
	out, err = imports.Process(file, out, nil) // some imports were for the code that went
	if err != nil {
		return err
	}
	return os.WriteFile(file, out, 0o644)
}

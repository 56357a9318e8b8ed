// Lean makes the code that gqlgen wrote cheaper where it can be:
//
//   - A plain scalar field of a struct needs no field context, no middleware
//     and no recovery of its own, and takes about ten allocations less without.
//   - Nothing is deferred: @defer is accepted and its fragment executed in
//     place, as the draft allows, so no object needs the means to defer.
//   - Objects, lists and strings are made and written by package wire.
//   - No operation is handed a map of how every input is read, which nobody here
//     asks for: it took 6 KB for each, and more with each input of the schema.
//
// What resolvers answer stays as gqlgen wrote it. Lean runs after gqlgen, from
// go generate, and stops when it no longer finds what it is there to change.
package main

import (
	"bytes"
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

// object is the end of gqlgen's code for an object that can have deferred
// fields, which all can.
var object = regexp.MustCompile(`	atomic\.AddInt32\(&ec\.Deferred, int32\(min\(len\(deferLabelToView\), math\.MaxInt32\)\)\)

	ec\.ProcessDeferredGroup\(graphql\.DeferredGroup\{
(?:		.*\n)+	\}\)

	return out
`)

var (
	deferring = regexp.MustCompile(`	deferredFieldSet := graphql\.NewFieldSet\(nil\)
	deferLabelToView := make\(map\[string\]\*graphql\.FieldSetView\)
`)
	deferred = regexp.MustCompile(`(?:\t+field := field\n)?\n\t+if field\.IsDeferred\(\) \{
(?:.*\n)*?\t+// don't run the out\.Concurrently\(\) call below
.*
\t+continue
\t+\}
`)
)

// list is gqlgen's code for a list of objects: the name of their type, and what
// makes one of them.
var list = regexp.MustCompile(`	ret := graphql\.MarshalSliceConcurrently\(ctx, len\(v\), 0, false, func\(ctx context\.Context, i int\) graphql\.Marshaler \{
		fc := graphql\.GetFieldContext\(ctx\)
		fc\.Result = &v\[i\]
		return (ec\.marshal[NO](\w+?)2[^\n]+)
	\}\)
`)

// flat says whether objects of the type have scalars alone: text holds the code
// of all their fields.
func flat(text []byte, name string) bool {
	fields := regexp.MustCompile(`\) fieldContext_`+name+`_\w+\(.*\n(.*)`).FindAllSubmatch(text, -1)
	for _, field := range fields {
		if !bytes.Contains(field[1], []byte("NewScalarFieldContext")) {
			return false
		}
	}
	code := regexp.MustCompile(`(?s)\) _` + name + `\(ctx .*?\n}\n`).Find(text)
	return len(fields) > 0 && code != nil && !bytes.Contains(code, []byte("out.Concurrently("))
}

// inputs is the map of all inputs' unmarshalers, and its way into the context.
var inputs = regexp.MustCompile(`(?:	inputUnmarshalMap := graphql\.BuildUnmarshalerMap\(
(?:		.*\n)*	\)
|\t+ctx = graphql\.WithUnmarshalerMap\(ctx, inputUnmarshalMap\)
)`)

// standIns are what package wire has in place of gqlgen's own.
var standIns = map[string]string{
	"graphql.FieldSet":      "wire.Fields",
	"graphql.NewFieldSet":   "wire.NewFields",
	"graphql.MarshalString": "wire.MarshalString",
	"graphql.MarshalSliceConcurrently(ctx, len(v), 0, false,": "wire.Elements(ctx, len(v),",
}

var ours = regexp.MustCompile(`graphql\.(?:FieldSet|NewFieldSet|MarshalString)\b|graphql\.MarshalSliceConcurrently\(ctx, len\(v\), 0, false,`)

func main() {
	files, err := filepath.Glob("*.generated.go")
	if err != nil {
		log.Fatal(err)
	}
	changed := 0
	for _, file := range files {
		n, err := slim(file)
		if err != nil {
			log.Fatal(err)
		}
		changed += n
	}
	if changed == 0 {
		log.Fatal("lean: nothing looks as gqlgen wrote it once; see whether lean is still needed")
	}
}

// slim rewrites one file and says how much it changed.
func slim(file string) (changed int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	out := plainField.ReplaceAllFunc(text, func(code []byte) []byte {
		part := plainField.FindSubmatch(code)
		scalar := fmt.Sprintf(") fieldContext_%s(_ context.Context, field graphql.CollectedField) (fc *graphql.FieldContext, err error) {\n\treturn graphql.NewScalarFieldContext(", part[2])
		if !bytes.Contains(text, []byte(scalar)) {
			return code
		}
		changed++
		return fmt.Appendf(nil, "%s\treturn %s(ctx, field.Selections, %s)\n}", part[1], part[4], part[3])
	})
	out = list.ReplaceAllFunc(out, func(code []byte) []byte {
		part := list.FindSubmatch(code)
		if !flat(text, string(part[2])) {
			return code
		}
		changed++
		return fmt.Appendf(nil, "\tret := wire.List(len(v), func(i int) graphql.Marshaler { return %s })\n", part[1])
	})
	changed += len(object.FindAll(out, -1))
	out = object.ReplaceAll(out, []byte("\treturn out\n"))
	out = inputs.ReplaceAll(out, nil)
	out = deferring.ReplaceAll(out, nil)
	out = deferred.ReplaceAll(out, []byte("\n"))
	out = ours.ReplaceAllFunc(out, func(name []byte) []byte { return []byte(standIns[string(name)]) })
	out = bytes.Replace(out, []byte("import (\n"), []byte("import (\n\t\"veche/resolvers/wire\"\n"), 1)
	if out, err = imports.Process(file, out, nil); err != nil { // some imports were for the code that went
		return 0, fmt.Errorf("tidy %s: %w", file, err)
	}
	return changed, os.WriteFile(file, out, 0o644)
}

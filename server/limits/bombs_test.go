package limits

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// bombs are documents that ask for too much, by what they are, and the words of
// the refusal.
func bombs() map[string][2]string {
	var chain, wide, circle strings.Builder
	for i := range 30 {
		fmt.Fprintf(&chain, "fragment F%d on Query { ...F%d ...F%d } ", i, i+1, i+1)
	}
	chain.WriteString("fragment F30 on Query { __typename } { ...F0 }")
	wide.WriteString(alike(150))
	circle.WriteString("{...A} fragment A on Query {...B} fragment B on Query {...A}")
	repeated := "{ topic(id: 1) {" + strings.Repeat(" author { id name }", 300) + " } }"
	return map[string][2]string{
		"many [":                   {strings.Repeat("[", 1<<18), "levels of brackets"},
		"many {":                   {strings.Repeat("{", 1<<18), "levels of brackets"},
		"a megabyte":               {strings.Repeat("[", 1<<20), "bytes in the document"},
		"a deep argument":          {"{ a(b: " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + ") }", "levels of brackets"},
		"a deep type":              {"query($a: " + strings.Repeat("[", 100) + "Int" + strings.Repeat("]", 100) + ") { a }", "levels of brackets"},
		"5,000 repeated fields":    {"{" + strings.Repeat(" a", 5000) + "}", "more than 5,000 tokens"},
		"4,000 repeated fields":    {"{" + strings.Repeat(" a", 4000) + "}", "4,000 selections"},
		"1,000 aliases":            {aliases(1000), "1,000 aliases"},
		"100 levels":               {strings.Repeat("{a", 100) + strings.Repeat("}", 100), "levels of brackets"},
		"50 levels":                {strings.Repeat("{a", 50) + strings.Repeat("}", 50), "50 levels of fields"},
		"150 roots":                {"{" + strings.Repeat(" a", 150) + "}", "150 fields at the root"},
		"fragments in a circle":    {circle.String(), "within itself"},
		"two of one name":          {"{...A} fragment A on Query {__typename} fragment A on Query {viewer {email}}", "two fragments"},
		"fragments that double":    {chain.String(), "countless selections"},
		"fragments that are alike": {wide.String(), "comparisons of repeated fields"},
		"repeated things":          {repeated, "comparisons of repeated fields"},
		"deep introspection":       {"{ __schema { types {" + strings.Repeat(" ofType {", 25) + "name" + strings.Repeat("}", 28), "levels of introspection"},
		"many directives":          {"{ a" + strings.Repeat(" @include(if: true)", 300) + " }", "300 directives"},
	}
}

func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d: __typename", i)
	}
	return "{" + b.String() + " }"
}

// TestComplaintsEnd validates what is wrong in many places.
func TestComplaintsEnd(t *testing.T) {
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + strings.Repeat(" nothing", 200) + "}"})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validate(schema, doc); len(errs) != maxErrors {
		t.Errorf("%d errors", len(errs))
	}
}

// TestRequestsLookedAtBeforeDecoding looks at them.
func TestRequestsLookedAtBeforeDecoding(t *testing.T) {
	long := strings.Repeat(" ", small)
	for text, fine := range map[string]bool{
		`{"variables": {"a": ` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}}`: true,
		`{"variables": {"a": ` + strings.Repeat("[", 61) + strings.Repeat("]", 61) + `}}`: false,
		`{"variables": {"a": [0` + strings.Repeat(",0", maxValues) + `]}}`:                false,
		`{"query": "` + strings.Repeat("[,", maxValues) + `\"[\\"}`:                       true,
		strings.Repeat("[", maxValues):                                                    false,
		strings.Repeat("]", maxValues):                                                    true, // the decoder says what is wrong
		`"`:                                                                               true,
	} {
		if err := JSON([]byte(long+text), 1); (err == nil) != fine {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

// TestWhatValidationCosts finds the worst that is let through to validation.
func TestWhatValidationCosts(t *testing.T) {
	for name, text := range worst() {
		doc, fault := gate.measure(text)
		if fault != nil {
			t.Logf("%s: %v", name, fault)
			continue
		}
		begun := time.Now()
		errs := validate(schema, doc)
		t.Logf("%s: %v, %d errors", name, time.Since(begun), len(errs))
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s: validation took %v", name, took)
		}
	}
}

func worst() map[string]string {
	all := map[string]string{}
	for _, n := range []int{20, 50, 100, 140, 200} {
		all[fmt.Sprintf("%d repeated authors", n)] = "{ topic(id: 1) {" + strings.Repeat(" author { id name }", n) + " } }"
		all[fmt.Sprintf("%d repeated ids", n*5)] = "{ topic(id: 1) {" + strings.Repeat(" id", n*5) + " } }"
		all[fmt.Sprintf("%d fragments alike", n)] = alike(n)
		all[fmt.Sprintf("%d unknown fields", n*9)] = "{ viewer { member { " + strings.Repeat("viewerReactio ", n*9) + " } } }"
		var unknown strings.Builder
		for i := range n * 9 {
			fmt.Fprintf(&unknown, "postCoun%d ", i)
		}
		all[fmt.Sprintf("%d different unknown fields", n*9)] = "{ viewer { member { " + unknown.String() + " } } }"
		all[fmt.Sprintf("%d operations", n)] = operations(n)
	}
	nest := "id"
	for range 9 {
		nest = "replyTo { " + nest + " } replyTo { " + nest + " }"
	}
	all["doubling"] = "{ post(id: 1) { " + nest + " } }"
	for _, depth := range []int{5, 6, 7, 8, 9} {
		var ladder strings.Builder
		for i := range depth {
			fmt.Fprintf(&ladder, "fragment L%d on Post { replyTo { ...L%d } replyTo { ...L%d id } } ", i, i+1, i+1)
		}
		fmt.Fprintf(&ladder, "fragment L%d on Post { id } { post(id: 1) { ...L0 } }", depth)
		all[fmt.Sprintf("a ladder of %d fragments", depth)] = ladder.String()
	}
	return all
}

// alike has n fragments with the same fields in one place.
func alike(n int) string {
	var b strings.Builder
	b.WriteString("{ topic(id: 1) {")
	for i := range n {
		fmt.Fprintf(&b, "...F%d ", i)
	}
	b.WriteString("} }")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Topic { author { id name handle } } ", i)
	}
	return b.String()
}

func operations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "query O%d { ...F } ", i)
	}
	return b.String() + "fragment F on Query { viewer { " + strings.Repeat("email ", 100) + "} }"
}

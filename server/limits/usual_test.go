package limits

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// TestUsualDocumentsPass takes every document that the repository has.
func TestUsualDocumentsPass(t *testing.T) {
	highest := map[string]int{}
	for _, text := range usual(t) {
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil || len(doc.Operations) == 0 {
			continue
		}
		if _, err := gate.measure(text); err != nil {
			t.Errorf("%.300s: %v", text, err)
		}
		if errs := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
			continue
		}
		for _, operation := range doc.Operations {
			cost := reckon(schema, operation).of(nil)
			highest[text] = cost
			most := gate.bounds.Cost / 4
			if strings.Contains(text, "__schema") {
				most *= 2 // what is asked of the whole schema grows with it
			}
			if cost > most {
				t.Errorf("%.300s: costs %d", text, cost)
			}
		}
	}
	if len(highest) < 100 {
		t.Errorf("only %d documents were found", len(highest))
	}
	most := ""
	for text, cost := range highest {
		if most == "" || cost > highest[most] {
			most = text
		}
	}
	t.Logf("of %d the dearest costs %d: %.200s", len(highest), highest[most], most)
}

var (
	fenced  = regexp.MustCompile("(?s)```graphql\n(.*?)```")
	inGo    = regexp.MustCompile("(?s)`([^`]*\\{[^`]*)`")
	inStory = regexp.MustCompile(`(?sm)^-- (?:\S+) .*?--\n(.*?)(?:^-- |\z)`)
)

func usual(t *testing.T) (all []string) {
	for _, glob := range []struct {
		files string
		find  *regexp.Regexp
	}{
		{"../../README.md", fenced},
		{"../../bench/*/*.go", inGo},
		{"../*_test.go", inGo},
		{"../testdata/stories/*.txtar", inStory},
	} {
		files, err := filepath.Glob(glob.files)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", glob.files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range glob.find.FindAllStringSubmatch(string(text), -1) {
				all = append(all, found[1])
			}
		}
	}
	return append(all, introspectionQuery)
}

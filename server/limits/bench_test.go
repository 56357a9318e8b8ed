package limits

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// BenchmarkDocuments is what it takes to refuse a bomb, and to let a page in
// that was not seen before and one that was.
func BenchmarkDocuments(b *testing.B) {
	for name, bomb := range bombs() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, fault := gate.measure(bomb[0]); fault == nil {
					b.Fatal("it was let in")
				}
			}
		})
	}
	b.Run("parse of 1,000 aliases", func(b *testing.B) {
		text := aliases(1000)
		for b.Loop() {
			_, _ = parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
		}
	})
	page := `query Page($id: ID!) { topic(id: $id) { id title body author { id name } posts(first: 20) { nodes { id ` + strings.Repeat("html ", 10) + ` } } } }`
	b.Run("a page", func(b *testing.B) {
		for b.Loop() {
			_, _ = gate.measure(page)
		}
	})
	operation, err := fit(b, page)
	if err != nil || operation == nil {
		b.Fatal(fmt.Sprint(err))
	}
	b.Run("the price of a page", func(b *testing.B) {
		for b.Loop() {
			gate.price(operation).of(nil)
		}
	})
}

package limits

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// long is what no document may take; machines that test are slow and busy.
const long = 5 * time.Second

// FuzzDocuments has any document measured, validated and reckoned: nothing
// panics or takes long, and the scan sees every bracket that the lexer sees.
func FuzzDocuments(f *testing.F) {
	for _, bomb := range bombs() {
		if len(bomb[0]) < 10_000 {
			f.Add(bomb[0])
		}
	}
	for _, c := range costs {
		f.Add(c.query)
	}
	f.Add(introspectionQuery)
	f.Add("{a(b:\"\"\"\\\"\"\"[\"\"\"\",c:\"\\\"[\")#{\n{")
	f.Fuzz(func(t *testing.T, text string) {
		sees, clean := lexed(text)
		if got := nesting(text); got < sees || clean && got != sees {
			t.Errorf("%q: the lexer sees brackets %d deep, the scan %d", text, sees, got)
		}
		begun := time.Now()
		if operation, _ := fit(t, text); operation != nil {
			reckon(schema, operation).of(nil)
		}
		if took := time.Since(begun); took > long {
			t.Errorf("%v", took)
		}
	})
}

// lexed is how deep the brackets are by the parser's own lexer, and whether it
// came to the end.
func lexed(text string) (deepest int, clean bool) {
	l := lexer.New(&ast.Source{Input: text})
	for depth := 0; ; {
		token, err := l.ReadToken()
		if err != nil {
			return deepest, false
		}
		switch token.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			depth++
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			depth = max(depth-1, 0)
		case lexer.EOF:
			return deepest, true
		}
		deepest = max(deepest, depth)
	}
}

// FuzzVariables has any variables measured and counted with.
func FuzzVariables(f *testing.F) {
	f.Add([]byte(`{"n": 3, "i": ["a"], "y": true}`))
	f.Add([]byte(`{"n": 1e99, "i": "a", "y": null}`))
	f.Add([]byte(`{"n": {"n": [[[[]]]]}}`))
	f.Add([]byte(`{"\\\"[": "\\\\"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		scanned := tallyOf(data, 1)
		var variables map[string]any
		if json.Unmarshal(data, &variables) != nil {
			return
		}
		var decoded tally
		decoded.count(variables, 0)
		if variablesFit(variables) != nil {
			return
		}
		if scanned.depth < decoded.depth {
			t.Errorf("%s is %d deep, and looks %d deep", data, decoded.depth, scanned.depth)
		}
		for _, by := range []reading{byNumber, byLength, ifTrue, ifFalse} {
			for name := range variables {
				if n := (counter{variable: name, by: by}).of(variables); n < 0 || n > maxValues {
					t.Errorf("%s of %s counts %d", name, data, n)
				}
			}
		}
	})
}

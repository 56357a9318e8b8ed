package wire

import (
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalString writes a JSON string (RFC 8259, section 7). It stands in for
// graphql.MarshalString, which looks at every rune: only bytes below U+0080 are
// ever escaped.
func MarshalString(s string) graphql.Marshaler { return text(s) }

type text string

const hex = "0123456789abcdef"

// MarshalGQL writes JSON.
func (t text) MarshalGQL(w io.Writer) {
	s := string(t)
	io.WriteString(w, `"`)
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		io.WriteString(w, s[start:i])
		start = i + 1
		switch c {
		case '"', '\\':
			w.Write([]byte{'\\', c})
		case '\n':
			io.WriteString(w, `\n`)
		case '\t':
			io.WriteString(w, `\t`)
		default:
			w.Write([]byte{'\\', 'u', '0', '0', hex[c>>4], hex[c&15]})
		}
	}
	io.WriteString(w, s[start:])
	io.WriteString(w, `"`)
}

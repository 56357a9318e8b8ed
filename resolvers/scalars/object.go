package scalars

import (
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// Object writes the fields of an object that is resolved. The fields are those
// that graphql.CollectFields answers, of which no two have one name.
func Object(fields []graphql.CollectedField, values []graphql.Marshaler) graphql.Marshaler {
	return &object{fields, values}
}

type object struct {
	fields []graphql.CollectedField
	values []graphql.Marshaler
}

// MarshalGQL writes JSON.
func (o *object) MarshalGQL(w io.Writer) {
	var space [64]byte
	for i := range o.fields {
		lead := byte(',')
		if i == 0 {
			lead = '{'
		}
		name := append(strconv.AppendQuote(append(space[:0], lead), o.fields[i].Alias), ':') // letters, digits and _ only
		w.Write(name)
		o.values[i].MarshalGQL(w)
	}
	if len(o.fields) == 0 {
		io.WriteString(w, "{")
	}
	io.WriteString(w, "}")
}

// List makes the elements of a list in turn.
func List(n int, element func(i int) graphql.Marshaler) graphql.Array {
	out := make(graphql.Array, n)
	for i := range out {
		out[i] = element(i)
	}
	return out
}

package wire

import (
	"context"
	"io"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// Fields is an object in the making: the fields that were asked for, and the
// value of each. It stands in for graphql.FieldSet, without what that needs to
// defer fields.
type Fields struct {
	// Values are the fields' values, each in its place.
	Values []graphql.Marshaler
	// Invalids counts the fields that are null though the schema has them not
	// null.
	Invalids uint32

	fields  []graphql.CollectedField
	delayed []delayed
}

type delayed struct {
	place int
	value func(context.Context) graphql.Marshaler
}

// NewFields begins an object. The fields are those that graphql.CollectFields
// answers, of which no two have one name.
func NewFields(fields []graphql.CollectedField) *Fields {
	return &Fields{fields: fields, Values: make([]graphql.Marshaler, len(fields))}
}

// Concurrently has the value made when Dispatch is called, beside others.
func (f *Fields) Concurrently(place int, value func(context.Context) graphql.Marshaler) {
	f.delayed = append(f.delayed, delayed{place, value})
}

// Dispatch makes the delayed values, and returns when all are there.
func (f *Fields) Dispatch(ctx context.Context) {
	if len(f.delayed) == 0 {
		return
	}
	var others sync.WaitGroup
	others.Add(len(f.delayed) - 1)
	for _, d := range f.delayed[1:] {
		work(func() {
			defer others.Done()
			f.Values[d.place] = d.value(ctx)
		})
	}
	f.Values[f.delayed[0].place] = f.delayed[0].value(ctx)
	others.Wait()
}

// MarshalGQL writes JSON.
func (f *Fields) MarshalGQL(w io.Writer) {
	var space [64]byte
	lead := byte('{')
	for i := range f.fields {
		name := strconv.AppendQuote(append(space[:0], lead), f.fields[i].Alias) // letters, digits and _ only
		w.Write(append(name, ':'))
		f.Values[i].MarshalGQL(w)
		lead = ','
	}
	if lead == '{' {
		io.WriteString(w, "{")
	}
	io.WriteString(w, "}")
}

// Package wire is what the generated code calls: how the API's own scalar types
// are read, and how values, objects and lists are made and written. It stands
// apart from the resolvers so that graph can import it.
package wire

import (
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"veche/community"
)

// dateTime is RFC 3339 to the millisecond, which is what the store keeps.
const dateTime = `"2006-01-02T15:04:05.000Z"`

// MarshalDateTime writes an instant in UTC.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		var space [len(dateTime)]byte
		w.Write(t.UTC().AppendFormat(space[:0], dateTime))
	})
}

var errDateTime = community.BadInput("", "A DateTime is written as 2026-01-31T18:00:00Z (RFC 3339).")

// UnmarshalDateTime reads an instant with whatever offset and keeps it in UTC,
// to the millisecond.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, errDateTime
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, errDateTime
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

package wire

import (
	"github.com/99designs/gqlgen/graphql"

	"veche/community"
)

// MarshalDate writes a day.
func MarshalDate(d community.Date) graphql.Marshaler { return graphql.MarshalString(string(d)) }

// UnmarshalDate reads a day.
func UnmarshalDate(v any) (community.Date, error) { return read(v, community.ParseDate) }

// MarshalLocalTime writes what a clock on a wall shows.
func MarshalLocalTime(l community.LocalTime) graphql.Marshaler {
	return graphql.MarshalString(string(l))
}

// UnmarshalLocalTime reads what a clock on a wall shows.
func UnmarshalLocalTime(v any) (community.LocalTime, error) { return read(v, community.ParseLocalTime) }

// MarshalTimeZone writes a zone's name.
func MarshalTimeZone(z community.TimeZone) graphql.Marshaler { return graphql.MarshalString(string(z)) }

// UnmarshalTimeZone reads a zone's name.
func UnmarshalTimeZone(v any) (community.TimeZone, error) { return read(v, community.ParseTimeZone) }

// read has parse read a string, and say what is wrong with anything else.
func read[T any](v any, parse func(string) (T, error)) (T, error) {
	s, _ := v.(string)
	return parse(s)
}

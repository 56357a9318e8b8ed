// Package community holds the words that every domain shares: ids, the Viewer,
// pages, cursors and errors. Each domain of community life has a folder below
// this one; no domain knows another.
package community

import (
	"strings"
	"time"

	"go.jetify.com/typeid"
)

// Typed ids. Each is a TypeID: a prefix that names the type, and a UUIDv7 in
// base32, so that ids sort by the time they were made.
type (
	MemberID     string
	SessionID    string
	TokenID      string
	SpaceID      string
	TopicID      string
	PostID       string
	PollID       string
	BoardID      string
	IdeaID       string
	CalendarID   string
	EventID      string
	OccurrenceID string
)

// The prefixes of ids, by which node(id:) knows the type.
const (
	MemberPrefix     = "member"
	SessionPrefix    = "session"
	TokenPrefix      = "token"
	SpacePrefix      = "space"
	TopicPrefix      = "topic"
	PostPrefix       = "post"
	PollPrefix       = "poll"
	BoardPrefix      = "board"
	IdeaPrefix       = "idea"
	CalendarPrefix   = "calendar"
	EventPrefix      = "event"
	OccurrencePrefix = "occurrence"
)

// NewID makes an id with the prefix.
func NewID[ID ~string](prefix string) ID {
	return ID(typeid.Must(typeid.WithPrefix(prefix)).String())
}

// IDPrefix is what stands before the first underscore of an id; empty when the
// text is no id.
func IDPrefix(id string) string {
	prefix, _, ok := strings.Cut(id, "_")
	if !ok {
		return ""
	}
	return prefix
}

// Clock tells the time; tests bring their own.
type Clock func() time.Time

// Now is the clock of a real server: UTC, to the millisecond, which is what
// the store keeps.
func Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Mention is a member whom a text mentions.
type Mention struct {
	ID     MemberID
	Handle string
}

// Strings are ids as the store takes them.
func Strings[ID ~string](ids []ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// Keyed is a map by id as loaders take it.
func Keyed[ID ~string, T any](found map[string]T) map[ID]T {
	out := make(map[ID]T, len(found))
	for id, thing := range found {
		out[ID(id)] = thing
	}
	return out
}

// Node is anything that node(id:) can answer.
type Node interface {
	IsNode()
	GetID() string
}

// OrNil is the text, or nil for an empty one.
func OrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

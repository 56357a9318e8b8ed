package community

import (
	"errors"
	"fmt"
	"time"

	"veche/store"
)

// Kind is the closed list of what can be wrong with a request. It is what
// clients see as extensions.code.
type Kind string

// The kinds of errors.
const (
	KindBadInput        Kind = "BAD_INPUT"
	KindUnauthenticated Kind = "UNAUTHENTICATED"
	KindForbidden       Kind = "FORBIDDEN"
	KindNotFound        Kind = "NOT_FOUND"
	KindConflict        Kind = "CONFLICT"
	KindRateLimited     Kind = "RATE_LIMITED"
	KindTooComplex      Kind = "TOO_COMPLEX"
	KindUnavailable     Kind = "UNAVAILABLE"
	KindInternal        Kind = "INTERNAL"
)

// Error is an error that may be shown to whoever asked.
type Error struct {
	Kind Kind
	// Message is a whole sentence for a person.
	Message string
	// Field names the input field at fault, for BAD_INPUT.
	Field string
	// RetryAfter says when to try again, for RATE_LIMITED.
	RetryAfter time.Duration
}

// Error is the sentence with its kind.
func (e *Error) Error() string { return string(e.Kind) + ": " + e.Message }

// BadInput says what is wrong with the field.
func BadInput(field, format string, args ...any) error {
	return &Error{Kind: KindBadInput, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Unauthenticated asks the viewer to sign in.
func Unauthenticated(format string, args ...any) error {
	return &Error{Kind: KindUnauthenticated, Message: fmt.Sprintf(format, args...)}
}

// Forbidden says what a known viewer lacks.
func Forbidden(format string, args ...any) error {
	return &Error{Kind: KindForbidden, Message: fmt.Sprintf(format, args...)}
}

// NotFound is the answer for things that are absent and for things that the
// viewer may not see: nobody can tell which.
func NotFound(what string) error {
	return &Error{Kind: KindNotFound, Message: fmt.Sprintf("There is no such %s.", what)}
}

// Conflict says that the request contradicts how things stand by now.
func Conflict(format string, args ...any) error {
	return &Error{Kind: KindConflict, Message: fmt.Sprintf(format, args...)}
}

// TooComplex says which limit the operation goes over, and by how much.
func TooComplex(format string, args ...any) error {
	return &Error{Kind: KindTooComplex, Message: fmt.Sprintf(format, args...)}
}

// Unavailable asks the viewer to try again when what is missing is back.
func Unavailable(format string, args ...any) error {
	return &Error{Kind: KindUnavailable, Message: fmt.Sprintf(format, args...)}
}

// RateLimited asks the client to come back later.
func RateLimited(after time.Duration) error {
	return &Error{Kind: KindRateLimited, Message: "Too many requests; try again later.", RetryAfter: after}
}

// KindOf is the kind of err: its own if it is an Error, that of a store error
// that no domain put into words, and INTERNAL otherwise.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, store.ErrNotFound):
		return KindNotFound
	case errors.Is(err, store.ErrConflict):
		return KindConflict
	}
	return KindInternal
}

// OrNotFound turns store.ErrNotFound into the sentence that there is no such
// thing, and leaves other errors as they are.
func OrNotFound(err error, what string) error {
	if errors.Is(err, store.ErrNotFound) {
		return NotFound(what)
	}
	return err
}

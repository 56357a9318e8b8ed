package resolvers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/dataloaders"
	"veche/store"
)

// Present is how every error reaches a client: with a code of the closed list
// in extensions.code, and nothing that the community did not say on purpose.
// What went wrong inside is logged under an id; the client gets the id alone.
func Present(ctx context.Context, err error) *gqlerror.Error {
	var already *gqlerror.Error
	if errors.As(err, &already) && already.Err == nil {
		return presentGraphQL(ctx, already)
	}
	var e *community.Error
	if !errors.As(err, &e) {
		e = inside(err)
	}
	out := &gqlerror.Error{Message: e.Message, Path: graphql.GetPath(ctx), Extensions: map[string]any{"code": e.Kind}}
	if e.Field != "" {
		out.Extensions["field"] = e.Field
	} else if name, ok := inputName(already); ok && e.Kind == community.KindBadInput {
		out.Extensions["field"] = name
	}
	if e.RetryAfter > 0 {
		out.Extensions["retryAfter"] = math.Ceil(e.RetryAfter.Seconds())
	}
	var hidden *internal
	if errors.As(err, &hidden) {
		out.Extensions["id"] = hidden.id
	} else if e.Kind == community.KindInternal {
		out.Extensions["id"] = log(ctx, err)
	}
	return out
}

// presentGraphQL gives a code to what the executor itself says: the document
// or the variables do not fit the schema.
func presentGraphQL(ctx context.Context, e *gqlerror.Error) *gqlerror.Error {
	if e.Extensions == nil {
		e.Extensions = map[string]any{}
	}
	switch e.Extensions["code"] {
	case nil, "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED":
		e.Extensions["code"] = community.KindBadInput
		if name, ok := lastName(e); ok {
			e.Extensions["field"] = name
		}
	}
	if e.Path == nil {
		e.Path = graphql.GetPath(ctx)
	}
	if !viewerOf(ctx).SignedIn() {
		e.Message = withoutHints(e.Message)
	}
	return e
}

// withoutHints leaves out which names the schema has that are like one it has
// not: guests could ask it out by guessing. The validator's rules, and not one of
// them alone, end their sentences so.
func withoutHints(message string) string {
	said, _, _ := strings.Cut(message, " Did you mean ")
	return said
}

// lastName is the variable's field at which the document stopped making sense.
func lastName(e *gqlerror.Error) (string, bool) {
	if len(e.Path) == 0 {
		return "", false
	}
	name, ok := e.Path[len(e.Path)-1].(ast.PathName)
	return string(name), ok
}

// inputName is the input field whose value could not be read: the executor
// says so with a path into the input, and without a place in the document.
func inputName(e *gqlerror.Error) (string, bool) {
	if e == nil || len(e.Locations) > 0 {
		return "", false
	}
	return lastName(e)
}

// inside is what a client is told of errors that no domain put into words.
func inside(err error) *community.Error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &community.Error{Kind: community.KindUnavailable, Message: "This took too long or was cancelled."}
	case errors.Is(err, store.ErrReused):
		return &community.Error{Kind: community.KindConflict, Field: "idempotencyKey", Message: "This key was used with another input."}
	case errors.Is(err, store.ErrUnknown):
		return &community.Error{Kind: community.KindUnavailable, Message: "The first attempt with this key is under way, or was cut off; look whether it was done."}
	case errors.Is(err, store.ErrConflict):
		return &community.Error{Kind: community.KindConflict, Message: "Others changed this at the same moment; try again."}
	case errors.Is(err, store.ErrNotFound):
		return &community.Error{Kind: community.KindNotFound, Message: "There is no such thing."}
	}
	return &community.Error{Kind: community.KindInternal, Message: "Something went wrong here."}
}

// internal is an error that was logged already.
type internal struct{ id string }

func (i *internal) Error() string { return "internal error " + i.id }

// log keeps what went wrong and answers the id of the entry. What many fields
// failed by is one entry.
func log(ctx context.Context, err error) string {
	var batch *dataloaders.Panic
	if errors.As(err, &batch) {
		if batch.Take() {
			slog.ErrorContext(ctx, "a batch panicked", "id", batch.ID, "path", graphql.GetPath(ctx).String(),
				"panic", err, "stack", string(batch.Stack))
		}
		return batch.ID
	}
	var told *gqlerror.Error
	if errors.As(err, &told) && told.Err != nil {
		err = told.Err // what clients are told in its place says nothing
	}
	id := rand.Text()[:12]
	slog.ErrorContext(ctx, "a request failed", "id", id, "path", graphql.GetPath(ctx).String(), "error", err)
	return id
}

// Recover turns a panic in a resolver into one INTERNAL error, with one line in
// the log that has the stack.
func Recover(ctx context.Context, p any) error {
	id := rand.Text()[:12]
	slog.ErrorContext(ctx, "a resolver panicked", "id", id, "path", graphql.GetPath(ctx).String(),
		"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	return &internal{id}
}

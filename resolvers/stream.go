package resolvers

import (
	"context"
	"errors"

	"veche/community"
)

// Turn is one step of a subscription. Package broadcast executes a subscription
// again for each of its turns: the first tells what is to be followed, and each
// further one answers one event of it.
type Turn struct {
	// Feed and After are what the subscription asks for: the first turn sets
	// them.
	Feed  *community.Feed
	After *community.Cursor
	// Event is what a further turn answers.
	Event any
}

type turnKey struct{}

// WithTurn hands the turn to the subscription. Only the server calls it.
func WithTurn(ctx context.Context, t *Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// TurnFrom answers the turn, or one of nothing.
func TurnFrom(ctx context.Context) *Turn {
	if t, ok := ctx.Value(turnKey{}).(*Turn); ok {
		return t
	}
	return &Turn{}
}

// errNoTurn says that a subscription was executed like a query: a programming
// error.
var errNoTurn = errors.New("resolvers: a subscription without a turn")

// follow takes its turn: it tells of the feed, or answers the event.
func follow[E any](ctx context.Context, f *community.Feed, after *community.Cursor) (<-chan E, error) {
	turn, ok := ctx.Value(turnKey{}).(*Turn)
	if !ok {
		return nil, errNoTurn
	}
	out := make(chan E, 1)
	defer close(out)
	if turn.Event == nil {
		turn.Feed, turn.After = f, after
		return out, nil
	}
	event, ok := turn.Event.(E)
	if !ok {
		return nil, errNoTurn
	}
	out <- event
	return out, nil
}

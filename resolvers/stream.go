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
	// them. An After that is there already takes the place of the one in the
	// operation: a client that came back said so elsewhere.
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

// begin makes the feed of a reader who starts behind the cursor, and may say
// where else it is to start.
type begin = func(after *community.Cursor) (*community.Feed, *community.Cursor, error)

// from begins a feed that is the same from wherever it is read.
func from(f *community.Feed) begin {
	return func(after *community.Cursor) (*community.Feed, *community.Cursor, error) { return f, after, nil }
}

// follow takes its turn: it tells of the feed, or answers the event.
func follow[E any](ctx context.Context, begin begin, after *community.Cursor) (<-chan E, error) {
	turn, ok := ctx.Value(turnKey{}).(*Turn)
	if !ok {
		return nil, errNoTurn
	}
	out := make(chan E, 1)
	defer close(out)
	if turn.Event == nil {
		if turn.After != nil {
			after = turn.After
		}
		var err error
		turn.Feed, turn.After, err = begin(after)
		return out, err
	}
	event, ok := turn.Event.(E)
	if !ok {
		return nil, errNoTurn
	}
	out <- event
	return out, nil
}

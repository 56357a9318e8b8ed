package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/live"
	"veche/resolvers"
)

// open executes the subscription's first turn, which says what to follow.
func open(ctx context.Context, wanted Subscription) (*resolvers.Turn, gqlerror.List) {
	turn := &resolvers.Turn{After: wanted.Since}
	responses, ctx := wanted.Exec.DispatchOperation(resolvers.WithTurn(ctx, turn), wanted.Operation)
	if turn.Feed != nil {
		return turn, nil
	}
	if r := responses(ctx); r != nil && len(r.Errors) > 0 {
		return nil, r.Errors
	}
	return nil, gqlerror.List{resolvers.Present(ctx, fmt.Errorf("a subscription follows nothing"))}
}

// fresh is how long a response may be told again to readers who catch up:
// rights must bite, and changes show, within a second.
const fresh = 500 * time.Millisecond

// shelf is how many responses a group keeps for readers who catch up.
const shelf = 64

// made is the response to one entry, executed by whoever asks first. Some
// sources make entries that bring readers who stand apart to one number: these
// have ids of their own.
type made struct {
	seq     int64
	id      string
	at      time.Time
	done    chan struct{}
	message *Message // nil when the entry is no event
	err     error
}

// message answers what the entry is to the group's audience, for whom the
// viewer stands; nil if it is nothing. An error may be that of another viewer who
// stood for all.
func (g *group) message(v community.Viewer, e *live.Entry) (*Message, error) {
	g.mu.Lock()
	slot := &g.shelf[e.Seq%shelf]
	m := *slot
	if m == nil || m.seq != e.Seq || m.id != e.ID || time.Since(m.at) > fresh {
		m = &made{seq: e.Seq, id: e.ID, at: time.Now(), done: make(chan struct{})}
		*slot = m
		g.mu.Unlock()
		if m.message, m.err = g.execute(v, e); m.err != nil && !broke(m.err) {
			g.forget(m)
		}
		close(m.done)
		return m.message, m.err
	}
	g.mu.Unlock()
	<-m.done
	return m.message, m.err
}

func (g *group) forget(m *made) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if slot := &g.shelf[m.seq%shelf]; *slot == m {
		*slot = nil
	}
}

// clear lets go of responses for which nobody will come any more.
func (g *group) clear() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shelf = [shelf]*made{}
}

// broken says that an execution panicked, and was told of in the log: that is
// nobody's right, so that it is not tried for others or again.
type broken struct{ error }

func (b *broken) Unwrap() error { return b.error }

func broke(err error) bool {
	var b *broken
	return errors.As(err, &b)
}

func (g *group) execute(v community.Viewer, e *live.Entry) (m *Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, &broken{resolvers.Recover(g.ctx, p)}
		}
	}()
	if e.Kind == live.Tombstone {
		return nil, nil
	}
	event, err := g.feed.Event(g.ctx, v, e)
	switch {
	case errors.Is(err, community.ErrNoEvent):
	case err != nil:
		return nil, err
	default:
		if m, err = g.answer(v, event, g.feed.Behind(e.Seq)); err != nil {
			return nil, err
		}
	}
	return m, g.represents(v)
}

// errTurned says that rights turned while something was made for all.
var errTurned = errors.New("broadcast: rights turned meanwhile")

// represents says with an error that what the viewer just saw is not what the
// group's audience sees: rights may be gone of which nobody has told yet.
func (g *group) represents(v community.Viewer) error {
	if g.audience == "" {
		return nil
	}
	a, err := g.feed.Admit(g.ctx, v)
	if err == nil && a.Audience != g.audience {
		err = errTurned
	}
	return err
}

// answer executes the selection for one event.
func (g *group) answer(v community.Viewer, event any, behind community.Cursor) (*Message, error) {
	ctx := resolvers.WithRequest(g.ctx, &resolvers.Request{
		Viewer: v, Watcher: func(context.Context) (community.Viewer, error) { return v, nil },
	})
	ctx = resolvers.WithTurn(ctx, &resolvers.Turn{Event: event})
	responses, ctx := g.want.Exec.DispatchOperation(ctx, g.want.Operation)
	r := responses(ctx)
	if r == nil {
		return nil, fmt.Errorf("an event had no response: %w", context.Cause(g.ctx))
	}
	if len(r.Errors) == 0 && r.Data != nil && len(r.Extensions) == 0 {
		// Most responses are data alone, which is JSON already.
		text := make([]byte, 0, len(r.Data)+len(`{"data":}`))
		return &Message{append(append(append(text, `{"data":`...), r.Data...), '}'), behind}, nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a response: %w", err)
	}
	return &Message{text, behind}, nil
}

// Package broadcast tells many readers of one thing for little more than the
// price of telling one: a subscription is executed once for all who get the
// same answer, and each reader's connection only adds the frame around it.
//
// Readers whose document, operation, variables (the cursor aside) and audience
// are the same make a group. A document with a field that the schema marks with
// @perViewer makes a group for each viewer. Promises:
//
//   - A reader gets every event behind its cursor, once and in order: first from
//     the log, on its own, and from the exact number at which it has caught up,
//     live with its group.
//   - The group waits for no reader. One that has no room goes back to the log
//     and comes again when it has caught up; what it costs meanwhile is its own
//     goroutine and no copy of anything.
//   - Each execution is paid for by those who share it. Who cannot pay goes back to
//     the log, too, and goes on from there as points come.
//   - Rights are asked for anew whenever something happens that may change them,
//     and before anything later is delivered; every minute in any case.
//   - Each event is executed with loaders of its own, so it shows things as they
//     are by then. A response is told again, to readers who catch up, for
//     half a second at the most.
//   - What an execution says counts for all only if the viewer for whom it was
//     made might still read afterwards, as one of the same audience.
//   - A group without news has no goroutine.
package broadcast

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/live"
	"veche/resolvers"
)

// Reader is the connection to one subscriber. Its methods may be called from
// any goroutine, but no two at once.
type Reader interface {
	// Offer takes the message without waiting, or says that there is no room.
	Offer(*Message) bool
	// Put waits for room; false says that the reader is gone or ctx ended.
	Put(context.Context, *Message) bool
	// End is told last and once, without waiting, unless the reader left by
	// itself: nil says that there is nothing more to come, an error why nothing
	// more may.
	End(error)
}

// Message is one event as all readers of a group get it. Nobody changes it.
type Message struct {
	// JSON is the whole response: data, and errors if there are any.
	JSON []byte
	// Cursor is where a reader goes on behind it.
	Cursor community.Cursor
}

// recheck is how often every reader's rights are asked for though nothing that
// is known changed them: sessions also end by time.
const recheck = time.Minute

// checks is how many readers' rights are asked for at once: a space that closes
// asks for thousands.
const checks = 64

// Station is where all readers tune in.
type Station struct {
	// Began, if it is set, is told how each subscription began; without errors,
	// it goes on.
	Began func(context.Context, *graphql.OperationContext, gqlerror.List)
	// Price is what one execution costs, in points, and Charge takes points from
	// who asks, or says how long it is until they have them. Without, all is free.
	Price  func(*graphql.OperationContext) int
	Charge func(ctx context.Context, points int) (wait time.Duration)

	log    *live.Log
	schema *ast.Schema
	gate   chan struct{}
	// readers counts those who have begun.
	readers atomic.Int64

	mu     sync.Mutex
	groups map[string]*group

	sent, sentBack atomic.Int64
}

// New makes a station without readers.
func New(log *live.Log, schema *ast.Schema) *Station {
	return &Station{log: log, schema: schema, gate: make(chan struct{}, checks), groups: map[string]*group{}}
}

// Subscription is what a reader wants.
type Subscription struct {
	Exec      graphql.GraphExecutor
	Operation *graphql.OperationContext
	// Since takes the place of the cursor in the operation, if it is given.
	Since *community.Cursor
}

// Subscribe has the reader told of what it subscribes to until ctx ends. The
// errors say why nothing was begun; the reader then hears nothing.
func (s *Station) Subscribe(ctx context.Context, wanted Subscription, to Reader) gqlerror.List {
	errs := s.begin(ctx, wanted, to)
	if s.Began != nil {
		s.Began(ctx, wanted.Operation, errs)
	}
	return errs
}

func (s *Station) begin(ctx context.Context, wanted Subscription, to Reader) gqlerror.List {
	turn, errs := open(ctx, wanted)
	if len(errs) > 0 {
		return errs
	}
	l := &listener{station: s, ctx: ctx, watcher: resolvers.RequestFrom(ctx).Watcher, to: to, want: wanted, feed: turn.Feed}
	err := l.begin(turn.After)
	var over *sessionOver
	switch {
	case errors.As(err, &over): // a moment ago, as it may any time later
		to.End(err)
	case err != nil:
		told := resolvers.Present(graphql.WithOperationContext(ctx, wanted.Operation), err)
		told.Path = ast.Path{ast.PathName(root(wanted.Operation).Alias)}
		return gqlerror.List{told}
	}
	return nil
}

// Patrol asks for every reader's rights anew each minute, some at a time, until
// ctx ends.
func (s *Station) Patrol(ctx context.Context) {
	tick := time.NewTicker(recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.inspect()
		}
	}
}

func (s *Station) inspect() {
	for _, g := range s.all() {
		for some := range slices.Chunk(g.present(), checks) {
			for _, l := range some {
				l.doubted.Store(true)
			}
			g.suspects()
			time.Sleep(time.Millisecond) // others come first
		}
	}
}

// usher brings readers back to where their groups are. However many they are,
// few goroutines ask for their rights.
func (s *Station) usher(away []*listener) {
	each := (len(away) + checks - 1) / checks
	for len(away) > 0 {
		some := away[:min(each, len(away))]
		away = away[len(some):]
		go func() {
			for _, l := range some {
				l.revive()
			}
		}()
	}
}

// Readers is how many subscriptions have begun and not ended.
func (s *Station) Readers() int { return int(s.readers.Load()) }

// Groups is how many executions there are for all readers.
func (s *Station) Groups() int { return len(s.all()) }

// Sent is how many messages readers took, and how many times a reader had no
// room for one and went back to the log.
func (s *Station) Sent() (messages, back int64) { return s.sent.Load(), s.sentBack.Load() }

func (s *Station) all() []*group {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*group, 0, len(s.groups))
	for _, g := range s.groups {
		all = append(all, g)
	}
	return all
}

// enter answers the group, which stays at least until the listener leaves it.
func (s *Station) enter(key string, l *listener, a community.Admission) (*group, error) {
	s.mu.Lock()
	g, ok := s.groups[key]
	if !ok {
		g = newGroup(s, key, l, a)
		s.groups[key] = g
	}
	g.members++
	s.mu.Unlock()
	if err := g.start(a); err != nil {
		s.leave(g)
		return nil, err
	}
	return g, nil
}

// size is how many readers the group has, live or not.
func (s *Station) size(g *group) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return g.members
}

func (s *Station) leave(g *group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.members--; g.members == 0 {
		delete(s.groups, g.key)
		g.close()
	}
}

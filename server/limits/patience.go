package limits

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
)

// How many refusals a client hears at once, how soon the next comes, how long
// it waits for one at most, and how many wait at a time.
const (
	forgiven    = 30
	nextRefusal = 200 * time.Millisecond
	oneRefusal  = 64 << 10 // bytes of a request; a longer one counts as more
	longestWait = time.Second
	mayWait     = 4096
)

// Patience lets those wait for the answer who keep sending what is refused: who
// sends the next as soon as the last is answered then takes next to nothing from
// others. It is safe for use by many goroutines; nil has nobody wait.
type Patience struct {
	held    *otter.Cache[string, *grudge]
	waiting chan struct{}
}

// grudge is when all that was refused to one client will be forgiven.
type grudge struct {
	mu    sync.Mutex
	until time.Time
}

// NewPatience has heard of nobody.
func NewPatience() *Patience {
	return &Patience{
		held: otter.Must(&otter.Options[string, *grudge]{
			MaximumSize:      100_000,
			ExpiryCalculator: otter.ExpiryAccessing[string, *grudge](2 * forgiven * nextRefusal),
		}),
		waiting: make(chan struct{}, mayWait),
	}
}

// bear adds so many refusals, and answers how long to wait.
func (g *grudge) bear(refusals int64) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	const free = forgiven * nextRefusal
	now := time.Now()
	if g.until.Before(now) {
		g.until = now
	}
	gone := min(g.until.Sub(now)+time.Duration(refusals)*nextRefusal, free+longestWait)
	g.until = now.Add(gone)
	return max(gone-free, 0)
}

// Answer holds the answer to a request of so many bytes back as long as who has
// it coming to them, if they are to blame for the error.
func (p *Patience) Answer(ctx context.Context, who string, size int64, err error) {
	if p == nil || !blames(err) {
		return
	}
	p.wait(ctx, p.Note(who, size))
}

// Note counts a refusal, and answers how long its answer is to wait.
func (p *Patience) Note(who string, size int64) time.Duration {
	if p == nil {
		return 0
	}
	g, ok := p.held.GetIfPresent(who)
	if !ok {
		g, _ = p.held.SetIfAbsent(who, &grudge{})
	}
	return g.bear(min(1+max(size, 0)/oneRefusal, forgiven))
}

// Greet has who comes back wait for as long as they still have to.
func (p *Patience) Greet(ctx context.Context, who string) {
	if p == nil {
		return
	}
	if g, ok := p.held.GetIfPresent(who); ok {
		p.wait(ctx, g.bear(0))
	}
}

func (p *Patience) wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return // too many to remember
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// blames says whether the error is the client's doing. That a document is not
// known by its hash is no fault: clients ask so first. Nor is what failed here.
func blames(err error) bool {
	var told *gqlerror.Error
	if errors.As(err, &told) && told.Err == nil {
		return told.Extensions["code"] != codeNotFound
	}
	var found *faults
	if errors.As(err, &found) {
		return true
	}
	switch community.KindOf(err) {
	case community.KindInternal, community.KindUnavailable:
		return false
	}
	return true
}

// codeNotFound is what persisted says of a hash that it does not know.
const codeNotFound = "PERSISTED_QUERY_NOT_FOUND"

func actorOf(ctx context.Context) string { return Actor(resolvers.RequestFrom(ctx)) }

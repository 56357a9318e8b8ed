package limits

import (
	"context"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"veche/community"
	"veche/resolvers"
)

// How many refusals a client hears at once, how soon the next comes, how long
// it waits for one at most, and how many wait at a time.
const (
	forgiven    = 30
	nextRefusal = 200 * time.Millisecond
	longestWait = time.Second
	mayWait     = 4096
)

// Patience lets those wait for the answer who keep sending what is refused: who
// sends the next as soon as the last is answered then takes next to nothing from
// others. It is safe for use by many goroutines; nil has nobody wait.
type Patience struct {
	buckets *otter.Cache[string, *rate.Limiter]
	waiting chan struct{}
}

// NewPatience has heard of nobody.
func NewPatience() *Patience {
	return &Patience{
		buckets: otter.Must(&otter.Options[string, *rate.Limiter]{
			MaximumSize:      100_000,
			ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](forgiven * nextRefusal),
		}),
		waiting: make(chan struct{}, mayWait),
	}
}

// Answer holds the answer back as long as who has it coming to them, if they
// are to blame for the error.
func (p *Patience) Answer(ctx context.Context, who string, err error) {
	if p == nil || !blames(err) {
		return
	}
	p.wait(ctx, p.Note(who))
}

// Note counts a refusal, and answers how long its answer is to wait.
func (p *Patience) Note(who string) time.Duration {
	if p == nil {
		return 0
	}
	bucket, ok := p.buckets.GetIfPresent(who)
	if !ok {
		bucket, _ = p.buckets.SetIfAbsent(who, rate.NewLimiter(rate.Every(nextRefusal), forgiven))
	}
	turn := bucket.Reserve()
	delay := turn.Delay()
	if delay > longestWait {
		turn.Cancel()
		return longestWait
	}
	return delay
}

// Greet has who comes back wait for as long as they still have to.
func (p *Patience) Greet(ctx context.Context, who string) {
	if p == nil {
		return
	}
	if bucket, ok := p.buckets.GetIfPresent(who); ok {
		if debt := -bucket.Tokens(); debt > 0 {
			p.wait(ctx, time.Duration(debt*float64(nextRefusal)))
		}
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

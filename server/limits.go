package server

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"veche/community"
	"veche/resolvers"
)

// Sign-ins and registrations cost much (a password hash) and invite guessing:
// each address may make burst of them at once and one more every refill.
const (
	burst  = 20
	refill = 3 * time.Second
)

// guarded are the root fields that are limited.
var guarded = map[string]bool{"register": true, "logIn": true, "changePassword": true}

// limits holds back addresses that ask too often.
type limits struct {
	on      bool
	buckets *otter.Cache[string, *rate.Limiter]
}

func newLimits(on bool) *limits {
	return &limits{on: on, buckets: otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize:      100_000,
		ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](burst * refill),
	})}
}

// around refuses a guarded field with RATE_LIMITED when its address has asked
// too often.
func (l *limits) around(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if l.on && guarded[graphql.GetRootFieldContext(ctx).Field.Name] {
		if wait := l.wait(resolvers.RequestFrom(ctx).Device.Address); wait > 0 {
			graphql.AddError(ctx, community.RateLimited(wait))
			return graphql.Null
		}
	}
	return next(ctx)
}

// wait is how long the address must wait for its turn; zero takes the turn.
func (l *limits) wait(address string) time.Duration {
	bucket, _ := l.buckets.SetIfAbsent(address, rate.NewLimiter(rate.Every(refill), burst))
	turn := bucket.Reserve()
	if wait := turn.Delay(); wait > 0 {
		turn.Cancel()
		return wait
	}
	return 0
}

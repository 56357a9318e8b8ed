package limits

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
// each address may make Burst of them at once and one more every refill.
const (
	Burst  = 20
	refill = 3 * time.Second
)

// guarded are the root fields that are limited.
var guarded = map[string]bool{"register": true, "logIn": true, "changePassword": true}

// Guards says whether the field is one that takes a password.
func Guards(field string) bool { return guarded[field] }

// SignIns holds back addresses that try to sign in too often.
type SignIns struct {
	buckets *otter.Cache[string, *rate.Limiter]
}

// NewSignIns knows no address yet.
func NewSignIns() *SignIns {
	return &SignIns{otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize:      100_000,
		ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](Burst * refill),
	})}
}

// Around refuses a guarded field with RATE_LIMITED when its address has asked
// too often.
func (s *SignIns) Around(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if guarded[graphql.GetRootFieldContext(ctx).Field.Name] {
		if wait := s.wait(Network(resolvers.RequestFrom(ctx).Device.Address)); wait > 0 {
			graphql.AddError(ctx, community.RateLimited(wait))
			return graphql.Null
		}
	}
	return next(ctx)
}

// wait is how long the address must wait for its turn; zero takes the turn.
func (s *SignIns) wait(address string) time.Duration {
	bucket, _ := s.buckets.SetIfAbsent(address, rate.NewLimiter(rate.Every(refill), Burst))
	turn := bucket.Reserve()
	if wait := turn.Delay(); wait > 0 {
		turn.Cancel()
		return wait
	}
	return 0
}

package resolvers

import (
	"context"

	"veche/community/counters"
)

type counterQueries struct{ ledger *counters.Ledger }

func (q counterQueries) CommunityCounters(ctx context.Context) (*counters.Counters, error) {
	return q.ledger.Now(ctx, viewerOf(ctx))
}

type counterSubscriptions struct{ ledger *counters.Ledger }

func (s counterSubscriptions) CommunityCounters(ctx context.Context) (<-chan *counters.Counters, error) {
	return follow[*counters.Counters](ctx, from(s.ledger.Feed()), nil)
}

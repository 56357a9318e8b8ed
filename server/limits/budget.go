package limits

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"veche/community"
	"veche/store"
)

// budget is what is left of an actor's points, as an instant: when all of them
// will be back. Each point spent puts it off by the time in which one comes.
type budget struct {
	ID    string    `bson:"_id"` // the actor
	Until time.Time `bson:"until"`
}

var budgets = store.Define[budget]("budgets", store.On("until"))

// minute is the time in which a whole budget comes back.
const minute = time.Minute

// leases is how many parts a budget is taken in by the nodes that share it: a
// node reads and writes the store once for each.
const leases = 20

// Budgets are what everybody may still spend.
type Budgets struct {
	shelf store.Store // nil where no other process spends from them
	now   func() time.Time
	held  *otter.Cache[string, *purse]
}

// purse is what a node has of an actor's budget.
type purse struct {
	mu sync.Mutex
	// budget is all of it, where nobody shares it.
	budget budget
	// leased are points taken in advance from the store; shut is when to ask it
	// again, once it refused.
	leased int
	shut   time.Time
}

// OpenBudgets makes budgets that are kept in memory or, where the store is
// shared with other nodes, in the store. now may be nil.
func OpenBudgets(ctx context.Context, s store.Store, shared bool, now func() time.Time) (*Budgets, error) {
	if now == nil {
		now = community.Now
	}
	b := &Budgets{now: now, held: otter.Must(&otter.Options[string, *purse]{
		MaximumSize:      100_000,
		ExpiryCalculator: otter.ExpiryAccessing[string, *purse](2 * minute),
	})}
	if !shared {
		return b, nil
	}
	b.shelf = s
	if err := s.Ensure(ctx, budgets.Spec()); err != nil {
		return nil, fmt.Errorf("open the budgets: %w", err)
	}
	return b, nil
}

// spend takes points from the actor's budget of so many a minute, and answers
// how many are left; or how long to wait until they are there.
func (b *Budgets) spend(ctx context.Context, actor string, points, rate int) (left int, wait time.Duration) {
	p, ok := b.held.GetIfPresent(actor)
	if !ok {
		p, _ = b.held.SetIfAbsent(actor, &purse{})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.shelf != nil {
		return b.fromLease(ctx, p, actor, points, rate)
	}
	_, wait = p.budget.take(b.now(), points, points, rate)
	return p.budget.left(b.now(), rate), wait
}

// take spends as many of the points as there are but no fewer than least, or
// says how long to wait for those.
func (b *budget) take(now time.Time, least, points, rate int) (taken int, wait time.Duration) {
	have := b.left(now, rate)
	if have < least {
		return 0, worth(least-have, rate)
	}
	if b.Until.Before(now) {
		b.Until = now
	}
	taken = min(points, have)
	b.Until = b.Until.Add(worth(taken, rate))
	return taken, 0
}

// left is how many points there are.
func (b *budget) left(now time.Time, rate int) int {
	if gone := b.Until.Sub(now); gone > 0 {
		return max(rate-int((gone*time.Duration(rate)+minute-1)/minute), 0)
	}
	return rate
}

// worth is the time in which so many points come.
func worth(points, rate int) time.Duration {
	return time.Duration(points) * minute / time.Duration(rate)
}

// refused is when the points would be there.
type refused struct{ wait time.Duration }

func (r *refused) Error() string { return "the budget is spent" }

// trouble is how long a refusal is believed before the store is asked again.
const trouble = time.Second

func (b *Budgets) fromLease(ctx context.Context, p *purse, actor string, points, rate int) (left int, wait time.Duration) {
	now := b.now()
	if p.leased >= points {
		p.leased -= points
		return p.leased, 0
	}
	if now.Before(p.shut) {
		return p.leased, p.shut.Sub(now)
	}
	taken := 0
	least := points - p.leased
	doc, err := budgets.Upsert(ctx, b.shelf, actor, budget{ID: actor}, func(of *budget) error {
		var wait time.Duration
		if taken, wait = of.take(now, least, max(least, rate/leases), rate); wait > 0 {
			return &refused{wait}
		}
		return nil
	})
	var no *refused
	switch {
	case errors.As(err, &no):
		p.shut = now.Add(min(no.wait, trouble))
		return p.leased, no.wait
	case err != nil: // better too much for a moment than nobody
		slog.WarnContext(ctx, "a budget could not be asked for", "error", err)
		p.leased = max(rate/leases, points)
		return rate, 0
	}
	p.leased += taken - points
	return doc.left(now, rate) + p.leased, 0
}

// Prune forgets budgets that are full again.
func (b *Budgets) Prune(ctx context.Context) error {
	if b.shelf == nil {
		return nil
	}
	for {
		old, err := budgets.Find(ctx, b.shelf, store.Query{Sort: []string{"until"}, Limit: 1000})
		if err != nil {
			return fmt.Errorf("look for full budgets: %w", err)
		}
		for i, doc := range old {
			if doc.Until.After(b.now().Add(-minute)) {
				old = old[:i]
				break
			}
			if err := budgets.Delete(ctx, b.shelf, doc.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("forget a budget: %w", err)
			}
		}
		if len(old) < 1000 {
			return nil
		}
	}
}

// Package counters is the five numbers by which a community sees how far it
// came: members, days, ideas, votes, and ideas that were implemented.
//
// Promises:
//
//   - Of ideas and votes those count that all of the viewer's kind may see: for
//     guests what is in public spaces, for members what is in spaces for members
//     too. What is in private spaces counts for nobody, so that no number tells of
//     it, and there are two answers and not one for each viewer.
//   - The numbers are sums of counts that change in the same commit as what they
//     count. A consumer of the log would lag behind what the viewer just did, and
//     would have to go through all again when a space is opened or closed.
package counters

import (
	"context"
	"time"

	"veche/community"
)

// Counters are the five numbers.
type Counters struct {
	Members int
	// DaysSinceFounding is how many midnights, in UTC, there were since the day on
	// which the community was founded.
	DaysSinceFounding int
	// Ideas, Votes and ImplementedIdeas count as boards count them: what was deleted
	// or merged is left out, and each voter of each idea is one.
	Ideas, Votes, ImplementedIdeas int
}

// Members is what is asked about the roll.
type Members interface {
	// Census answers how many members there are, and when the first joined; no time
	// if none did.
	Census(ctx context.Context) (count int, first time.Time, err error)
}

// Boards is what is asked about boards.
type Boards interface {
	// Totals answers what the boards in the spaces count together.
	Totals(ctx context.Context, in []community.SpaceID) (ideas, votes, implemented int, err error)
}

// Spaces is what is asked about spaces.
type Spaces interface {
	// Shared answers the spaces that every member sees, or every guest.
	Shared(ctx context.Context, members bool) ([]community.SpaceID, error)
}

// Now answers the numbers for the viewer.
func (l *Ledger) Now(ctx context.Context, viewer community.Viewer) (*Counters, error) {
	count, first, err := l.around.Members.Census(ctx)
	if err != nil {
		return nil, err
	}
	c := &Counters{Members: count, DaysSinceFounding: days(l.foundedOn(first), l.now())}
	in, err := l.around.Spaces.Shared(ctx, viewer.MayLook() == nil)
	if err != nil {
		return nil, err
	}
	c.Ideas, c.Votes, c.ImplementedIdeas, err = l.around.Boards.Totals(ctx, in)
	return c, err
}

func (l *Ledger) foundedOn(first time.Time) time.Time {
	if !l.founded.IsZero() {
		return l.founded
	}
	return first
}

// days is how many midnights lie between the two; none before the founding.
func days(founded, now time.Time) int {
	if founded.IsZero() {
		return 0
	}
	const day = 24 * 60 * 60
	return max(0, int((midnight(now).Unix()-midnight(founded).Unix())/day)) // a Duration ends at 292 years
}

// midnight is when the day began.
func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

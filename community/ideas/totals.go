package ideas

import (
	"context"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// Totals answers what the boards in the spaces count together: one read of all
// boards, which are few.
func (a *Assembly) Totals(ctx context.Context, in []community.SpaceID) (ideas, votes, implemented int, err error) {
	all, err := boards.Find(ctx, a.store, store.Query{})
	if err != nil {
		return 0, 0, 0, fmt.Errorf("list all boards: %w", err)
	}
	for _, b := range all {
		if slices.Contains(in, b.SpaceID) {
			ideas, votes, implemented = ideas+b.IdeaCount, votes+b.VoteCount, implemented+b.ImplementedCount
		}
	}
	return ideas, votes, implemented, nil
}

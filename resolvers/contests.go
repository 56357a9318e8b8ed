package resolvers

import (
	"context"

	"veche/community/ideas"
	"veche/community/members"
	"veche/graph"
)

type contestMutations struct{ boards *ideas.Assembly }

func (m contestMutations) AnnounceWinners(ctx context.Context, input ideas.Announcement, _ *string) (*graph.AnnounceWinnersPayload, error) {
	b, err := m.boards.AnnounceWinners(ctx, viewerOf(ctx), input)
	return &graph.AnnounceWinnersPayload{Board: b}, err
}

// Winner answers the fields of a winner that cross to other things.
func (r *Root) Winner() graph.WinnerResolver { return winnerFields{} }

type winnerFields struct{}

func (winnerFields) Idea(ctx context.Context, w *ideas.Winner) (*ideas.Idea, error) {
	return ifVisible(loaders(ctx).Ideas.Load(ctx, w.IdeaID))
}

// WinnersCorrection answers the fields of a correction that cross to other
// things.
func (r *Root) WinnersCorrection() graph.WinnersCorrectionResolver { return correctionFields{} }

type correctionFields struct{}

func (correctionFields) By(ctx context.Context, c *ideas.Correction) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, c.ByID)
}

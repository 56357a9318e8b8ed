package resolvers

import (
	"context"

	"veche/community"
	"veche/community/ideas"
	"veche/graph"
)

type leaderboardSubscriptions struct{ boards *ideas.Assembly }

func (s leaderboardSubscriptions) IdeaLeaderboard(ctx context.Context, boardID string, period ideas.Period, first int, after *community.Cursor) (<-chan ideas.LeaderboardEvent, error) {
	of := ideas.Leaderboard{BoardID: community.BoardID(boardID), Period: period, First: first}
	begin := func(after *community.Cursor) (*community.Feed, *community.Cursor, error) {
		return s.boards.LeaderboardFeed(of, after)
	}
	return follow[ideas.LeaderboardEvent](ctx, begin, after)
}

// LeaderboardEntry answers the fields of an idea in its place that cross to the
// idea.
func (r *Root) LeaderboardEntry() graph.LeaderboardEntryResolver { return entryFields{} }

type entryFields struct{}

func (entryFields) Idea(ctx context.Context, e *ideas.LeaderboardEntry) (*ideas.Idea, error) {
	return ideaOrNone(ctx, e.IdeaID)
}

// LeaderboardMove answers the fields of a move that cross to the idea.
func (r *Root) LeaderboardMove() graph.LeaderboardMoveResolver { return moveFields{} }

type moveFields struct{}

func (moveFields) Idea(ctx context.Context, m *ideas.LeaderboardMove) (*ideas.Idea, error) {
	return ideaOrNone(ctx, m.IdeaID)
}

// ideaOrNone answers the idea, or nothing if it went since it was told of.
func ideaOrNone(ctx context.Context, id community.IdeaID) (*ideas.Idea, error) {
	i, err := loaders(ctx).Ideas.Load(ctx, id)
	if community.KindOf(err) == community.KindNotFound {
		return nil, nil
	}
	return i, err
}

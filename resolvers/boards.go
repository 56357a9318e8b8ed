package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/graph"
)

type boardQueries struct{ boards *ideas.Assembly }

func (q boardQueries) Board(ctx context.Context, id, slug *string) (*ideas.Board, error) {
	b, err := q.board(ctx, id, slug)
	if err == nil {
		loaders(ctx).Boards.Prime(b.ID, b) // its ideas will ask for it
	}
	return b, err
}

func (q boardQueries) board(ctx context.Context, id, slug *string) (*ideas.Board, error) {
	switch {
	case id != nil && slug == nil:
		return q.boards.Board(ctx, viewerOf(ctx), community.BoardID(*id))
	case slug != nil && id == nil:
		return q.boards.BoardBySlug(ctx, viewerOf(ctx), *slug)
	}
	return nil, community.BadInput("id", "Give the id or the slug.")
}

func (q boardQueries) Boards(ctx context.Context, first *int, after *community.Cursor, last *int, before *community.Cursor, spaceID *string) (*ideas.BoardConnection, error) {
	return q.boards.Boards(ctx, viewerOf(ctx), (*community.SpaceID)(spaceID), paging(first, after, last, before))
}

func (q boardQueries) Roadmap(ctx context.Context, boardID string) (*ideas.Roadmap, error) {
	return q.boards.Roadmap(ctx, viewerOf(ctx), community.BoardID(boardID))
}

type boardMutations struct{ boards *ideas.Assembly }

func (m boardMutations) CreateBoard(ctx context.Context, input ideas.NewBoard, _ *string) (*graph.CreateBoardPayload, error) {
	b, err := m.boards.CreateBoard(ctx, viewerOf(ctx), input)
	return &graph.CreateBoardPayload{Board: b}, err
}

func (m boardMutations) UpdateBoard(ctx context.Context, input graph.UpdateBoardInput, _ *string) (*graph.UpdateBoardPayload, error) {
	b, err := m.boards.UpdateBoard(ctx, viewerOf(ctx), community.BoardID(input.BoardID), ideas.BoardChange{
		Name: input.Name, Slug: input.Slug, Brief: input.Brief, Policy: input.Policy, Contest: input.Contest, Archived: input.Archived,
	})
	return &graph.UpdateBoardPayload{Board: b}, err
}

type boardSubscriptions struct{ boards *ideas.Assembly }

func (s boardSubscriptions) BoardEvents(ctx context.Context, boardID string, after *community.Cursor) (<-chan ideas.BoardEvent, error) {
	return follow[ideas.BoardEvent](ctx, from(s.boards.BoardFeed(community.BoardID(boardID))), after)
}

// Board answers the fields of a board that cross to other things.
func (r *Root) Board() graph.BoardResolver { return boardFields{r.Boards} }

type boardFields struct{ boards *ideas.Assembly }

func (boardFields) Space(ctx context.Context, b *ideas.Board) (*forum.Space, error) {
	return loaders(ctx).Spaces.Load(ctx, b.SpaceID)
}

func (boardFields) CreatedBy(ctx context.Context, b *ideas.Board) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, b.CreatedBy)
}

func (f boardFields) Ideas(ctx context.Context, b *ideas.Board, first *int, after *community.Cursor, last *int, before *community.Cursor, order ideas.Order, period ideas.Period, status *ideas.Status, tag *string) (*ideas.IdeaConnection, error) {
	q := ideas.Query{BoardID: b.ID, Order: order, Period: period, Status: status, Tag: tag}
	return f.boards.Ideas(ctx, viewerOf(ctx), q, paging(first, after, last, before))
}

func (boardFields) LiveCursor(ctx context.Context, b *ideas.Board) (community.Cursor, error) {
	return loaders(ctx).Cursors.Load(ctx, community.Stream(b.ID))
}

// Policy answers the fields of a board's rules that cross to other things.
func (r *Root) Policy() graph.PolicyResolver { return policyFields{} }

type policyFields struct{}

func (policyFields) Voters(ctx context.Context, p *ideas.Policy) ([]*members.Member, error) {
	return loaders(ctx).Members.LoadAll(ctx, p.VoterIDs)
}

// RoadmapColumn answers the ideas in a column of a roadmap.
func (r *Root) RoadmapColumn() graph.RoadmapColumnResolver { return columnFields{r.Boards} }

type columnFields struct{ boards *ideas.Assembly }

func (f columnFields) Ideas(ctx context.Context, c *ideas.Column, first *int, after *community.Cursor, last *int, before *community.Cursor) (*ideas.IdeaConnection, error) {
	return f.boards.InColumn(ctx, *c, paging(first, after, last, before))
}

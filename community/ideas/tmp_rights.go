package ideas

import (
	"context"

	"veche/community"
	"veche/store"
)

func (a *Assembly) board(ctx context.Context, on store.Ops, viewer community.Viewer, id community.BoardID) (*Board, error) {
	b, err := boards.Get(ctx, on, string(id))
	if err != nil {
		return nil, community.OrNotFound(err, "board")
	}
	return b, a.spaces.Enter(ctx, on, viewer, b.SpaceID)
}

func (a *Assembly) idea(ctx context.Context, on store.Ops, viewer community.Viewer, id community.IdeaID) (*Idea, *Board, error) {
	i, err := ideas.Get(ctx, on, string(id))
	if err != nil {
		return nil, nil, community.OrNotFound(err, "idea")
	}
	b, err := a.board(ctx, on, viewer, i.BoardID)
	return i, b, err
}

func (a *Assembly) mustModerate(ctx context.Context, on store.Ops, viewer community.Viewer, b *Board) error {
	ok, err := a.spaces.Moderates(ctx, on, viewer, b.SpaceID)
	if err == nil && !ok {
		err = community.Forbidden("no")
	}
	return err
}

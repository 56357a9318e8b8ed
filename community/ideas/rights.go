package ideas

import (
	"context"
	"fmt"

	"veche/community"
	"veche/store"
)

// board answers a board that the viewer may see, or NOT_FOUND.
func (a *Assembly) board(ctx context.Context, on store.Ops, viewer community.Viewer, id community.BoardID) (*Board, error) {
	b, err := boards.Get(ctx, on, string(id))
	if err != nil {
		return nil, community.OrNotFound(err, "board")
	}
	if err := a.spaces.Enter(ctx, on, viewer, b.SpaceID); err != nil {
		return nil, hidden(err, "board")
	}
	return b, nil
}

// ruled answers a board that the viewer may rule over.
func (a *Assembly) ruled(ctx context.Context, on store.Ops, viewer community.Viewer, id community.BoardID) (*Board, error) {
	b, err := a.board(ctx, on, viewer, id)
	if err != nil {
		return nil, err
	}
	return b, a.mustModerate(ctx, on, viewer, b.SpaceID)
}

// idea answers an idea that the viewer may see, or NOT_FOUND. A draft is seen by
// its author, and a deleted idea by who may restore it.
func (a *Assembly) idea(ctx context.Context, on store.Ops, viewer community.Viewer, id community.IdeaID) (*Idea, *Board, error) {
	i, err := ideas.Get(ctx, on, string(id))
	if err != nil {
		return nil, nil, community.OrNotFound(err, "idea")
	}
	b, err := a.board(ctx, on, viewer, i.BoardID)
	if err != nil {
		return nil, nil, hidden(err, "idea")
	}
	moderates, hidden := false, b.hides(a.now())
	if i.Deleted() || hidden && !i.mine(viewer) {
		if moderates, err = a.spaces.Moderates(ctx, on, viewer, b.SpaceID); err != nil {
			return nil, nil, err
		}
	}
	if !i.seenBy(viewer, moderates, hidden) {
		return nil, nil, community.NotFound("idea")
	}
	return i, b, nil
}

// seenBy says whether a viewer who sees the board sees the idea. hidden says that
// the board does not show its ideas yet.
func (i *Idea) seenBy(viewer community.Viewer, moderates, hidden bool) bool {
	if i.Draft {
		return i.mine(viewer)
	}
	if hidden && !i.mine(viewer) && !moderates {
		return false
	}
	return !i.Deleted() || moderates
}

// mine says whether the viewer is the idea's author.
func (i *Idea) mine(viewer community.Viewer) bool {
	return viewer.SignedIn() && i.AuthorID == viewer.ID
}

// hidden says that there is no such thing when what it is in was not found.
func hidden(err error, what string) error {
	if community.KindOf(err) == community.KindNotFound {
		return community.NotFound(what)
	}
	return err
}

func (a *Assembly) mustModerate(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) error {
	moderates, err := a.spaces.Moderates(ctx, on, viewer, id)
	if err == nil && !moderates {
		return community.Forbidden("This needs the role MODERATOR, or to manage the space.")
	}
	return err
}

// open refuses what changes a board that was put away.
func (b *Board) open() error {
	if b.ArchivedAt != nil {
		return community.Conflict("This board was archived.")
	}
	return nil
}

// BoardsByID answers those of the boards that the viewer may see, in a few reads
// however many they are.
func (a *Assembly) BoardsByID(ctx context.Context, viewer community.Viewer, ids []community.BoardID) (map[community.BoardID]*Board, error) {
	seen, _, err := a.boardsSeen(ctx, viewer, ids)
	return seen, err
}

// boardsSeen answers the boards that the viewer sees, and which spaces of theirs
// the viewer moderates.
func (a *Assembly) boardsSeen(ctx context.Context, viewer community.Viewer, ids []community.BoardID) (map[community.BoardID]*Board, map[community.SpaceID]bool, error) {
	found, err := boards.GetMany(ctx, a.store, community.Strings(ids))
	if err != nil {
		return nil, nil, fmt.Errorf("look up boards: %w", err)
	}
	in := make([]community.SpaceID, 0, len(found))
	for _, b := range found {
		in = append(in, b.SpaceID)
	}
	entered, err := a.spaces.Entered(ctx, viewer, in)
	if err != nil {
		return nil, nil, err
	}
	out := make(map[community.BoardID]*Board, len(found))
	for _, b := range found {
		if _, ok := entered[b.SpaceID]; ok {
			out[b.ID] = b
		}
	}
	return out, entered, nil
}

// IdeasByID answers those of the ideas that the viewer may see, in a few reads
// however many they are.
func (a *Assembly) IdeasByID(ctx context.Context, viewer community.Viewer, ids []community.IdeaID) (map[community.IdeaID]*Idea, error) {
	found, err := ideas.GetMany(ctx, a.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up ideas: %w", err)
	}
	all := make([]*Idea, 0, len(found))
	for _, i := range found {
		all = append(all, i)
	}
	seen, err := a.seen(ctx, viewer, all)
	if err != nil {
		return nil, err
	}
	out := make(map[community.IdeaID]*Idea, len(seen))
	for _, i := range seen {
		out[i.ID] = i
	}
	return out, nil
}

// seen answers those of the ideas that the viewer may see, in their order.
func (a *Assembly) seen(ctx context.Context, viewer community.Viewer, found []*Idea) ([]*Idea, error) {
	if len(found) == 0 {
		return nil, nil
	}
	var on []community.BoardID
	asked := map[community.BoardID]bool{}
	for _, i := range found {
		if !asked[i.BoardID] {
			asked[i.BoardID] = true
			on = append(on, i.BoardID)
		}
	}
	visible, moderated, err := a.boardsSeen(ctx, viewer, on)
	if err != nil {
		return nil, err
	}
	var out []*Idea
	now := a.now()
	for _, i := range found {
		if b, ok := visible[i.BoardID]; ok && i.seenBy(viewer, moderated[b.SpaceID], b.hides(now)) {
			out = append(out, i)
		}
	}
	return out, nil
}

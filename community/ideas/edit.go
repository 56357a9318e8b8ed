package ideas

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// UpdateIdea changes an idea's text: its author while it is open, who moderates
// the space always. Its topic then says the same.
func (a *Assembly) UpdateIdea(ctx context.Context, viewer community.Viewer, id community.IdeaID, c IdeaChange) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	seen, _, err := a.idea(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	least := 1
	if seen.Draft {
		least = 0
	}
	change, err := a.worded(ctx, c, least)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Idea, error) {
		i, b, err := a.idea(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := a.mayEdit(ctx, tx, viewer, i, b); err != nil {
			return nil, err
		}
		if !i.Draft && change.Body != nil && *change.Body == "" {
			return nil, community.Conflict("This idea was published meanwhile and needs a body.")
		}
		return a.reword(ctx, tx, viewer, i, b, change)
	})
}

func (a *Assembly) mayEdit(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, b *Board) error {
	if err := b.open(); err != nil {
		return err
	}
	if i.Deleted() {
		return community.Conflict("This idea was deleted; restore it first.")
	}
	if i.mine(viewer) && !i.closed() && (i.Draft || b.settled(a.now()) == nil) {
		return nil
	}
	err := a.mustModerate(ctx, tx, viewer, b.SpaceID)
	if i.mine(viewer) && community.KindOf(err) == community.KindForbidden {
		if err := b.settled(a.now()); err != nil {
			return err
		}
		return community.Forbidden("This idea is closed; only moderators change it now.")
	}
	return err
}

// reword changes the text, if it differs, here and in the topic.
func (a *Assembly) reword(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, b *Board, c IdeaChange) (*Idea, error) {
	at := a.now()
	was, now, err := a.change(ctx, tx, i.ID, func(i *Idea) error {
		before := *i
		if err := c.apply(i); err != nil {
			return err
		}
		if !i.Draft && !i.sameText(&before) {
			i.EditedAt = &at
		}
		return nil
	})
	if err != nil || now.sameText(was) || now.Draft {
		return now, err
	}
	if now.TopicID != "" { // a hidden entry has none yet
		if err := a.comments.EditTalk(ctx, tx, viewer, now.TopicID, now.talk(b, c.mentions)); err != nil {
			return nil, err
		}
	}
	return now, a.log.Append(ctx, tx, told(b.ID, IdeaChanged, viewer, string(now.ID)))
}

func (i *Idea) sameText(o *Idea) bool {
	return i.Title == o.Title && i.Body == o.Body && slices.Equal(i.Tags, o.Tags)
}

// DeleteIdea takes an idea out of sight, with its topic, for who moderates the
// space, and for its author while nobody else has voted or commented. A draft is
// thrown away.
func (a *Assembly) DeleteIdea(ctx context.Context, viewer community.Viewer, id community.IdeaID) error {
	if err := viewer.MayAct(); err != nil {
		return err
	}
	return store.Once(ctx, a.store, func(tx store.Tx) error {
		i, b, err := a.idea(ctx, tx, viewer, id)
		switch {
		case err != nil:
			return err
		case i.Draft:
			return ideas.Delete(ctx, tx, string(id))
		case i.Deleted():
			return nil
		}
		if err := a.mayDelete(ctx, tx, viewer, i, b); err != nil {
			return err
		}
		_, err = a.hide(ctx, tx, viewer, i, true)
		return err
	})
}

func (a *Assembly) mayDelete(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, b *Board) error {
	if i.mine(viewer) && b.open() == nil {
		alone, err := a.alone(ctx, tx, viewer, i)
		if err != nil || alone {
			return err
		}
	}
	return a.mustModerate(ctx, tx, viewer, b.SpaceID)
}

// alone says that nobody but its author has voted for the idea, and nobody has
// written about it.
func (a *Assembly) alone(ctx context.Context, tx store.Tx, author community.Viewer, i *Idea) (bool, error) {
	counts, err := a.comments.TalkCounts(ctx, tx, []community.TopicID{i.TopicID})
	if err != nil || counts[i.ID] > 0 || i.VoterCount > 1 {
		return false, err
	}
	if i.VoterCount == 0 {
		return true, nil
	}
	_, err = votes.Get(ctx, tx, pair(i.ID, author.ID))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// RestoreIdea brings a deleted idea back, for who moderates the space.
func (a *Assembly) RestoreIdea(ctx context.Context, viewer community.Viewer, id community.IdeaID) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Idea, error) {
		i, b, err := a.idea(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := a.mustModerate(ctx, tx, viewer, b.SpaceID); err != nil {
			return nil, err
		}
		if !i.Deleted() {
			return i, nil
		}
		return a.hide(ctx, tx, viewer, i, false)
	})
}

// hide deletes or restores the idea and its topic. An idea that was merged into
// another has no place of its own to come back to, and nobody is told.
func (a *Assembly) hide(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, gone bool) (*Idea, error) {
	at := a.now()
	was, now, err := a.change(ctx, tx, i.ID, func(i *Idea) error {
		i.DeletedAt, i.DeletedBy = nil, ""
		if gone {
			i.DeletedAt, i.DeletedBy = &at, viewer.ID
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delete or restore an idea: %w", err)
	}
	if err := a.hideTalk(ctx, tx, viewer, now, gone); err != nil {
		return nil, err
	}
	switch {
	case !gone && now.MergedInto != "": // what was said about it may not all have been carried
		return now, a.leaveDue(ctx, tx, now, "")
	case was.Listed == now.Listed:
		return now, nil
	case gone:
		return now, a.log.Append(ctx, tx, told(i.BoardID, IdeaRemoved, viewer, string(i.ID)))
	}
	return now, a.log.Append(ctx, tx, told(i.BoardID, IdeaAdded, viewer, string(i.ID)))
}

// hideTalk hides the idea's topic with it, or brings it back. An entry that was
// deleted while it was hidden has none, and gets one soon after it came back.
func (a *Assembly) hideTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, gone bool) error {
	if i.TopicID != "" {
		return a.comments.HideTalk(ctx, tx, viewer, i.TopicID, gone)
	}
	if gone {
		return nil
	}
	at := a.now()
	_, err := boards.Update(ctx, tx, string(i.BoardID), func(b *Board) error {
		if b.RevealAt == nil && !b.hides(at) {
			b.RevealAt = &at
		}
		return nil
	})
	return err
}

package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// ReactionKind is what a member feels about a post.
type ReactionKind string

// The kinds of reactions.
const (
	Like      ReactionKind = "LIKE"
	Love      ReactionKind = "LOVE"
	Thanks    ReactionKind = "THANKS"
	Laugh     ReactionKind = "LAUGH"
	Surprised ReactionKind = "SURPRISED"
	Sad       ReactionKind = "SAD"
	Dislike   ReactionKind = "DISLIKE"
)

var reactionKinds = []ReactionKind{Like, Love, Thanks, Laugh, Surprised, Sad, Dislike}

// ReactionCount is how many members reacted in one way.
type ReactionCount struct {
	Kind  ReactionKind `bson:"kind"`
	Count int          `bson:"count"`
}

// React adds the viewer's reaction to a post. A second time changes nothing.
func (h *Hall) React(ctx context.Context, viewer community.Viewer, id community.PostID, kind ReactionKind) (*Post, error) {
	return h.setReaction(ctx, viewer, id, kind, true)
}

// Unreact takes the viewer's reaction back.
func (h *Hall) Unreact(ctx context.Context, viewer community.Viewer, id community.PostID, kind ReactionKind) (*Post, error) {
	return h.setReaction(ctx, viewer, id, kind, false)
}

func (h *Hall) setReaction(ctx context.Context, viewer community.Viewer, id community.PostID, kind ReactionKind, on bool) (*Post, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if !slices.Contains(reactionKinds, kind) {
		return nil, community.BadInput("kind", "There is no reaction %q.", kind)
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Post, error) {
		p, t, _, err := h.post(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if p.Deleted {
			return nil, community.Conflict("This post was deleted.")
		}
		changed, err := h.keepReaction(ctx, tx, viewer, t, id, kind, on)
		if err != nil || !changed {
			return p, err
		}
		return h.countReaction(ctx, tx, viewer, t, id, kind, on)
	})
}

// keepReaction says whether anything changed.
func (h *Hall) keepReaction(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, id community.PostID, kind ReactionKind, on bool) (changed bool, err error) {
	_, err = h.leave(ctx, tx, t.ID, viewer.ID, func(t *trace) error {
		if changed = t.feel(id, kind, on); !changed {
			return errNothing
		}
		return nil
	})
	if errors.Is(err, errNothing) {
		return false, nil
	}
	return changed, err
}

func (h *Hall) countReaction(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, id community.PostID, kind ReactionKind, on bool) (*Post, error) {
	delta := 1
	if !on {
		delta = -1
	}
	p, err := posts.Update(ctx, tx, string(id), func(p *Post) error {
		p.Reactions = counted(p.Reactions, kind, delta)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count a reaction: %w", err)
	}
	_, err = topics.Update(ctx, tx, string(t.ID), func(t *Topic) error {
		t.ReactionCount += delta
		t.refresh()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count a reaction: %w", err)
	}
	return p, h.tell(ctx, tx, event(t.ID, ReactionsChanged, viewer, string(id)))
}

// counted adds delta to the kind's count; counts stand in the order of the
// kinds, and none is zero.
func counted(counts []ReactionCount, kind ReactionKind, delta int) []ReactionCount {
	order := func(k ReactionKind) int { return slices.Index(reactionKinds, k) }
	at, found := slices.BinarySearchFunc(counts, kind, func(c ReactionCount, k ReactionKind) int { return order(c.Kind) - order(k) })
	if !found {
		return slices.Insert(counts, at, ReactionCount{kind, delta})
	}
	if counts[at].Count += delta; counts[at].Count == 0 {
		return slices.Delete(counts, at, at+1)
	}
	return counts
}

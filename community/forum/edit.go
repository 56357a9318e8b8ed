package forum

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// MaxReason is the most characters of the reason for an edit or a deletion.
const MaxReason = 200

// Revision is a post as it stood before an edit.
type Revision struct {
	ID     string             `bson:"_id"` // post/number
	Number int                `bson:"number"`
	Body   string             `bson:"body"`
	HTML   string             `bson:"html"`
	Editor community.MemberID `bson:"editor"` // who replaced it
	Reason string             `bson:"reason,omitempty"`
	At     time.Time          `bson:"at"` // when it was replaced
}

var revisions = store.Define[Revision]("revisions")

func revisionID(post community.PostID, number int) string {
	return pair(post, fmt.Sprintf("%08d", number))
}

// PostChange is an edit of a post.
type PostChange struct {
	Body   string
	Reason *string
	// Revision, if given, is the one that the editor started from: when another
	// edit came between, the answer is CONFLICT and nothing is overwritten.
	Revision *int
}

// EditPost replaces a post's text and keeps the old one. Authors edit their own
// posts while the topic is not locked; who moderates the space edits any.
func (h *Hall) EditPost(ctx context.Context, viewer community.Viewer, id community.PostID, c PostChange) (*Post, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if c.Reason != nil {
		reason, err := text.Line("reason", *c.Reason, 0, MaxReason)
		if err != nil {
			return nil, err
		}
		c.Reason = &reason
	}
	body, err := h.written(ctx, "body", c.Body)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Post, error) {
		p, t, s, err := h.post(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := h.mayEdit(ctx, tx, viewer, p, t, s); err != nil {
			return nil, err
		}
		if p.Deleted {
			return nil, community.Conflict("This post was deleted; restore it first.")
		}
		if p.Number == 0 {
			if err := ofIdea(t, "postId"); err != nil {
				return nil, err
			}
		}
		return h.edit(ctx, tx, viewer, t, id, c, body)
	})
}

func (h *Hall) mayEdit(ctx context.Context, tx store.Tx, viewer community.Viewer, p *Post, t *Topic, s *Space) error {
	if p.AuthorID == viewer.ID && !t.Locked {
		return nil
	}
	return h.mustModerate(ctx, tx, viewer, s)
}

// edit replaces the text, if it differs.
func (h *Hall) edit(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, id community.PostID, c PostChange, w Written) (*Post, error) {
	var was Post
	now, err := posts.Update(ctx, tx, string(id), func(p *Post) error {
		if c.Revision != nil && *c.Revision != p.Revision {
			return community.Conflict("Somebody edited this post meanwhile: it is at revision %d.", p.Revision)
		}
		was = *p
		if p.Body != w.Body {
			at := h.now()
			p.Written, p.EditedAt = w, &at
			p.Revision++
		}
		return nil
	})
	if err != nil || now.Revision == was.Revision {
		return now, err
	}
	old := &Revision{
		ID: revisionID(id, was.Revision), Number: was.Revision, Body: was.Body, HTML: was.HTML,
		Editor: viewer.ID, At: *now.EditedAt,
	}
	if c.Reason != nil {
		old.Reason = *c.Reason
	}
	if err := revisions.Insert(ctx, tx, old); err != nil {
		return nil, fmt.Errorf("keep a revision: %w", err)
	}
	return now, h.tell(ctx, tx, event(t.ID, PostEdited, viewer, string(id)))
}

// Revisions lists what a post said before, the oldest first: for whoever sees
// the post, and of a deleted one for who may restore it.
func (h *Hall) Revisions(ctx context.Context, viewer community.Viewer, id community.PostID, p community.Paging) (*community.Page[*Revision], error) {
	post, _, s, err := h.post(ctx, h.store, viewer, id)
	if err != nil {
		return nil, err
	}
	if post.Deleted {
		if may, err := h.mayRestore(ctx, h.store, viewer, post, s); err != nil {
			return nil, err
		} else if !may {
			return &community.Page[*Revision]{}, nil
		}
	}
	return community.List[*Revision]{
		Name: "revisions " + string(id), Like: []any{""},
		Place: func(r *Revision) []any { return []any{r.ID} },
		Query: store.Query{Where: []store.Cond{pairsOf(id)}},
		Find:  func(q store.Query) ([]*Revision, error) { return revisions.Find(ctx, h.store, q) },
	}.Read(p)
}

// DeletePost takes a post out of sight but keeps its place and text. Authors
// delete their own; who moderates the space deletes any.
func (h *Hall) DeletePost(ctx context.Context, viewer community.Viewer, id community.PostID) (*Post, error) {
	return h.setPostDeleted(ctx, viewer, id, true)
}

// RestorePost brings a deleted post back: its author what they deleted
// themselves, who moderates the space any.
func (h *Hall) RestorePost(ctx context.Context, viewer community.Viewer, id community.PostID) (*Post, error) {
	return h.setPostDeleted(ctx, viewer, id, false)
}

func (h *Hall) setPostDeleted(ctx context.Context, viewer community.Viewer, id community.PostID, gone bool) (*Post, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Post, error) {
		p, t, s, err := h.post(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if p.Number == 0 {
			return nil, community.BadInput("postId", "This is the topic's own text; delete the topic instead.")
		}
		if gone {
			err = h.mayEdit(ctx, tx, viewer, p, t, s)
		} else {
			err = h.mustRestore(ctx, tx, viewer, p, s)
		}
		if err != nil || p.Deleted == gone {
			return p, err
		}
		return h.hidePost(ctx, tx, viewer, t, p, gone)
	})
}

func (h *Hall) mayRestore(ctx context.Context, on store.Ops, viewer community.Viewer, p *Post, s *Space) (bool, error) {
	if viewer.SignedIn() && p.AuthorID == viewer.ID && p.DeletedBy == viewer.ID {
		return true, nil
	}
	return h.moderates(ctx, on, viewer, s)
}

func (h *Hall) mustRestore(ctx context.Context, tx store.Tx, viewer community.Viewer, p *Post, s *Space) error {
	may, err := h.mayRestore(ctx, tx, viewer, p, s)
	if err == nil && !may {
		return community.Forbidden("Only who deleted their own post, or who moderates the space, may restore it.")
	}
	return err
}

// hidePost deletes or restores the post, and all that counts it.
func (h *Hall) hidePost(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, p *Post, gone bool) (*Post, error) {
	delta, kind := 1, PostRestored
	if gone {
		delta, kind = -1, PostDeleted
	}
	now, err := posts.Update(ctx, tx, string(p.ID), func(p *Post) error {
		p.Deleted, p.DeletedAt, p.DeletedBy = gone, nil, ""
		if gone {
			at := h.now()
			p.DeletedAt, p.DeletedBy = &at, viewer.ID
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delete or restore a post: %w", err)
	}
	left, err := h.leave(ctx, tx, t.ID, p.AuthorID, func(left *trace) error { left.wrote(delta); return nil })
	if err != nil {
		return nil, err
	}
	if err := h.recount(ctx, tx, t, now, delta, left.Posts); err != nil {
		return nil, err
	}
	return now, h.told(ctx, tx, viewer, kind, t, p)
}

func (h *Hall) told(ctx context.Context, tx store.Tx, viewer community.Viewer, kind live.Kind, t *Topic, p *Post) error {
	return h.tell(ctx, tx,
		event(t.ID, kind, viewer, string(p.ID)),
		event(t.SpaceID, TopicActive, viewer, string(t.ID), string(p.ID)))
}

// recount brings the topic's counts to what they are after the post went
// (delta -1) or came back (1); said is how many posts its author has left here.
func (h *Hall) recount(ctx context.Context, tx store.Tx, t *Topic, p *Post, delta, said int) error {
	last, err := h.lastPost(ctx, tx, t)
	if err != nil {
		return err
	}
	_, err = topics.Update(ctx, tx, string(t.ID), func(t *Topic) error {
		t.PostCount += delta
		t.ReactionCount += delta * p.reactionTotal()
		if delta < 0 && said == 0 || delta > 0 && said == 1 {
			t.ParticipantCount += delta
		}
		if at, found := slices.BinarySearch(t.Gaps, p.Number); found && delta > 0 {
			t.Gaps = slices.Delete(t.Gaps, at, at+1)
		} else if !found && delta < 0 {
			t.Gaps = slices.Insert(t.Gaps, at, p.Number)
		}
		if p.Deleted && t.AnswerID == p.ID {
			t.AnswerID = ""
		}
		t.LastPostID, t.LastPostAt = last.ID, last.CreatedAt
		t.refresh()
		return nil
	})
	if err != nil {
		return fmt.Errorf("count a post: %w", err)
	}
	return nil
}

// lastPost is the newest post that is not deleted; the opening if there is no
// other.
func (h *Hall) lastPost(ctx context.Context, tx store.Tx, t *Topic) (*Post, error) {
	found, err := posts.Find(ctx, tx, store.Query{
		Where: []store.Cond{store.Eq("topic", t.ID), store.Eq("deleted", false)},
		Sort:  []string{"number"}, Desc: true, Limit: 1,
	})
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("look up the last post of %s: %w", t.ID, err)
	}
	return found[0], nil
}

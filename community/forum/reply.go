package forum

import (
	"context"
	"errors"
	"fmt"

	"veche/community"
	"veche/store"
)

// NewPost is a post to be added to a topic.
type NewPost struct {
	TopicID   community.TopicID
	Body      string
	ReplyToID *community.PostID
}

// Reply adds a post to a topic that is not locked. Who moderates the space may
// write in a locked one.
func (h *Hall) Reply(ctx context.Context, viewer community.Viewer, n NewPost) (*Post, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, _, err := h.topic(ctx, h.store, viewer, n.TopicID); err != nil {
		return nil, err // before the rendering, for which a stranger need not be served
	}
	body, err := h.written(ctx, "body", n.Body)
	if err != nil {
		return nil, err
	}
	p := &Post{
		ID: community.NewID[community.PostID](community.PostPrefix), TopicID: n.TopicID,
		AuthorID: viewer.ID, CreatedAt: h.now(), Written: body,
	}
	if n.ReplyToID != nil {
		p.ReplyTo = *n.ReplyToID
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Post, error) {
		t, s, err := h.topic(ctx, tx, viewer, n.TopicID)
		if err != nil {
			return nil, err
		}
		if err := h.mayWrite(ctx, tx, viewer, t, s); err != nil {
			return nil, err
		}
		placed := *p // Do may run again
		return &placed, h.addPost(ctx, tx, viewer, t, &placed, true)
	})
}

// mayWrite says whether the viewer, who sees the topic, may add to it.
func (h *Hall) mayWrite(ctx context.Context, on store.Ops, viewer community.Viewer, t *Topic, s *Space) error {
	if !t.Locked && t.DeletedAt == nil {
		return nil
	}
	if err := h.mustModerate(ctx, on, viewer, s); err != nil {
		return community.Forbidden("This topic is locked.")
	}
	return nil
}

// addPost writes the post under the topic's next number, and all that counts
// it. reads says that its author has read the topic up to it.
func (h *Hall) addPost(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, p *Post, reads bool) error {
	if err := h.checkReplyTo(ctx, tx, p); err != nil {
		return err
	}
	first := false // time that its author opens the topic
	left, err := h.leave(ctx, tx, t.ID, p.AuthorID, func(left *trace) error {
		left.wrote(1)
		if reads {
			first = !left.opened()
			left.readTo(t.LastNumber+1, p.CreatedAt)
		}
		return nil
	})
	if err != nil {
		return err
	}
	now, err := topics.Update(ctx, tx, string(t.ID), func(t *Topic) error {
		t.LastNumber++
		t.PostCount++
		if left.Posts == 1 {
			t.ParticipantCount++
		}
		if first {
			t.ViewCount++
		}
		t.LastPostAt, t.LastPostID = p.CreatedAt, p.ID
		t.refresh()
		return nil
	})
	if err != nil {
		return fmt.Errorf("count a post: %w", err)
	}
	p.Number = now.LastNumber
	if err := posts.Insert(ctx, tx, p); err != nil {
		return fmt.Errorf("keep a post: %w", err)
	}
	return h.tell(ctx, tx,
		event(t.ID, PostAdded, viewer, string(p.ID)),
		event(t.SpaceID, TopicActive, viewer, string(t.ID), string(p.ID)))
}

// checkReplyTo wants a post of the same topic that is not deleted.
func (h *Hall) checkReplyTo(ctx context.Context, tx store.Tx, p *Post) error {
	if p.ReplyTo == "" {
		return nil
	}
	parent, err := posts.Get(ctx, tx, string(p.ReplyTo))
	if errors.Is(err, store.ErrNotFound) || err == nil && parent.TopicID != p.TopicID {
		return community.BadInput("replyToId", "There is no such post in this topic.")
	}
	if err != nil {
		return fmt.Errorf("look up the post that is replied to: %w", err)
	}
	if parent.Deleted {
		return community.BadInput("replyToId", "The post that this replies to was deleted.")
	}
	return nil
}

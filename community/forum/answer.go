package forum

import (
	"context"
	"fmt"

	"veche/community"
	"veche/store"
)

// AcceptAnswer marks a post as the answer to its topic, or takes the mark back:
// for the topic's author and for who moderates the space.
func (h *Hall) AcceptAnswer(ctx context.Context, viewer community.Viewer, id community.PostID, accepted bool) (*Topic, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Topic, error) {
		p, t, s, err := h.post(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if t.AuthorID != viewer.ID {
			if err := h.mustModerate(ctx, tx, viewer, s); err != nil {
				return nil, community.Forbidden("Only the topic's author and moderators accept an answer.")
			}
		}
		if p.Number == 0 || p.Deleted {
			return nil, community.BadInput("postId", "This post cannot be the answer.")
		}
		if accepted == (t.AnswerID == id) {
			return t, nil
		}
		now, err := topics.Update(ctx, tx, string(t.ID), func(t *Topic) error {
			t.AnswerID = ""
			if accepted {
				t.AnswerID = id
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("keep an answer: %w", err)
		}
		return now, h.tell(ctx, tx,
			event(t.ID, TopicChanged, viewer, string(t.ID)),
			event(t.SpaceID, TopicChanged, viewer, string(t.ID)))
	})
}

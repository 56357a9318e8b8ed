package forum

import (
	"context"
	"slices"

	"veche/community"
	"veche/store"
)

// unread counts the posts behind the read mark; without one, all.
func (t *Topic) unread(left *trace) int {
	if !left.opened() {
		return t.PostCount
	}
	from, _ := slices.BinarySearch(t.Gaps, *left.Read+1)
	return max(0, t.LastNumber-*left.Read-(len(t.Gaps)-from))
}

// MarkRead says that the viewer has read a topic up to the post with the
// number; nil means all of it. A mark never moves back.
func (h *Hall) MarkRead(ctx context.Context, viewer community.Viewer, id community.TopicID, number *int) (*Topic, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Topic, error) {
		t, _, err := h.topic(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		upTo := t.LastNumber
		if number != nil {
			if upTo = *number; upTo < 0 || upTo > t.LastNumber {
				return nil, community.BadInput("number", "The topic's posts are numbered up to %d.", t.LastNumber)
			}
		}
		first := false // it counts as a view
		_, err = h.leave(ctx, tx, id, viewer.ID, func(left *trace) error {
			first = !left.opened()
			left.readTo(upTo, h.now())
			return nil
		})
		if err != nil || !first {
			return t, err
		}
		return topics.Update(ctx, tx, string(id), func(t *Topic) error { t.ViewCount++; return nil })
	})
}

// Reading is how the viewer stands to a topic.
type Reading struct {
	Unread     int
	ReadNumber *int // nil when never opened
	Watch      WatchLevel
}

// ReadingOf answers how the viewer stands to the topics, in a few reads however
// many they are.
func (h *Hall) ReadingOf(ctx context.Context, viewer community.Viewer, found []*Topic) (map[community.TopicID]Reading, error) {
	out := make(map[community.TopicID]Reading, len(found))
	if !viewer.SignedIn() {
		for _, t := range found {
			out[t.ID] = Reading{Watch: Normal}
		}
		return out, nil
	}
	ids := make([]community.TopicID, len(found))
	for i, t := range found {
		ids[i] = t.ID
	}
	mine, err := h.tracesIn(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	levels, err := h.topicWatches(ctx, viewer, found, mine)
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		r := Reading{Watch: levels[t.ID]}
		left := mine[t.ID]
		if r.Unread = t.unread(left); left != nil {
			r.ReadNumber = left.Read
		}
		out[t.ID] = r
	}
	return out, nil
}

package forum

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// Mark is how far a member has read a topic.
type Mark struct {
	ID     string    `bson:"_id"` // topic/member
	Number int       `bson:"number"`
	At     time.Time `bson:"at"`
}

var marks = store.Define[Mark]("marks")

// unread counts the posts behind the mark; without one, all.
func (t *Topic) unread(m *Mark) int {
	if m == nil {
		return t.PostCount
	}
	from, _ := slices.BinarySearch(t.Gaps, m.Number+1)
	return max(0, t.LastNumber-m.Number-(len(t.Gaps)-from))
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
		first, err := h.mark(ctx, tx, viewer.ID, id, upTo)
		if err != nil || !first {
			return t, err
		}
		return topics.Update(ctx, tx, string(id), func(t *Topic) error { t.ViewCount++; return nil })
	})
}

// mark moves the member's mark forward, and says whether it is their first
// one, which counts as a view of the topic.
func (h *Hall) mark(ctx context.Context, tx store.Tx, member community.MemberID, topic community.TopicID, number int) (first bool, err error) {
	_, err = marks.Upsert(ctx, tx, pair(topic, member), Mark{ID: pair(topic, member), Number: -1}, func(m *Mark) error {
		first = m.Number < 0
		if number > m.Number {
			m.Number, m.At = number, h.now()
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("keep a read mark: %w", err)
	}
	return first, nil
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
	read, err := marks.GetMany(ctx, h.store, pairs(ids, viewer.ID))
	if err != nil {
		return nil, fmt.Errorf("look up read marks: %w", err)
	}
	levels, err := h.topicWatches(ctx, viewer, found)
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		r := Reading{Watch: levels[t.ID]}
		mark := read[pair(t.ID, viewer.ID)]
		if r.Unread = t.unread(mark); mark != nil {
			r.ReadNumber = &mark.Number
		}
		out[t.ID] = r
	}
	return out, nil
}

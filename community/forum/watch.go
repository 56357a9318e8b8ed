package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// WatchLevel is how much of a topic or a space a member wants to be told.
type WatchLevel string

// The levels.
const (
	Watching WatchLevel = "WATCHING" // every post
	Tracking WatchLevel = "TRACKING" // the unread count, mentions and replies
	Normal   WatchLevel = "NORMAL"   // mentions and replies
	Muted    WatchLevel = "MUTED"    // nothing
)

// Watch is the level that a member chose for a space; see trace for topics.
type Watch struct {
	ID    string     `bson:"_id"` // space/member
	Level WatchLevel `bson:"level"`
}

var watches = store.Define[Watch]("watches").Near(store.IDField)

// WatchTopic keeps the viewer's level for a topic; nil goes back to what goes
// without saying: WATCHING for its author, TRACKING for who wrote in it, and
// the space's level for others.
func (h *Hall) WatchTopic(ctx context.Context, viewer community.Viewer, id community.TopicID, level *WatchLevel) (*Topic, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Topic, error) {
		t, _, err := h.topic(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		return t, h.keepTopicWatch(ctx, tx, viewer, id, level)
	})
}

// WatchSpace keeps the viewer's level for a space; nil goes back to NORMAL.
func (h *Hall) WatchSpace(ctx context.Context, viewer community.Viewer, id community.SpaceID, level *WatchLevel) (*Space, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Space, error) {
		s, err := h.space(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		return s, h.keepSpaceWatch(ctx, tx, pair(id, viewer.ID), level)
	})
}

func (l WatchLevel) check() error {
	if !slices.Contains([]WatchLevel{Watching, Tracking, Normal, Muted}, l) {
		return community.BadInput("level", "There is no level %q.", l)
	}
	return nil
}

func (h *Hall) keepTopicWatch(ctx context.Context, tx store.Tx, viewer community.Viewer, id community.TopicID, level *WatchLevel) error {
	if level != nil {
		if err := level.check(); err != nil {
			return err
		}
	}
	_, err := h.leave(ctx, tx, id, viewer.ID, func(left *trace) error {
		if level == nil && left.Watch == "" {
			return errNothing
		}
		left.Watch = ""
		if level != nil {
			left.Watch = *level
		}
		return nil
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

func (h *Hall) keepSpaceWatch(ctx context.Context, tx store.Tx, id string, level *WatchLevel) error {
	if level == nil {
		if err := watches.Delete(ctx, tx, id); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	}
	if err := level.check(); err != nil {
		return err
	}
	_, err := watches.Upsert(ctx, tx, id, Watch{ID: id}, func(w *Watch) error { w.Level = *level; return nil })
	return err
}

// topicWatches answers the viewer's level for each topic: what was chosen, or
// what goes without saying. The spaces' levels are read only where these tell.
func (h *Hall) topicWatches(ctx context.Context, viewer community.Viewer, found []*Topic, mine map[community.TopicID]*trace) (map[community.TopicID]WatchLevel, error) {
	out := make(map[community.TopicID]WatchLevel, len(found))
	var open []*Topic
	var in []community.SpaceID
	for _, t := range found {
		if out[t.ID] = levelOf(viewer, t, mine[t.ID]); out[t.ID] == "" {
			open, in = append(open, t), append(in, t.SpaceID)
		}
	}
	if len(open) == 0 {
		return out, nil
	}
	levels, err := h.SpaceWatches(ctx, viewer, in)
	if err != nil {
		return nil, err
	}
	for _, t := range open {
		out[t.ID] = levels[t.SpaceID]
	}
	return out, nil
}

// levelOf is the level for a topic itself; empty where its space's goes.
func levelOf(viewer community.Viewer, t *Topic, left *trace) WatchLevel {
	switch {
	case left != nil && left.Watch != "":
		return left.Watch
	case t.AuthorID == viewer.ID:
		return Watching
	case left != nil && left.Wrote:
		return Tracking
	}
	return ""
}

// SpaceWatches answers the viewer's level for each space, in one read.
func (h *Hall) SpaceWatches(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]WatchLevel, error) {
	levels, err := watches.GetMany(ctx, h.store, pairs(ids, viewer.ID))
	if err != nil {
		return nil, fmt.Errorf("look up watch levels: %w", err)
	}
	out := make(map[community.SpaceID]WatchLevel, len(ids))
	for _, id := range ids {
		out[id] = Normal
		if w, ok := levels[pair(id, viewer.ID)]; ok {
			out[id] = w.Level
		}
	}
	return out, nil
}

// SeatsIn answers the viewer's seats in the spaces, in one read.
func (h *Hall) SeatsIn(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]*Seat, error) {
	found, err := seats.GetMany(ctx, h.store, pairs(ids, viewer.ID))
	if err != nil {
		return nil, fmt.Errorf("look up seats: %w", err)
	}
	out := make(map[community.SpaceID]*Seat, len(found))
	for _, s := range found {
		out[s.Space] = s
	}
	return out, nil
}

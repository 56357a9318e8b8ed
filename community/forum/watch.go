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

// Watch is the level that a member chose.
type Watch struct {
	ID    string     `bson:"_id"` // topic or space/member
	Level WatchLevel `bson:"level"`
}

var watches = store.Define[Watch]("watches")

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
		return t, h.keepWatch(ctx, tx, pair(id, viewer.ID), level)
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
		return s, h.keepWatch(ctx, tx, pair(id, viewer.ID), level)
	})
}

func (h *Hall) keepWatch(ctx context.Context, tx store.Tx, id string, level *WatchLevel) error {
	if level == nil {
		if err := watches.Delete(ctx, tx, id); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	}
	if !slices.Contains([]WatchLevel{Watching, Tracking, Normal, Muted}, *level) {
		return community.BadInput("level", "There is no level %q.", *level)
	}
	_, err := watches.Upsert(ctx, tx, id, Watch{ID: id}, func(w *Watch) error { w.Level = *level; return nil })
	return err
}

// topicWatches answers the viewer's level for each topic: what was chosen, or
// what goes without saying.
func (h *Hall) topicWatches(ctx context.Context, viewer community.Viewer, found []*Topic) (map[community.TopicID]WatchLevel, error) {
	var chosen, wrote []string
	for _, t := range found {
		chosen = append(chosen, pair(t.ID, viewer.ID), pair(t.SpaceID, viewer.ID))
		wrote = append(wrote, pair(t.ID, viewer.ID))
	}
	levels, err := watches.GetMany(ctx, h.store, chosen)
	if err != nil {
		return nil, fmt.Errorf("look up watch levels: %w", err)
	}
	took, err := participants.GetMany(ctx, h.store, wrote)
	if err != nil {
		return nil, fmt.Errorf("look up participants: %w", err)
	}
	out := make(map[community.TopicID]WatchLevel, len(found))
	for _, t := range found {
		out[t.ID] = levelOf(viewer, t, levels, took)
	}
	return out, nil
}

func levelOf(viewer community.Viewer, t *Topic, levels map[string]*Watch, took map[string]*participant) WatchLevel {
	if w, ok := levels[pair(t.ID, viewer.ID)]; ok {
		return w.Level
	}
	if t.AuthorID == viewer.ID {
		return Watching
	}
	if _, ok := took[pair(t.ID, viewer.ID)]; ok {
		return Tracking
	}
	if w, ok := levels[pair(t.SpaceID, viewer.ID)]; ok {
		return w.Level
	}
	return Normal
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

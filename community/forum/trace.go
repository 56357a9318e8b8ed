package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// trace is all that one member left in one topic: what a page of the topic
// shows to that member alone is one read.
type trace struct {
	ID string `bson:"_id"` // topic/member
	// Posts counts the member's posts here that are not deleted, the opening
	// included; Wrote finds those who have any.
	Posts int  `bson:"posts,omitempty"`
	Wrote bool `bson:"wrote,omitempty"`
	// Read is how far the member has read; nil when never opened.
	Read   *int       `bson:"read,omitempty"`
	ReadAt *time.Time `bson:"readAt,omitempty"`
	// Watch is the level that the member chose, if one.
	Watch     WatchLevel `bson:"watch,omitempty"`
	Reactions []felt     `bson:"reactions,omitempty"`
	// Kept are the posts of which the member has bookmarks.
	Kept []community.PostID `bson:"kept,omitempty"`
}

// felt is all that the member feels about one post.
type felt struct {
	Post  community.PostID `bson:"post"`
	Kinds []ReactionKind   `bson:"kinds"`
}

var traces = store.Define[trace]("traces", store.On("wrote")).Near(store.IDField)

// leave changes what the member left in the topic, and answers it.
func (h *Hall) leave(ctx context.Context, tx store.Tx, topic community.TopicID, member community.MemberID, change func(*trace) error) (*trace, error) {
	id := pair(topic, member)
	left, err := traces.Upsert(ctx, tx, id, trace{ID: id}, change)
	if err != nil {
		return nil, fmt.Errorf("keep what a member left in a topic: %w", err)
	}
	return left, nil
}

// wrote counts posts that came, or went.
func (t *trace) wrote(delta int) {
	t.Posts += delta
	t.Wrote = t.Posts > 0
}

// opened says whether the member has ever read the topic.
func (t *trace) opened() bool { return t != nil && t.Read != nil }

// readTo moves the read mark, which never moves back.
func (t *trace) readTo(number int, at time.Time) {
	if !t.opened() || number > *t.Read {
		t.Read, t.ReadAt = &number, &at
	}
}

// about answers what the member feels about the post.
func (t *trace) about(post community.PostID) []ReactionKind {
	for _, f := range t.Reactions {
		if f.Post == post {
			return f.Kinds
		}
	}
	return nil
}

// feel adds or takes back a reaction, and says whether that changed anything.
func (t *trace) feel(post community.PostID, kind ReactionKind, on bool) bool {
	at := slices.IndexFunc(t.Reactions, func(f felt) bool { return f.Post == post })
	if slices.Contains(t.about(post), kind) == on {
		return false
	}
	if at < 0 {
		at = len(t.Reactions)
		t.Reactions = append(t.Reactions, felt{Post: post})
	}
	f := &t.Reactions[at]
	if on {
		f.Kinds = append(f.Kinds, kind)
	} else if f.Kinds = slices.DeleteFunc(f.Kinds, func(k ReactionKind) bool { return k == kind }); len(f.Kinds) == 0 {
		t.Reactions = slices.Delete(t.Reactions, at, at+1)
	}
	return true
}

// tracesIn answers what the viewer left in the topics, by topic, in one read.
func (h *Hall) tracesIn(ctx context.Context, viewer community.Viewer, ids []community.TopicID) (map[community.TopicID]*trace, error) {
	found, err := traces.GetMany(ctx, h.store, pairs(ids, viewer.ID))
	if err != nil {
		return nil, fmt.Errorf("look up what a member left in topics: %w", err)
	}
	out := make(map[community.TopicID]*trace, len(found))
	for _, id := range ids {
		if left, ok := found[pair(id, viewer.ID)]; ok {
			out[id] = left
		}
	}
	return out, nil
}

// Left is what a member left at a post.
type Left struct {
	Reactions []ReactionKind
	Bookmark  *Bookmark // nil for none
}

// LeftAt answers what the viewer left at the posts, in one read, and one more
// if there are bookmarks among it.
func (h *Hall) LeftAt(ctx context.Context, viewer community.Viewer, found []*Post) (map[community.PostID]Left, error) {
	out := make(map[community.PostID]Left, len(found))
	if !viewer.SignedIn() || len(found) == 0 {
		return out, nil
	}
	in := make([]community.TopicID, 0, 1)
	for _, p := range found {
		if !slices.Contains(in, p.TopicID) {
			in = append(in, p.TopicID)
		}
	}
	mine, err := h.tracesIn(ctx, viewer, in)
	if err != nil {
		return nil, err
	}
	kept, err := h.keptOf(ctx, viewer, found, mine)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		if left, ok := mine[p.TopicID]; ok {
			out[p.ID] = Left{Reactions: left.about(p.ID), Bookmark: kept[bookmarkID(p.TopicID, viewer.ID, p.ID)]}
		}
	}
	return out, nil
}

// keptOf answers the viewer's bookmarks of the posts, by their ids.
func (h *Hall) keptOf(ctx context.Context, viewer community.Viewer, found []*Post, mine map[community.TopicID]*trace) (map[string]*Bookmark, error) {
	var ids []string
	for _, p := range found {
		if left, ok := mine[p.TopicID]; ok && slices.Contains(left.Kept, p.ID) {
			ids = append(ids, bookmarkID(p.TopicID, viewer.ID, p.ID))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	kept, err := bookmarks.GetMany(ctx, h.store, ids)
	if err != nil {
		return nil, fmt.Errorf("look up bookmarks: %w", err)
	}
	return kept, nil
}

// errNothing keeps a trace from being made of nothing.
var errNothing = errors.New("forum: there was nothing to take back")

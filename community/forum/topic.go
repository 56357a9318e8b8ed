package forum

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// Limits of a topic.
const (
	MaxTitle = 200 // characters
	MaxTags  = 8
)

// What the log tells in a topic's stream and in its space's.
const (
	TopicAdded    live.Kind = "topic.added"
	TopicChanged  live.Kind = "topic.changed"
	TopicMoved    live.Kind = "topic.moved"    // in the topic: to another space
	TopicDeleted  live.Kind = "topic.deleted"  // in the topic
	TopicRestored live.Kind = "topic.restored" // in the topic
	TopicActive   live.Kind = "topic.active"   // in the space: a post came or went
	TopicRemoved  live.Kind = "topic.removed"  // in the space
)

// Topic is a conversation. Its own text is its opening post.
type Topic struct {
	ID        community.TopicID  `bson:"_id"`
	SpaceID   community.SpaceID  `bson:"space"`
	Title     string             `bson:"title"`
	Slug      string             `bson:"slug"`
	AuthorID  community.MemberID `bson:"author"`
	OpeningID community.PostID   `bson:"opening"`
	// IdeaID is the idea that the topic is about, if it is about one.
	IdeaID   community.IdeaID `bson:"idea,omitempty"`
	Tags     []string         `bson:"tags,omitempty"`
	Pinned   bool             `bson:"pinned"`
	Locked   bool             `bson:"locked"`
	AnswerID community.PostID `bson:"answer,omitempty"`

	// PostCount counts the posts that are not deleted, the opening aside.
	PostCount int `bson:"postCount"`
	// ParticipantCount counts the authors of these posts and of the opening.
	ParticipantCount int `bson:"participantCount"`
	// ReactionCount counts the reactions to posts that are not deleted, and to
	// the opening.
	ReactionCount int `bson:"reactionCount"`
	// ViewCount counts the members who have read the topic, and the views that
	// an import brought.
	ViewCount int `bson:"viewCount"`

	CreatedAt  time.Time        `bson:"createdAt"`
	EditedAt   *time.Time       `bson:"editedAt,omitempty"`
	LastPostAt time.Time        `bson:"lastPostAt"`
	LastPostID community.PostID `bson:"lastPost"`
	// LastNumber is the greatest number given to a post.
	LastNumber int `bson:"lastNumber"`
	// Gaps are the numbers of deleted posts, in order.
	Gaps []int `bson:"gaps,omitempty"`

	DeletedAt *time.Time         `bson:"deletedAt,omitempty"`
	DeletedBy community.MemberID `bson:"deletedBy,omitempty"`
	Source    string             `bson:"source,omitempty"`

	// Listed is the space in whose lists the topic stands; none when deleted.
	Listed string `bson:"listed"`
	// Rank puts pinned topics, 1, before others, 0.
	Rank int `bson:"rank"`
	// Hot orders by liveliness: the doubling of posts and reactions weighs as
	// much as one day of youth. It needs no recounting as time goes by, and goes
	// by quarters of a doubling, so that few replies move the topic.
	Hot float64 `bson:"hot"`
}

// IsNode marks what node(id:) can answer.
func (*Topic) IsNode() {}

// GetID is the id by which node(id:) finds the topic.
func (t *Topic) GetID() string { return string(t.ID) }

// Deleted says whether the topic was deleted.
func (t *Topic) Deleted() bool { return t.DeletedAt != nil }

// SourceURL is the page from which an import brought the topic.
func (t *Topic) SourceURL() *string { return community.OrNil(t.Source) }

var topics = store.Define[Topic]("topics",
	store.On("listed", "rank", "lastPostAt"),
	store.On("listed", "lastPostAt"),
	store.On("listed", "createdAt"),
	store.On("listed", "hot"),
	store.On("listed", "postCount", "createdAt"),
	store.MultiOn("tags", "listed", "lastPostAt"),
	store.MultiOn("tags", "listed", "createdAt"),
	store.MultiOn("tags", "listed", "hot"),
	store.MultiOn("tags", "listed", "postCount", "createdAt"),
)

// refresh sets what is derived from the rest.
func (t *Topic) refresh() {
	t.Listed = string(t.SpaceID)
	if t.DeletedAt != nil {
		t.Listed = ""
	}
	t.Rank = 0
	if t.Pinned {
		t.Rank = 1
	}
	life := math.Floor(4*math.Log2(1+float64(t.PostCount)+float64(t.ReactionCount))) / 4
	t.Hot = life + float64(t.CreatedAt.Unix())/(24*60*60)
}

// NewTopic is a topic to be opened.
type NewTopic struct {
	SpaceID community.SpaceID
	Title   string
	Body    string
	Tags    []string
}

// OpenTopic begins a conversation in a space that the viewer may see.
func (h *Hall) OpenTopic(ctx context.Context, viewer community.Viewer, n NewTopic) (*Topic, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	t, opening, err := h.drafted(ctx, viewer.ID, n)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Topic, error) {
		if _, err := h.space(ctx, tx, viewer, n.SpaceID); err != nil {
			return nil, err
		}
		return t, h.openTopic(ctx, tx, viewer, t, opening)
	})
}

// drafted checks and renders what was given, before the Do.
func (h *Hall) drafted(ctx context.Context, author community.MemberID, n NewTopic) (*Topic, *Post, error) {
	t := &Topic{
		ID: community.NewID[community.TopicID](community.TopicPrefix), SpaceID: n.SpaceID,
		AuthorID: author, ParticipantCount: 1, CreatedAt: h.now(),
	}
	change := TopicChange{Title: &n.Title, Tags: &n.Tags}
	if err := change.apply(t); err != nil {
		return nil, nil, err
	}
	body, err := h.written(ctx, "body", n.Body)
	if err != nil {
		return nil, nil, err
	}
	opening := &Post{
		ID: community.NewID[community.PostID](community.PostPrefix), TopicID: t.ID,
		AuthorID: author, CreatedAt: t.CreatedAt, Written: body,
	}
	t.OpeningID, t.LastPostID, t.LastPostAt = opening.ID, opening.ID, t.CreatedAt
	t.refresh()
	return t, opening, nil
}

func (h *Hall) openTopic(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, opening *Post) error {
	if err := topics.Insert(ctx, tx, t); err != nil {
		return fmt.Errorf("keep a topic: %w", err)
	}
	if err := posts.Insert(ctx, tx, opening); err != nil {
		return fmt.Errorf("keep an opening post: %w", err)
	}
	if _, err := h.leave(ctx, tx, t.ID, t.AuthorID, func(left *trace) error { left.wrote(1); return nil }); err != nil {
		return err
	}
	if err := h.countTopics(ctx, tx, t.SpaceID, 1); err != nil {
		return err
	}
	return h.tell(ctx, tx,
		event(t.ID, TopicAdded, viewer, string(t.ID)),
		event(t.SpaceID, TopicAdded, viewer, string(t.ID)))
}

func (h *Hall) countTopics(ctx context.Context, tx store.Tx, id community.SpaceID, delta int) error {
	_, err := spaces.Update(ctx, tx, string(id), func(s *Space) error { s.TopicCount += delta; return nil })
	if err != nil {
		return fmt.Errorf("count the topics of a space: %w", err)
	}
	return nil
}

// TopicChange says what to change; nil leaves it as it is.
type TopicChange struct {
	Title   *string
	Body    *string
	Tags    *[]string
	Pinned  *bool
	Locked  *bool
	SpaceID *community.SpaceID
}

func (c TopicChange) apply(t *Topic) (err error) {
	if c.Title != nil {
		if t.Title, err = text.Line("title", *c.Title, 1, MaxTitle); err != nil {
			return err
		}
		t.Slug = text.Slug(t.Title, 80)
	}
	if c.Tags != nil {
		if t.Tags, err = text.Tags("tags", *c.Tags, MaxTags); err != nil {
			return err
		}
	}
	if c.Pinned != nil {
		t.Pinned = *c.Pinned
	}
	if c.Locked != nil {
		t.Locked = *c.Locked
	}
	if c.SpaceID != nil {
		t.SpaceID = *c.SpaceID
	}
	t.refresh()
	return nil
}

// check refuses what an idea says of its topic.
func (c TopicChange) check(t *Topic) error {
	switch {
	case c.Title != nil:
		return ofIdea(t, "title")
	case c.Body != nil:
		return ofIdea(t, "body")
	case c.Tags != nil:
		return ofIdea(t, "tags")
	case c.SpaceID != nil:
		return ofIdea(t, "spaceId")
	}
	return nil
}

// rules says whether the change needs more than being the author.
func (c TopicChange) rules() bool { return c.Pinned != nil || c.Locked != nil || c.SpaceID != nil }

// UpdateTopic changes a topic: title, body and tags by its author while it is
// not locked, anything by who moderates the space. Moving needs the right to
// moderate both spaces.
func (h *Hall) UpdateTopic(ctx context.Context, viewer community.Viewer, id community.TopicID, c TopicChange) (*Topic, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	var body *Written
	if c.Body != nil {
		w, err := h.written(ctx, "body", *c.Body)
		if err != nil {
			return nil, err
		}
		body = &w
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Topic, error) {
		t, s, err := h.topic(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := h.mayChange(ctx, tx, viewer, t, s, c.rules()); err != nil {
			return nil, err
		}
		if err := c.check(t); err != nil {
			return nil, err
		}
		if body != nil {
			if _, err := h.edit(ctx, tx, viewer, t, t.OpeningID, PostChange{}, *body); err != nil {
				return nil, err
			}
		}
		return h.changeTopic(ctx, tx, viewer, t, c)
	})
}

func (h *Hall) mayChange(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, s *Space, rules bool) error {
	if !rules && t.AuthorID == viewer.ID && !t.Locked {
		return nil
	}
	return h.mustModerate(ctx, tx, viewer, s)
}

func (h *Hall) changeTopic(ctx context.Context, tx store.Tx, viewer community.Viewer, was *Topic, c TopicChange) (*Topic, error) {
	moved := c.SpaceID != nil && *c.SpaceID != was.SpaceID
	if moved {
		if err := h.moveTopic(ctx, tx, viewer, was, *c.SpaceID); err != nil {
			return nil, err
		}
	}
	now, err := topics.Update(ctx, tx, string(was.ID), func(t *Topic) error {
		before := t.Title
		if err := c.apply(t); err != nil {
			return err
		}
		if t.Title != before {
			at := h.now()
			t.EditedAt = &at
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	there, inSpace := TopicChanged, TopicChanged
	if moved {
		there, inSpace = TopicMoved, TopicAdded
	}
	return now, h.tell(ctx, tx,
		event(now.ID, there, viewer, string(now.ID)),
		event(now.SpaceID, inSpace, viewer, string(now.ID)))
}

// moveTopic takes the topic out of its space; the caller puts it into the next.
func (h *Hall) moveTopic(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, to community.SpaceID) error {
	target, err := h.space(ctx, tx, viewer, to)
	if err != nil {
		return err
	}
	if err := h.mustModerate(ctx, tx, viewer, target); err != nil {
		return err
	}
	if t.DeletedAt == nil {
		if err := errors.Join(h.countTopics(ctx, tx, t.SpaceID, -1), h.countTopics(ctx, tx, to, 1)); err != nil {
			return err
		}
	}
	return h.tell(ctx, tx, event(t.SpaceID, TopicRemoved, viewer, string(t.ID)))
}

// DeleteTopic takes a topic out of sight, for who moderates the space, and for
// its author while nobody has answered.
func (h *Hall) DeleteTopic(ctx context.Context, viewer community.Viewer, id community.TopicID) (*Topic, error) {
	return h.setDeleted(ctx, viewer, id, true)
}

// RestoreTopic brings a deleted topic back, for who moderates the space.
func (h *Hall) RestoreTopic(ctx context.Context, viewer community.Viewer, id community.TopicID) (*Topic, error) {
	return h.setDeleted(ctx, viewer, id, false)
}

func (h *Hall) setDeleted(ctx context.Context, viewer community.Viewer, id community.TopicID, gone bool) (*Topic, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Topic, error) {
		t, s, err := h.topic(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		own := gone && t.AuthorID == viewer.ID && t.PostCount == 0
		if !own {
			if err := h.mustModerate(ctx, tx, viewer, s); err != nil {
				return nil, err
			}
		}
		if err := ofIdea(t, "topicId"); err != nil {
			return nil, err
		}
		if gone == (t.DeletedAt != nil) {
			return t, nil
		}
		return h.hideTopic(ctx, tx, viewer, t, gone)
	})
}

func (h *Hall) hideTopic(ctx context.Context, tx store.Tx, viewer community.Viewer, t *Topic, gone bool) (*Topic, error) {
	delta, there, inSpace := 1, TopicRestored, TopicAdded
	if gone {
		delta, there, inSpace = -1, TopicDeleted, TopicRemoved
	}
	now, err := topics.Update(ctx, tx, string(t.ID), func(t *Topic) error {
		t.DeletedAt, t.DeletedBy = nil, ""
		if gone {
			at := h.now()
			t.DeletedAt, t.DeletedBy = &at, viewer.ID
		}
		t.refresh()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delete or restore a topic: %w", err)
	}
	if err := h.countTopics(ctx, tx, t.SpaceID, delta); err != nil {
		return nil, err
	}
	return now, h.tell(ctx, tx,
		event(t.ID, there, viewer, string(t.ID)),
		event(t.SpaceID, inSpace, viewer, string(t.ID)))
}

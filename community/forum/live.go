package forum

import (
	"context"
	"slices"

	"veche/community"
	"veche/live"
)

// TopicFeed is what happens in a topic.
func (h *Hall) TopicFeed(id community.TopicID) *community.Feed {
	stream := community.Stream(id)
	return &community.Feed{
		Stream: stream,
		Open:   func(wake func()) live.Source { return h.log.Tap(stream, wake) },
		Admit: func(ctx context.Context, v community.Viewer) (community.Admission, error) {
			_, s, err := h.topic(ctx, h.store, v, id)
			if err != nil {
				return community.Admission{}, err
			}
			return h.admission(ctx, v, s, stream)
		},
		Event: func(ctx context.Context, v community.Viewer, e *live.Entry) (any, error) {
			return h.topicEvent(ctx, v, e, community.LiveCursor(stream, e.Seq))
		},
		Resync: func(c community.Cursor) any { return &ResyncRequired{Cursor: c} },
	}
}

// SpaceLook is what of a space a subscriber wants to hear.
type SpaceLook struct {
	// Calm sums up what happens to topics that are not on the screen.
	Calm bool
	// Tag, if given, leaves out topics without it that are not on the screen.
	Tag      *string
	OnScreen []community.TopicID
}

// SpaceFeed is what happens in a space, for a reader who starts behind the
// cursor or from now on; at is where that is.
func (h *Hall) SpaceFeed(ctx context.Context, id community.SpaceID, look SpaceLook, after *community.Cursor) (f *community.Feed, at *community.Cursor, err error) {
	s, err := newSieve(id, look)
	if err != nil {
		return nil, nil, err
	}
	stream := community.Stream(id)
	f = &community.Feed{
		Stream: stream,
		Open:   func(wake func()) live.Source { return h.log.Tap(stream, wake) },
		Admit: func(ctx context.Context, v community.Viewer) (community.Admission, error) {
			s, err := h.space(ctx, h.store, v, id)
			if err != nil {
				return community.Admission{}, err
			}
			return h.admission(ctx, v, s)
		},
		Resync: func(c community.Cursor) any { return &ResyncRequired{Cursor: c} },
	}
	f.Event = func(ctx context.Context, v community.Viewer, e *live.Entry) (any, error) {
		return h.spaceEvent(ctx, v, e, f.Behind(e.Seq), s)
	}
	if look.Calm {
		after, err = h.calm(ctx, f, s, after)
	}
	return f, after, err
}

// admission lets a viewer into what happens in a space that they see. Guests,
// members and who moderates it see different things; all of one kind see the
// same.
func (h *Hall) admission(ctx context.Context, v community.Viewer, s *Space, also ...live.Stream) (community.Admission, error) {
	moderates, err := h.moderates(ctx, h.store, v, s)
	if err != nil {
		return community.Admission{}, err
	}
	kind := "guests"
	switch {
	case moderates:
		kind = "moderators"
	case v.MayLook() == nil:
		kind = "members"
	}
	return community.Admission{
		Audience: kind + " of " + string(s.ID),
		Places:   append(also, community.Stream(s.ID)),
		Turns:    func(e *live.Entry) bool { return slices.Contains(turning, e.Kind) },
	}, nil
}

// turning are the kinds of deeds that change who may see a topic or a space.
// Those about one member alone stand in that member's stream too.
var turning = []live.Kind{TopicMoved, TopicDeleted, TopicRestored, SpaceOpened}

func (h *Hall) topicEvent(ctx context.Context, v community.Viewer, e *live.Entry, c community.Cursor) (TopicEvent, error) {
	switch e.Kind {
	case TopicChanged, TopicMoved, TopicDeleted, TopicRestored:
		t, err := h.Topic(ctx, v, community.TopicID(e.About[0]))
		return &TopicChangedEvent{c, t}, err
	case PollChanged:
		p, err := h.Poll(ctx, v, community.PollID(e.About[0]))
		return &PollChangedEvent{c, p}, err
	case PostAdded, PostEdited, PostDeleted, PostRestored, ReactionsChanged:
		p, err := h.Post(ctx, v, community.PostID(e.About[0]))
		return postEvent(e.Kind, c, p), err
	}
	return nil, community.ErrNoEvent // TopicAdded among them: who watches the topic knows that it is there
}

func postEvent(kind live.Kind, c community.Cursor, p *Post) TopicEvent {
	switch kind {
	case PostAdded:
		return &PostAddedEvent{c, p}
	case PostEdited:
		return &PostEditedEvent{c, p}
	case PostDeleted:
		return &PostDeletedEvent{c, p}
	case PostRestored:
		return &PostRestoredEvent{c, p}
	default:
		return &ReactionsChangedEvent{c, p}
	}
}

func (h *Hall) spaceEvent(ctx context.Context, v community.Viewer, e *live.Entry, c community.Cursor, look *sieve) (SpaceEvent, error) {
	switch e.Kind {
	case newTopics:
		return newTopicsEvent(e, c), nil
	case SpaceChanged, SpaceOpened, SeatTaken, SeatLeft:
		s, err := h.Space(ctx, v, community.SpaceID(e.Stream[len("space:"):]))
		return &SpaceChangedEvent{c, s}, err
	case TopicRemoved:
		return &TopicRemovedEvent{c, community.TopicID(e.About[0])}, nil
	case TopicAdded, TopicChanged, TopicActive:
		t, err := h.Topic(ctx, v, community.TopicID(e.About[0]))
		if community.KindOf(err) == community.KindNotFound {
			return nil, community.ErrNoEvent // deleted or moved since: its own entry says so
		}
		if err == nil && community.Stream(t.SpaceID) != e.Stream {
			return nil, community.ErrNoEvent // moved to where this viewer sees it, and others may not
		}
		if err == nil && !look.shows(t) {
			return nil, community.ErrNoEvent
		}
		if e.Kind == TopicAdded {
			return &TopicAddedEvent{c, t}, err
		}
		return &TopicChangedEvent{c, t}, err
	}
	return nil, community.ErrNoEvent
}

// LiveCursors tells where the streams stood at the moment, as cursors to
// subscribe behind.
func (h *Hall) LiveCursors(ctx context.Context, m live.Moment, streams []live.Stream) (map[live.Stream]community.Cursor, error) {
	at, err := h.log.PositionsAt(ctx, m, streams)
	if err != nil {
		return nil, err
	}
	out := make(map[live.Stream]community.Cursor, len(at))
	for s, seq := range at {
		out[s] = community.LiveCursor(s, seq)
	}
	return out, nil
}

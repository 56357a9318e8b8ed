package forum

import (
	"context"
	"errors"
	"iter"
	"time"

	"veche/community"
	"veche/live"
)

// TopicEvents hands on what happens in a topic behind the cursor; without one,
// from now on. Rights are asked for anew at every event, and each second while
// nothing happens: it ends with NOT_FOUND once the watcher may no longer see the
// topic, and with UNAUTHENTICATED once their session has ended.
func (h *Hall) TopicEvents(ctx context.Context, who community.Watcher, id community.TopicID, after *community.Cursor) (iter.Seq2[TopicEvent, error], error) {
	viewer, err := who(ctx)
	if err != nil {
		return nil, err
	}
	if _, _, err := h.topic(ctx, h.store, viewer, id); err != nil {
		return nil, err
	}
	f := follow[TopicEvent]{
		hall: h, who: who, stream: community.Stream(id),
		enter: func(v community.Viewer) error { _, _, err := h.topic(ctx, h.store, v, id); return err },
		event: func(v community.Viewer, e *live.Entry, c community.Cursor) (TopicEvent, error) {
			return h.topicEvent(ctx, v, e, c)
		},
		resync: func(c community.Cursor) TopicEvent { return &ResyncRequired{c} },
	}
	return f.run(ctx, after)
}

// SpaceEvents hands on what happens in a space, as TopicEvents does.
func (h *Hall) SpaceEvents(ctx context.Context, who community.Watcher, id community.SpaceID, after *community.Cursor) (iter.Seq2[SpaceEvent, error], error) {
	viewer, err := who(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := h.space(ctx, h.store, viewer, id); err != nil {
		return nil, err
	}
	f := follow[SpaceEvent]{
		hall: h, who: who, stream: community.Stream(id),
		enter: func(v community.Viewer) error { _, err := h.space(ctx, h.store, v, id); return err },
		event: func(v community.Viewer, e *live.Entry, c community.Cursor) (SpaceEvent, error) {
			return h.spaceEvent(ctx, v, e, c)
		},
		resync: func(c community.Cursor) SpaceEvent { return &ResyncRequired{c} },
	}
	return f.run(ctx, after)
}

// errSkip leaves out an entry that is nothing to this subscriber.
var errSkip = errors.New("forum: not an event here")

func (h *Hall) topicEvent(ctx context.Context, v community.Viewer, e *live.Entry, c community.Cursor) (TopicEvent, error) {
	switch e.Kind {
	case TopicAdded:
		return nil, errSkip // who watches the topic knows that it is there
	case TopicChanged:
		t, err := h.Topic(ctx, v, community.TopicID(e.About[0]))
		return &TopicChangedEvent{c, t}, err
	case PollChanged:
		p, err := h.Poll(ctx, v, community.PollID(e.About[0]))
		return &PollChangedEvent{c, p}, err
	}
	p, err := h.Post(ctx, v, community.PostID(e.About[0]))
	if err != nil {
		return nil, err
	}
	switch e.Kind {
	case PostAdded:
		return &PostAddedEvent{c, p}, nil
	case PostEdited:
		return &PostEditedEvent{c, p}, nil
	case PostDeleted:
		return &PostDeletedEvent{c, p}, nil
	case PostRestored:
		return &PostRestoredEvent{c, p}, nil
	case ReactionsChanged:
		return &ReactionsChangedEvent{c, p}, nil
	}
	return nil, errSkip
}

func (h *Hall) spaceEvent(ctx context.Context, v community.Viewer, e *live.Entry, c community.Cursor) (SpaceEvent, error) {
	switch e.Kind {
	case SpaceChanged, SeatTaken, SeatLeft:
		s, err := h.Space(ctx, v, community.SpaceID(e.Stream[len("space:"):]))
		return &SpaceChangedEvent{c, s}, err
	case TopicRemoved:
		return &TopicRemovedEvent{c, community.TopicID(e.About[0])}, nil
	case TopicAdded, TopicChanged, TopicActive:
		t, err := h.Topic(ctx, v, community.TopicID(e.About[0]))
		if community.KindOf(err) == community.KindNotFound {
			return nil, errSkip // deleted or moved since: its own entry says so
		}
		if e.Kind == TopicAdded {
			return &TopicAddedEvent{c, t}, err
		}
		return &TopicChangedEvent{c, t}, err
	}
	return nil, errSkip
}

// follow turns the entries of a stream into events for one watcher.
type follow[E any] struct {
	hall   *Hall
	who    community.Watcher
	stream live.Stream
	enter  func(community.Viewer) error
	event  func(community.Viewer, *live.Entry, community.Cursor) (E, error)
	resync func(community.Cursor) E
}

func (f follow[E]) run(ctx context.Context, after *community.Cursor) (iter.Seq2[E, error], error) {
	at, err := f.start(ctx, after)
	if err != nil {
		return nil, err
	}
	return func(yield func(E, error) bool) {
		for {
			err := f.deliver(ctx, at, yield)
			if !errors.Is(err, live.ErrGone) {
				return
			}
			if at, err = f.head(ctx); err != nil {
				var none E
				yield(none, err)
				return
			}
			if !yield(f.resync(community.LiveCursor(f.stream, at)), nil) {
				return
			}
		}
	}, nil
}

func (f follow[E]) start(ctx context.Context, after *community.Cursor) (int64, error) {
	if after != nil {
		return after.OpenLive(f.stream)
	}
	return f.head(ctx)
}

func (f follow[E]) head(ctx context.Context) (int64, error) {
	m, err := f.hall.log.Moment(ctx)
	if err != nil {
		return 0, err
	}
	at, err := f.hall.log.PositionsAt(ctx, m, []live.Stream{f.stream})
	return at[f.stream], err
}

// deliver hands on events until the reader goes, or something ends the stream;
// ErrGone alone is left to the caller to tell.
func (f follow[E]) deliver(ctx context.Context, at int64, yield func(E, error) bool) error {
	var none E
	for entry, err := range f.hall.log.FollowPulse(ctx, f.stream, at, recheck) {
		if errors.Is(err, live.ErrGone) {
			return live.ErrGone
		}
		var e E
		if err == nil {
			e, err = f.one(ctx, entry)
		}
		if errors.Is(err, errSkip) {
			continue
		}
		if err != nil {
			yield(none, err)
			return nil
		}
		if !yield(e, nil) {
			return nil
		}
	}
	return nil
}

// recheck is how long a quiet subscription goes on without asking anew for the
// watcher's rights.
const recheck = 900 * time.Millisecond

// one makes the event of an entry; no entry means that nothing has happened but
// time going by.
func (f follow[E]) one(ctx context.Context, entry *live.Entry) (E, error) {
	var none E
	viewer, err := f.who(ctx)
	if err != nil {
		return none, err
	}
	if err := f.enter(viewer); err != nil {
		return none, err
	}
	if entry == nil {
		return none, errSkip
	}
	return f.event(viewer, entry, community.LiveCursor(f.stream, entry.Seq))
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

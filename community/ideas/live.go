package ideas

import (
	"context"
	"errors"

	"veche/community"
	"veche/live"
)

// BoardFeed is what happens on a board, but for its votes.
func (a *Assembly) BoardFeed(id community.BoardID) *community.Feed {
	stream := community.Stream(id)
	return &community.Feed{
		Stream: stream,
		Open:   func(wake func()) live.Source { return a.log.Tap(stream, wake) },
		Admit: func(ctx context.Context, v community.Viewer) (community.Admission, error) {
			b, err := a.board(ctx, a.store, v, id)
			if err != nil {
				return community.Admission{}, err
			}
			admission, err := a.spaces.Admission(ctx, v, b.SpaceID)
			return admission, hidden(err, "board")
		},
		Event: func(ctx context.Context, v community.Viewer, e *live.Entry) (any, error) {
			return a.boardEvent(ctx, v, e, community.LiveCursor(stream, e.Seq))
		},
		Resync: func(c community.Cursor) any { return &community.ResyncRequired{Cursor: c} },
	}
}

func (a *Assembly) boardEvent(ctx context.Context, v community.Viewer, e *live.Entry, c community.Cursor) (BoardEvent, error) {
	switch e.Kind {
	case BoardChanged:
		b, err := a.Board(ctx, v, community.BoardID(e.About[0]))
		return &BoardChangedEvent{c, b}, err
	case WinnersAnnounced:
		b, err := a.Board(ctx, v, community.BoardID(e.About[0]))
		return &WinnersAnnouncedEvent{c, b}, err
	case IdeaRemoved:
		return &IdeaRemovedEvent{c, community.IdeaID(e.About[0])}, nil
	case IdeaMerged:
		into, err := a.standing(ctx, v, e.About[1])
		if errors.Is(err, community.ErrNoEvent) {
			err = nil // the one is gone in any case
		}
		return &IdeaMergedEvent{c, community.IdeaID(e.About[0]), into}, err
	case IdeaAdded, IdeaChanged, IdeaAnswered, IdeaStatus, IdeaActive:
		i, err := a.standing(ctx, v, e.About[0])
		if err != nil {
			return nil, err
		}
		return ideaEvent(e, c, i), nil
	}
	return nil, community.ErrNoEvent // BoardCreated among them: who watches the board knows that it is there
}

// standing answers an idea that stands on its board. Of one that went since, its
// own entry says so.
func (a *Assembly) standing(ctx context.Context, v community.Viewer, id string) (*Idea, error) {
	i, b, err := a.idea(ctx, a.store, v, community.IdeaID(id))
	if community.KindOf(err) == community.KindNotFound || err == nil && (i.Listed == "" || b.hides(a.now())) {
		return nil, community.ErrNoEvent
	}
	return i, err
}

func ideaEvent(e *live.Entry, c community.Cursor, i *Idea) BoardEvent {
	switch e.Kind {
	case IdeaAdded:
		return &IdeaAddedEvent{c, i}
	case IdeaStatus:
		return &IdeaStatusChangedEvent{c, i, Status(e.About[1])}
	case IdeaActive:
		return &IdeaActiveEvent{c, i}
	default:
		return &IdeaChangedEvent{c, i}
	}
}

package events

import (
	"context"

	"veche/community"
	"veche/live"
)

// CalendarEvent is something that happened in a calendar, as a subscriber gets
// it: with the things it is about as they stand when it is delivered.
type CalendarEvent interface{ IsCalendarEvent() }

// The events of calendars. Each has the cursor from which a new subscription
// goes on behind it.
type (
	// EventAddedEvent brings an event that is new to who sees the calendar.
	EventAddedEvent struct {
		Cursor community.Cursor
		Event  *Event
	}
	// EventChangedEvent brings an event that was changed as a whole.
	EventChangedEvent struct {
		Cursor community.Cursor
		Event  *Event
	}
	// EventCancelledEvent brings an event that was called off.
	EventCancelledEvent struct {
		Cursor community.Cursor
		Event  *Event
	}
	// OccurrenceCancelledEvent brings an occurrence that was called off.
	OccurrenceCancelledEvent struct {
		Cursor     community.Cursor
		Occurrence *Occurrence
	}
	// EventRemovedEvent names an event that not all who see the calendar may see
	// any more.
	EventRemovedEvent struct {
		Cursor  community.Cursor
		EventID community.EventID
	}
	// OccurrenceChangedEvent brings an occurrence that was changed or moved.
	OccurrenceChangedEvent struct {
		Cursor     community.Cursor
		Occurrence *Occurrence
	}
	// AttendanceChangedEvent brings an occurrence whose counts changed.
	AttendanceChangedEvent struct {
		Cursor     community.Cursor
		Occurrence *Occurrence
	}
	// CalendarChangedEvent brings the calendar, changed itself.
	CalendarChangedEvent struct {
		Cursor   community.Cursor
		Calendar *Calendar
	}
)

// IsCalendarEvent marks the events of calendars.
func (*EventAddedEvent) IsCalendarEvent()          {}
func (*EventChangedEvent) IsCalendarEvent()        {}
func (*EventCancelledEvent) IsCalendarEvent()      {}
func (*EventRemovedEvent) IsCalendarEvent()        {}
func (*OccurrenceCancelledEvent) IsCalendarEvent() {}
func (*OccurrenceChangedEvent) IsCalendarEvent()   {}
func (*AttendanceChangedEvent) IsCalendarEvent()   {}
func (*CalendarChangedEvent) IsCalendarEvent()     {}

// CalendarFeed is what happens in a calendar.
func (a *Almanac) CalendarFeed(id community.CalendarID) *community.Feed {
	stream := community.Stream(id)
	return &community.Feed{
		Stream: stream,
		Open:   func(wake func()) live.Source { return a.log.Tap(stream, wake) },
		Admit: func(ctx context.Context, v community.Viewer) (community.Admission, error) {
			return a.admission(ctx, v, id)
		},
		Event: func(ctx context.Context, v community.Viewer, e *live.Entry) (any, error) {
			return a.calendarEvent(ctx, v, e, community.LiveCursor(stream, e.Seq))
		},
		Resync: func(c community.Cursor) any { return &community.ResyncRequired{Cursor: c} },
	}
}

// admission lets a viewer into what happens in a calendar that they see.
func (a *Almanac) admission(ctx context.Context, v community.Viewer, id community.CalendarID) (community.Admission, error) {
	c, rules, err := a.calendar(ctx, a.store, v, id)
	if err != nil {
		return community.Admission{}, err
	}
	if c.Space != "" {
		in, err := a.spaces.Admission(ctx, v, c.Space)
		return in, hidden(err, "calendar")
	}
	kind := "guests"
	switch {
	case rules:
		kind = "moderators"
	case v.MayLook() == nil:
		kind = "members"
	}
	return community.Admission{
		Audience: kind + " of " + string(id),
		Places:   []live.Stream{community.Stream(id)},
		Turns:    func(e *live.Entry) bool { return e.Kind == CalendarOpened },
	}, nil
}

// calendarEvent makes the event of an entry. What not all who see the calendar
// may see by now is none: readers of one audience are answered alike.
func (a *Almanac) calendarEvent(ctx context.Context, v community.Viewer, e *live.Entry, c community.Cursor) (CalendarEvent, error) {
	switch e.Kind {
	case CalendarChanged, CalendarOpened:
		found, err := a.Calendar(ctx, v, community.CalendarID(e.About[0]))
		return &CalendarChangedEvent{c, found}, err
	case EventRemoved:
		return &EventRemovedEvent{c, community.EventID(e.About[0])}, nil
	case EventAdded, EventChanged, EventMoved, EventCancelled:
		found, err := a.openEvent(ctx, v, community.EventID(e.About[0]))
		return eventEvent(e.Kind, c, found), err
	case OccurrenceEdited, OccurrenceMoved, OccurrenceOff, Answered, Seated, Queued, Declined, CheckedIn:
		found, err := a.openOccurrence(ctx, v, community.OccurrenceID(e.About[0]))
		return occurrenceEvent(e.Kind, c, found), err
	}
	return nil, community.ErrNoEvent
}

func eventEvent(kind live.Kind, c community.Cursor, e *Event) CalendarEvent {
	switch kind {
	case EventAdded:
		return &EventAddedEvent{c, e}
	case EventCancelled:
		return &EventCancelledEvent{c, e}
	}
	return &EventChangedEvent{c, e}
}

func occurrenceEvent(kind live.Kind, c community.Cursor, o *Occurrence) CalendarEvent {
	switch kind {
	case OccurrenceOff:
		return &OccurrenceCancelledEvent{c, o}
	case OccurrenceEdited, OccurrenceMoved:
		return &OccurrenceChangedEvent{c, o}
	}
	return &AttendanceChangedEvent{c, o}
}

func (a *Almanac) openEvent(ctx context.Context, v community.Viewer, id community.EventID) (*Event, error) {
	e, err := a.Event(ctx, v, id)
	return e, unlessOpen(e, err)
}

func (a *Almanac) openOccurrence(ctx context.Context, v community.Viewer, id community.OccurrenceID) (*Occurrence, error) {
	o, err := a.Occurrence(ctx, v, id)
	if err != nil {
		return nil, unlessOpen(nil, err)
	}
	return o, unlessOpen(o.event, nil)
}

// unlessOpen is why there is no event: what it is about is for some alone, or
// there no more, of which its own entry tells.
func unlessOpen(e *Event, err error) error {
	if community.KindOf(err) == community.KindNotFound || err == nil && !e.open() {
		return community.ErrNoEvent
	}
	return err
}

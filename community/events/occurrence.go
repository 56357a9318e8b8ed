package events

import (
	"time"

	"veche/community"
	"veche/store"
)

// Occurrence is one time at which an event takes place. That of a single event
// is kept from the start; one of a series is read off its rule, and kept from
// when somebody answers, or when it becomes unlike the others.
type Occurrence struct {
	ID         community.OccurrenceID `bson:"_id"`
	EventID    community.EventID      `bson:"event"`
	CalendarID community.CalendarID   `bson:"calendar"`
	// Original is the local time that the series gives it, which with the series
	// is its identity wherever it is moved; empty for a single event. OriginalAt
	// is that as an instant.
	Original   community.LocalTime `bson:"original,omitempty"`
	OriginalAt *time.Time          `bson:"originalAt,omitempty"`
	// Start is by the clocks of the event's zone.
	Start    community.LocalTime `bson:"start"`
	StartsAt time.Time           `bson:"startsAt"`
	EndsAt   time.Time           `bson:"endsAt"`
	// Moved says that its time is its own, and Own, if any, what else is: a
	// field of About that is not empty.
	Moved       bool       `bson:"moved,omitempty"`
	Own         About      `bson:"own"`
	OwnCapacity bool       `bson:"ownCapacity,omitempty"`
	CancelledAt *time.Time `bson:"cancelledAt,omitempty"`
	Reason      string     `bson:"reason,omitempty"`
	Sequence    int        `bson:"sequence"`

	Roster `bson:",inline"`

	// Listed is the calendar in whose lists it stands; empty while a draft.
	// Reach is 1 for what lasts longer than a day.
	Listed string `bson:"listed"`
	Reach  int    `bson:"reach"`

	event *Event
	kept  bool
}

// IsNode marks what node(id:) can answer.
func (*Occurrence) IsNode() {}

// GetID is the id by which node(id:) finds the occurrence.
func (o *Occurrence) GetID() string { return string(o.ID) }

var occurrences = store.Define[Occurrence]("occurrences",
	store.On("listed", "reach", "startsAt"),
	store.On("calendar", "originalAt"),
	store.On("event", "originalAt"),
)

// occurrence is the event's at the local time, as its plan has it.
func (e *Event) occurrence(original time.Time) *Occurrence {
	o := &Occurrence{ID: e.occurrenceID(original), EventID: e.ID, CalendarID: e.CalendarID, event: e}
	o.Capacity, o.Sequence = e.Capacity, e.Sequence
	if e.Series {
		at := e.instant(original)
		o.Original, o.OriginalAt = community.LocalTimeOf(original), &at
	}
	o.put(e, original, e.length())
	return o
}

// put sets when it takes place.
func (o *Occurrence) put(e *Event, start time.Time, length time.Duration) {
	o.Start, o.StartsAt = community.LocalTimeOf(start), e.instant(start)
	o.EndsAt = o.StartsAt.Add(length)
	o.refresh(e)
}

func (o *Occurrence) refresh(e *Event) {
	o.Listed, o.Reach = "", 0
	if !e.Draft {
		o.Listed = string(e.CalendarID)
	}
	if o.EndsAt.Sub(o.StartsAt) > day {
		o.Reach = 1
	}
}

// of is the kept occurrence with the event that it is of. It is a copy: what the store hands out is shared.
func (o *Occurrence) of(e *Event) *Occurrence {
	with := *o
	with.event, with.kept = e, true
	return &with
}

// Of is the event that it is of.
func (o *Occurrence) Of() *Event { return o.event }

// Title is its own, or else the event's.
func (o *Occurrence) Title() string { return or(o.Own.Title, o.event.Title) }

// Description is its own, or else the event's.
func (o *Occurrence) Description() string { return or(o.Own.Body, o.event.Body) }

// DescriptionHTML is the description as it is shown.
func (o *Occurrence) DescriptionHTML() string { return or(o.Own.HTML, o.event.HTML) }

// Format says where one takes part.
func (o *Occurrence) Format() Format { return or(o.Own.Format, o.event.Format) }

// Place is where it is offline.
func (o *Occurrence) Place() *string { return community.OrNil(or(o.Own.Place, o.event.Place)) }

// Link is where it is online.
func (o *Occurrence) Link() *string { return community.OrNil(or(o.Own.Link, o.event.Link)) }

func or[T ~string](own, other T) T {
	if own != "" {
		return own
	}
	return other
}

// Status says how it stands.
func (o *Occurrence) Status() Status {
	off := o.event.CancelledAt
	switch {
	case o.CancelledAt != nil, off != nil && o.EndsAt.After(*off): // what was over by then took place
		return Cancelled
	case off != nil:
		return Scheduled
	}
	return o.event.Status()
}

// CancelReason is why it was cancelled.
func (o *Occurrence) CancelReason() *string {
	switch {
	case o.CancelledAt != nil:
		return community.OrNil(o.Reason)
	case o.Status() == Cancelled:
		return o.event.CancelReason()
	}
	return nil
}

// AllDay says that it goes by days, the same everywhere.
func (o *Occurrence) AllDay() bool { return o.event.AllDay }

// TimeZone is the zone whose clocks it goes by.
func (o *Occurrence) TimeZone() community.TimeZone { return o.event.TimeZone }

// LocalStart is when it begins by these clocks.
func (o *Occurrence) LocalStart() community.LocalTime { return o.Start }

// LocalEnd is when it ends by these clocks.
func (o *Occurrence) LocalEnd() community.LocalTime {
	return community.LocalTimeOf(o.event.local(o.EndsAt))
}

// StartDate is the first day.
func (o *Occurrence) StartDate() community.Date { return community.DateOf(o.Start.Floating()) }

// EndDate is the last day.
func (o *Occurrence) EndDate() community.Date {
	end := o.event.local(o.EndsAt)
	if o.EndsAt.After(o.StartsAt) {
		end = end.Add(-time.Second) // what ends at midnight has nothing of the next day
	}
	return community.DateOf(end)
}

// OriginalStart is when the series has it begin, of one that was moved.
func (o *Occurrence) OriginalStart() *community.LocalTime {
	if !o.Moved || o.Original == "" {
		return nil
	}
	return &o.Original
}

// over says whether it has ended.
func (o *Occurrence) over(now time.Time) bool { return !now.Before(o.EndsAt) }

// place is its place in lists.
func (o *Occurrence) place() []any { return []any{o.StartsAt, string(o.ID)} }

package events

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"veche/community"
	"veche/store"
)

// Format says where one takes part.
type Format string

// The formats.
const (
	Online  Format = "ONLINE"
	Offline Format = "OFFLINE"
	Hybrid  Format = "HYBRID"
)

// EventVisibility says who sees an event among those who see its calendar.
type EventVisibility string

// The visibilities.
const (
	// CalendarWide is for all who see the calendar.
	CalendarWide EventVisibility = "CALENDAR"
	// InvitedOnly is for its organisers, who was invited, and who moderates.
	InvitedOnly EventVisibility = "INVITED"
)

// Event is a meeting, or a series of them, as it was planned. When it takes
// place is its occurrences: one, or those of its rule.
type Event struct {
	ID         community.EventID    `bson:"_id"`
	CalendarID community.CalendarID `bson:"calendar"`
	// UID is what calendars elsewhere know the event by, and Sequence counts the
	// changes that they have to hear of (RFC 5545).
	UID      string `bson:"uid"`
	Sequence int    `bson:"sequence"`

	About    `bson:",inline"`
	CoverURL string               `bson:"cover,omitempty"`
	Speakers []Speaker            `bson:"speakers,omitempty"`
	Agenda   []AgendaItem         `bson:"agenda,omitempty"`
	Tags     []string             `bson:"tags,omitempty"`
	For      EventVisibility      `bson:"for"`
	Hosts    []community.MemberID `bson:"hosts"` // who made it and the other organisers

	// Start is by the zone's clocks, and of an all-day event the beginning of its
	// first day. It lasts Seconds on the first occurrence's clock, and on every
	// other as long.
	Start    community.LocalTime `bson:"start"`
	Seconds  int                 `bson:"seconds"`
	AllDay   bool                `bson:"allDay,omitempty"`
	TimeZone community.TimeZone  `bson:"zone"`
	// Rule is that of a series; it may also have occurrences Added, and Skipped.
	Rule     *Rule                 `bson:"rule,omitempty"`
	RuleText string                `bson:"ruleText,omitempty"`
	Added    []community.LocalTime `bson:"added,omitempty"`
	Skipped  []community.LocalTime `bson:"skipped,omitempty"`
	// Series says that it is one.
	Series bool `bson:"series,omitempty"`
	// Epoch counts how often the series as a whole was moved: ids of occurrences
	// that are not kept then mean other times.
	Epoch int `bson:"epoch,omitempty"`
	// ContinuesID is the series from which this one was parted.
	ContinuesID community.EventID `bson:"continues,omitempty"`

	Capacity   *int `bson:"capacity,omitempty"` // nil for as many as like
	GuestLimit int  `bson:"guestLimit,omitempty"`
	Approval   bool `bson:"approval,omitempty"`
	// AttendeesHidden lets only who runs the event see who comes.
	AttendeesHidden bool `bson:"attendeesHidden,omitempty"`

	Draft       bool               `bson:"draft,omitempty"`
	CancelledAt *time.Time         `bson:"cancelledAt,omitempty"`
	Reason      string             `bson:"reason,omitempty"`
	CreatedBy   community.MemberID `bson:"createdBy"`
	CreatedAt   time.Time          `bson:"createdAt"`
	EditedAt    *time.Time         `bson:"editedAt,omitempty"`

	// Kept counts the occurrences that have a document: with answers, or unlike
	// the others.
	Kept int `bson:"kept"`
	// Running is the calendar of a series whose rule is to be read for lists;
	// empty otherwise. Ends is when the last occurrence is over.
	Running string    `bson:"running"`
	Ends    time.Time `bson:"ends"`
	// DraftIn is the calendar that a draft is meant for.
	DraftIn string `bson:"draftIn"`
}

// About is what an event is about, and where; an occurrence may have its own.
type About struct {
	Title  string `bson:"title"`
	Body   string `bson:"body,omitempty"`
	HTML   string `bson:"html,omitempty"`
	Format Format `bson:"format"`
	Place  string `bson:"place,omitempty"`
	Link   string `bson:"link,omitempty"`
}

// Speaker is somebody who speaks, a member or not.
type Speaker struct {
	Name     string             `bson:"name"`
	About    string             `bson:"about,omitempty"`
	MemberID community.MemberID `bson:"member,omitempty"`
}

// AgendaItem is a part of an event. It begins so many minutes after the event
// does, and so is right for each occurrence.
type AgendaItem struct {
	After   int    `bson:"after"`
	Minutes int    `bson:"minutes,omitempty"`
	Title   string `bson:"title"`
	Speaker string `bson:"speaker,omitempty"`
}

// IsNode marks what node(id:) can answer.
func (*Event) IsNode() {}

// GetID is the id by which node(id:) finds the event.
func (e *Event) GetID() string { return string(e.ID) }

// Visibility says who sees it.
func (e *Event) Visibility() EventVisibility { return e.For }

// Cover is the address of its picture.
func (e *Event) Cover() *string { return community.OrNil(e.CoverURL) }

// CancelReason is why it was cancelled.
func (e *Event) CancelReason() *string { return community.OrNil(e.Reason) }

// Recurrence is the rule of a series.
func (e *Event) Recurrence() *string { return community.OrNil(e.RuleText) }

// Status says how the event stands.
func (e *Event) Status() Status {
	switch {
	case e.CancelledAt != nil:
		return Cancelled
	case e.Draft:
		return Draft
	}
	return Scheduled
}

// Status says how an event or an occurrence stands.
type Status string

// The statuses.
const (
	Draft     Status = "DRAFT"
	Scheduled Status = "SCHEDULED"
	Cancelled Status = "CANCELLED"
)

var events = store.Define[Event]("events",
	store.On("running", "ends"),
	store.On("draftIn", "createdAt"),
)

// refresh sets what is derived from the rest.
func (e *Event) refresh() {
	e.Series = e.Series || e.RuleText != "" || len(e.Added) > 0 // and stays one
	e.Running, e.DraftIn = "", ""
	if e.Draft && e.CancelledAt == nil {
		e.DraftIn = string(e.CalendarID)
	}
	if e.Series && !e.Draft {
		e.Running = string(e.CalendarID)
	}
	e.Ends = forever
	if last := e.plan().end(); last.Before(forever) {
		e.Ends = e.instant(last).Add(e.length())
	}
}

// instant is when the clocks of the event's zone show the time. All-day events
// stand as if all zones were UTC: a day is a day everywhere.
func (e *Event) instant(floating time.Time) time.Time {
	if e.AllDay {
		return floating
	}
	return e.TimeZone.Instant(floating)
}

// local is what these clocks show.
func (e *Event) local(t time.Time) time.Time {
	if e.AllDay {
		return t.UTC()
	}
	return e.TimeZone.Local(t)
}

func (e *Event) length() time.Duration { return time.Duration(e.Seconds) * time.Second }

// hosted says whether the member is among the organisers.
func (e *Event) hosted(id community.MemberID) bool { return id != "" && slices.Contains(e.Hosts, id) }

// occurrenceID names an occurrence by its event and the local time at which it
// was first to take place, as in "occurrence_01…_20260131T180000"; behind that
// stands how often the series was moved as a whole, if it was. A single event
// has one, "occurrence_01…".
func (e *Event) occurrenceID(original time.Time) community.OccurrenceID {
	_, key, _ := strings.Cut(string(e.ID), "_")
	id := community.OccurrencePrefix + "_" + key
	if e.Series {
		id += "_" + original.Format(originalForm)
	}
	if e.Epoch > 0 {
		id += "_" + strconv.Itoa(e.Epoch)
	}
	return community.OccurrenceID(id)
}

const originalForm = "20060102T150405"

// named reads the event and the local time off an id that occurrenceID made;
// whether it is that event's is to be compared.
func named(id community.OccurrenceID) (event community.EventID, original time.Time, ok bool) {
	parts := strings.Split(string(id), "_")
	if len(parts) < 3 || parts[0] != community.OccurrencePrefix {
		return "", time.Time{}, false
	}
	original, err := time.Parse(originalForm, parts[2])
	return community.EventID(community.EventPrefix + "_" + parts[1]), original, err == nil
}

package events

import (
	"veche/community"
	"veche/live"
)

// What the log tells in a calendar's stream. What happens to events that not all
// who see the calendar may see stands in the event's own stream.
const (
	CalendarCreated  live.Kind = "calendar.created"
	CalendarChanged  live.Kind = "calendar.changed"
	CalendarOpened   live.Kind = "calendar.opened" // or closed: others see it than before
	EventAdded       live.Kind = "event.added"
	EventChanged     live.Kind = "event.changed"
	EventMoved       live.Kind = "event.moved" // its time, or its rule
	EventCancelled   live.Kind = "event.cancelled"
	EventRemoved     live.Kind = "event.removed" // not for all any more
	OccurrenceEdited live.Kind = "occurrence.changed"
	OccurrenceMoved  live.Kind = "occurrence.moved"
	OccurrenceOff    live.Kind = "occurrence.cancelled"
	Answered         live.Kind = "occurrence.answered" // about the occurrence, the event, the member
	Seated           live.Kind = "occurrence.seated"   // from the waiting list, or by who decides; in the member's stream too
	Queued           live.Kind = "occurrence.queued"   // let in, and waits for a seat; likewise
	Declined         live.Kind = "occurrence.refused"  // likewise
	CheckedIn        live.Kind = "occurrence.checkedIn"
	Invited          live.Kind = "event.invited" // about the event and the member; in the member's stream too
)

// stream is where what happens to the event is told: to all who see its
// calendar, if they all see it.
func (e *Event) stream() live.Stream {
	if e.open() {
		return community.Stream(e.CalendarID)
	}
	return community.Stream(e.ID)
}

// open says whether all who see the calendar see the event.
func (e *Event) open() bool { return !e.Draft && e.For == CalendarWide }

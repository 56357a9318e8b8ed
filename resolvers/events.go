package resolvers

import (
	"context"

	"veche/community"
	"veche/community/events"
	"veche/community/members"
	"veche/graph"
)

type eventQueries struct{ almanac *events.Almanac }

func (q eventQueries) Event(ctx context.Context, id string) (*events.Event, error) {
	return q.almanac.Event(ctx, viewerOf(ctx), community.EventID(id))
}

func (q eventQueries) Occurrence(ctx context.Context, id string) (*events.Occurrence, error) {
	return q.almanac.Occurrence(ctx, viewerOf(ctx), community.OccurrenceID(id))
}

func (q eventQueries) Events(ctx context.Context, ids []string, from, to community.Date, zone community.TimeZone, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.OccurrenceConnection, error) {
	r := events.Range{CalendarIDs: calendarIDs(ids), From: from, To: to, TimeZone: zone}
	return q.almanac.Events(ctx, viewerOf(ctx), r, paging(first, after, last, before))
}

func (q eventQueries) NearestEvents(ctx context.Context, ids []string, zone community.TimeZone, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.OccurrenceConnection, error) {
	return q.almanac.NearestEvents(ctx, viewerOf(ctx), calendarIDs(ids), zone, paging(first, after, last, before))
}

func (q eventQueries) CurrentEvents(ctx context.Context, ids []string, zone community.TimeZone, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.OccurrenceConnection, error) {
	return q.almanac.CurrentEvents(ctx, viewerOf(ctx), calendarIDs(ids), zone, paging(first, after, last, before))
}

func calendarIDs(ids []string) []community.CalendarID {
	out := make([]community.CalendarID, len(ids))
	for i, id := range ids {
		out[i] = community.CalendarID(id)
	}
	return out
}

type eventMutations struct{ almanac *events.Almanac }

func (m eventMutations) CreateEvent(ctx context.Context, input events.NewEvent, _ *string) (*graph.CreateEventPayload, error) {
	e, err := m.almanac.Plan(ctx, viewerOf(ctx), input)
	return &graph.CreateEventPayload{Event: e}, err
}

func (m eventMutations) UpdateEvent(ctx context.Context, input events.Revision, _ *string) (*graph.UpdateEventPayload, error) {
	c, err := m.almanac.Revise(ctx, viewerOf(ctx), input)
	if err != nil {
		return nil, err
	}
	return &graph.UpdateEventPayload{Event: c.Event, Occurrence: c.Occurrence}, nil
}

func (m eventMutations) CancelEvent(ctx context.Context, input events.Cancellation, _ *string) (*graph.CancelEventPayload, error) {
	c, err := m.almanac.Cancel(ctx, viewerOf(ctx), input)
	if err != nil {
		return nil, err
	}
	return &graph.CancelEventPayload{Event: c.Event, Occurrence: c.Occurrence}, nil
}

func (m eventMutations) Rsvp(ctx context.Context, input events.Reply, _ *string) (*graph.RsvpPayload, error) {
	o, err := m.almanac.Answer(ctx, viewerOf(ctx), input)
	return &graph.RsvpPayload{Occurrence: o}, err
}

func (m eventMutations) DecideAttendance(ctx context.Context, input graph.DecideAttendanceInput, _ *string) (*graph.DecideAttendancePayload, error) {
	o, err := m.almanac.Decide(ctx, viewerOf(ctx), community.OccurrenceID(input.OccurrenceID), community.MemberID(input.MemberID), input.Approve)
	return &graph.DecideAttendancePayload{Occurrence: o}, err
}

func (m eventMutations) CheckIn(ctx context.Context, input graph.CheckInInput, _ *string) (*graph.CheckInPayload, error) {
	at, err := m.almanac.CheckIn(ctx, viewerOf(ctx), community.OccurrenceID(input.OccurrenceID), input.Ticket)
	return &graph.CheckInPayload{Attendance: at}, err
}

func (m eventMutations) InviteToEvent(ctx context.Context, input graph.InviteToEventInput, _ *string) (*graph.InviteToEventPayload, error) {
	ids := make([]community.MemberID, len(input.MemberIds))
	for i, id := range input.MemberIds {
		ids[i] = community.MemberID(id)
	}
	e, err := m.almanac.Invite(ctx, viewerOf(ctx), community.EventID(input.EventID), ids)
	return &graph.InviteToEventPayload{Event: e}, err
}

// Event answers the fields of an event that cross to other things.
func (r *Root) Event() graph.EventResolver { return eventFields{r.Almanac} }

type eventFields struct{ almanac *events.Almanac }

func (eventFields) Calendar(ctx context.Context, e *events.Event) (*events.Calendar, error) {
	return loaders(ctx).Calendars.Load(ctx, e.CalendarID)
}

func (eventFields) Organisers(ctx context.Context, e *events.Event) ([]*members.Member, error) {
	return loaders(ctx).Members.LoadAll(ctx, e.Hosts)
}

func (eventFields) Continues(ctx context.Context, e *events.Event) (*events.Event, error) {
	if e.ContinuesID == "" {
		return nil, nil
	}
	return loaders(ctx).Events.Load(ctx, e.ContinuesID)
}

func (f eventFields) Occurrences(ctx context.Context, e *events.Event, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.OccurrenceConnection, error) {
	return f.almanac.Programme(ctx, viewerOf(ctx), e.ID, paging(first, after, last, before))
}

// Speaker answers the fields of a speaker that cross to other things.
func (r *Root) Speaker() graph.SpeakerResolver { return speakerFields{} }

type speakerFields struct{}

func (speakerFields) Member(ctx context.Context, s *events.Speaker) (*members.Member, error) {
	if s.MemberID == "" {
		return nil, nil
	}
	return loaders(ctx).Members.Load(ctx, s.MemberID)
}

// Occurrence answers the fields of an occurrence that cross to other things.
func (r *Root) Occurrence() graph.OccurrenceResolver { return occurrenceFields{r.Almanac} }

type occurrenceFields struct{ almanac *events.Almanac }

func (occurrenceFields) Event(_ context.Context, o *events.Occurrence) (*events.Event, error) {
	return o.Of(), nil
}

func (occurrenceFields) ViewerAttendance(ctx context.Context, o *events.Occurrence) (*events.Attendance, error) {
	return loaders(ctx).Attendances.Load(ctx, o.ID)
}

func (f occurrenceFields) Attendees(ctx context.Context, o *events.Occurrence, status *events.AttendanceStatus, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.AttendanceConnection, error) {
	return f.almanac.Attendees(ctx, viewerOf(ctx), o.ID, status, paging(first, after, last, before))
}

func (f occurrenceFields) AttendeesCSV(ctx context.Context, o *events.Occurrence) (string, error) {
	return f.almanac.AttendeesCSV(ctx, viewerOf(ctx), o.ID)
}

// Attendance answers the fields of an answer that cross to other things.
func (r *Root) Attendance() graph.AttendanceResolver { return attendanceFields{r.Almanac} }

type attendanceFields struct{ almanac *events.Almanac }

func (attendanceFields) Occurrence(ctx context.Context, at *events.Attendance) (*events.Occurrence, error) {
	return loaders(ctx).Occurrences.Load(ctx, at.OccurrenceID)
}

func (attendanceFields) Member(ctx context.Context, at *events.Attendance) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, at.MemberID)
}

func (attendanceFields) Ticket(ctx context.Context, at *events.Attendance) (*string, error) {
	return at.TicketFor(viewerOf(ctx)), nil
}

package server

import (
	"strings"

	calendars "veche/community/events"
)

// What is asked, done and sent to calendars, for the tests of rights and inputs.

const planned = `start: "2099-01-05T18:00", end: "2099-01-05T19:00"`

var calendarQueries = []probe{
	{does: `node(id: "$calendar") { id }`},
	{does: `node(id: "$event") { id }`},
	{does: `node(id: "$series") { id }`},
	{does: `node(id: "$occurrence") { id }`},
	{does: `node(id: "$third") { id }`},
	{does: `nodes(ids: ["$calendar", "$event", "$series", "$occurrence", "$third"]) { id }`, want: nothingSaid},
	{does: `calendar(id: "$calendar") { name drafts { nodes { id } } liveCursor }`},
	{does: `calendar(slug: "$slug") { id }`},
	{does: `event(id: "$event") { title organisers { id } occurrences { nodes { id } } }`},
	{does: `event(id: "$series") { title }`},
	{does: `occurrence(id: "$occurrence") { title goingCount attendees { nodes { member { id } } } attendeesCsv viewerAttendance { ticket } }`},
	{does: `occurrence(id: "$third") { title }`},
	{does: `events(calendarIds: ["$calendar"], from: "2099-01-01", to: "2099-02-01") { nodes { id } }`},
	{does: `events(calendarIds: ["$publicCalendar", "$calendar"], from: "2099-01-01", to: "2099-02-01", first: 1, after: "x") { nodes { id } }`},
	{does: `nearestEvents(calendarIds: ["$calendar"]) { nodes { id } }`},
	{does: `currentEvents(calendarIds: ["$calendar"]) { nodes { id } }`},
}

var calendarMutations = []probe{
	{does: `createCalendar(input: {spaceId: "$space", name: "x"}) { calendar { id } }`},
	{does: `createCalendar(input: {spaceId: "$space", name: "", membersOnly: true}) { calendar { id } }`},
	{does: `updateCalendar(input: {calendarId: "$calendar", name: ""}) { calendar { id } }`},
	{does: `createEvent(input: {calendarId: "$calendar", title: "x", ` + planned + `}) { event { id } }`},
	{does: `createEvent(input: {calendarId: "$calendar", title: "x", organiserIds: ["$keeper"], speakers: [{name: "x", memberId: "$anna"}], ` + planned + `}) { event { id } }`},
	{does: `createEvent(input: {calendarId: "$calendar", title: ""}) { event { id } }`},
	{does: `updateEvent(input: {eventId: "$event", title: ""}) { event { id } }`},
	{does: `updateEvent(input: {eventId: "$series", occurrenceId: "$third", scope: THIS, title: "x", organiserIds: ["$keeper"], speakers: [{name: "x", memberId: "$anna"}]}) { event { id } }`},
	{does: `updateEvent(input: {eventId: "$publicEvent", occurrenceId: "$third", scope: THIS, title: "x"}) { event { id } }`},
	{does: `cancelEvent(input: {eventId: "$event"}) { event { id } }`},
	{does: `cancelEvent(input: {eventId: "$series", occurrenceId: "$third", scope: FOLLOWING}) { event { id } }`},
	{does: `cancelEvent(input: {eventId: "$publicEvent", occurrenceId: "$occurrence", scope: THIS}) { event { id } }`},
	{does: `rsvp(input: {occurrenceId: "$occurrence", answer: GOING}) { occurrence { id } }`},
	{does: `rsvp(input: {occurrenceId: "$third", answer: NO, guests: 99}) { occurrence { id } }`},
	{does: `decideAttendance(input: {occurrenceId: "$occurrence", memberId: "$keeper", approve: false}) { occurrence { id } }`},
	{does: `checkIn(input: {occurrenceId: "$occurrence", ticket: "x.y"}) { attendance { status } }`},
	{does: `inviteToEvent(input: {eventId: "$event", memberIds: ["$anna"]}) { event { id } }`},
	{does: `inviteToEvent(input: {eventId: "$series", memberIds: ["x"]}) { event { id } }`},
}

var calendarSubscriptions = []probe{
	{does: `calendarEvents(calendarId: "$calendar") { __typename }`},
	{does: `calendarEvents(calendarId: "$calendar", after: "$calendarCursor") { __typename }`},
	{does: `calendarEvents(calendarId: "$calendar", after: "x") { __typename }`},
}

// plan has anna plan an event in the hall, and the keeper events in the cellar.
func (c *cellar) plan() {
	for _, in := range []struct{ space, calendar, word string }{{"$hall", "publicCalendar", "open"}, {"$space", "calendar", secret}} {
		c.bind(in.calendar, c.do("keeper", `createCalendar(input: {spaceId: "`+in.space+`", name: "`+in.word+`", slug: "`+in.word+`", contributors: MEMBERS}) {
			calendar { id } }`).at("calendar.id").text())
	}
	plan := func(who, name, occurrence, calendar, word, also string, n int) {
		made := c.do(who, `createEvent(input: {calendarId: "$`+calendar+`", title: "`+word+`", `+planned+also+`}) { event { id occurrences { nodes { id } } } }`)
		c.bind(name, made.at("event.id").text())
		c.bind(occurrence, made.at("event.occurrences.nodes").list()[n].at("id").text())
	}
	plan("anna", "publicEvent", "publicOccurrence", "publicCalendar", "open", "", 0)
	plan("keeper", "event", "occurrence", "calendar", secret, "", 0)
	plan("keeper", "series", "third", "calendar", secret, `, recurrence: "FREQ=DAILY"`, 2)
	c.do("keeper", `rsvp(input: {occurrenceId: "$occurrence", answer: GOING}) { occurrence { id } }`)
}

func goodCalendarInputs(h *house) map[string]vars {
	calendar := h.get("olga", `mutation { createCalendar(input: {name: "Встречи", slug: "meetings"}) { calendar { id } } }`, nil).at("createCalendar.calendar.id").text()
	event := h.get("olga", `mutation($c: ID!) { createEvent(input: {calendarId: $c, title: "Встреча", guestLimit: 2, `+planned+`}) { event { id occurrences { nodes { id } } } } }`,
		vars{"c": calendar}).at("createEvent.event")
	occurrence := event.at("occurrences.nodes").list()[0].at("id").text()
	return map[string]vars{
		"createCalendar":   {"name": "Ещё"},
		"updateCalendar":   {"calendarId": calendar},
		"createEvent":      {"calendarId": calendar, "title": "Ещё", "start": "2099-01-05T18:00:00", "end": "2099-01-05T19:00:00"},
		"updateEvent":      {"eventId": event.at("id").text()},
		"cancelEvent":      {"eventId": event.at("id").text()},
		"rsvp":             {"occurrenceId": occurrence, "answer": "GOING"},
		"decideAttendance": {"occurrenceId": occurrence, "memberId": h.residents["anna"].id, "approve": true},
		"checkIn":          {"occurrenceId": occurrence, "ticket": "x"},
		"inviteToEvent":    {"eventId": event.at("id").text(), "memberIds": []any{h.residents["anna"].id}},
	}
}

var badCalendarInputs = []input{
	{"createCalendar", "CreateCalendarInput", vars{"name": ""}, "BAD_INPUT name"},
	{"createCalendar", "CreateCalendarInput", vars{"slug": "Встречи"}, "BAD_INPUT slug"},
	{"createCalendar", "CreateCalendarInput", vars{"slug": "meetings"}, "BAD_INPUT slug"},
	{"createCalendar", "CreateCalendarInput", vars{"description": letters(calendars.MaxCalendarDescription + 1)}, "BAD_INPUT description"},
	{"createCalendar", "CreateCalendarInput", vars{"timeZone": "Moscow"}, "BAD_INPUT timeZone"},
	{"createCalendar", "CreateCalendarInput", vars{"timeZone": "Local"}, "BAD_INPUT timeZone"},
	{"createCalendar", "CreateCalendarInput", vars{"contributors": "GUESTS"}, "BAD_INPUT contributors"},
	{"createCalendar", "CreateCalendarInput", vars{"spaceId": "rubbish"}, "NOT_FOUND"},
	{"updateCalendar", "UpdateCalendarInput", vars{"name": override}, "BAD_INPUT name"},
	{"updateCalendar", "UpdateCalendarInput", vars{"calendarId": "rubbish"}, "NOT_FOUND"},
	{"createEvent", "CreateEventInput", vars{"calendarId": "rubbish"}, "NOT_FOUND"},
	{"createEvent", "CreateEventInput", vars{"title": " "}, "BAD_INPUT title"},
	{"createEvent", "CreateEventInput", vars{"title": letters(calendars.MaxTitle + 1)}, "BAD_INPUT title"},
	{"createEvent", "CreateEventInput", vars{"description": letters(calendars.MaxBody + 1)}, "BAD_INPUT description"},
	{"createEvent", "CreateEventInput", vars{"format": "TELEPATHY"}, "BAD_INPUT format"},
	{"createEvent", "CreateEventInput", vars{"place": override}, "BAD_INPUT place"},
	{"createEvent", "CreateEventInput", vars{"link": "javascript:alert(1)"}, "BAD_INPUT link"},
	{"createEvent", "CreateEventInput", vars{"coverUrl": "data:image/png;base64,x"}, "BAD_INPUT coverUrl"},
	{"createEvent", "CreateEventInput", vars{"start": "2099-01-05"}, "BAD_INPUT start"},
	{"createEvent", "CreateEventInput", vars{"start": "2099-01-05T18:00:00Z"}, "BAD_INPUT start"},
	{"createEvent", "CreateEventInput", vars{"start": "1066-10-14T09:00:00", "end": "1066-10-14T10:00:00"}, "BAD_INPUT start"},
	{"createEvent", "CreateEventInput", vars{"start": nil}, "BAD_INPUT end"},
	{"createEvent", "CreateEventInput", vars{"start": nil, "end": nil}, "BAD_INPUT start"},
	{"createEvent", "CreateEventInput", vars{"end": nil}, "BAD_INPUT end"},
	{"createEvent", "CreateEventInput", vars{"end": "2099-01-05T17:00:00"}, "BAD_INPUT end"},
	{"createEvent", "CreateEventInput", vars{"end": "2099-05-05T17:00:00"}, "BAD_INPUT end"},
	{"createEvent", "CreateEventInput", vars{"startDate": "2099-01-05"}, "BAD_INPUT startDate"},
	{"createEvent", "CreateEventInput", vars{"start": nil, "end": nil, "startDate": "2099-02-30"}, "BAD_INPUT startDate"},
	{"createEvent", "CreateEventInput", vars{"start": nil, "end": nil, "endDate": "2099-02-03"}, "BAD_INPUT startDate"},
	{"createEvent", "CreateEventInput", vars{"start": nil, "end": nil, "startDate": "2099-02-03", "endDate": "2099-02-01"}, "BAD_INPUT endDate"},
	{"createEvent", "CreateEventInput", vars{"timeZone": "Mars/Olympus"}, "BAD_INPUT timeZone"},
	{"createEvent", "CreateEventInput", vars{"recurrence": "FREQ=SECONDLY"}, "BAD_INPUT recurrence"},
	{"createEvent", "CreateEventInput", vars{"recurrence": "каждый день"}, "BAD_INPUT recurrence"},
	{"createEvent", "CreateEventInput", vars{"recurrence": "FREQ=DAILY;UNTIL=20200101T000000Z"}, "BAD_INPUT recurrence"},
	{"createEvent", "CreateEventInput", vars{"addedDates": []string{"2099-01-06"}}, "BAD_INPUT"},
	{"createEvent", "CreateEventInput", vars{"recurrence": "FREQ=DAILY;COUNT=1", "skippedDates": []string{"2099-01-05T18:00"}}, "BAD_INPUT skippedDates"},
	{"createEvent", "CreateEventInput", vars{"capacity": -1}, "BAD_INPUT capacity"},
	{"createEvent", "CreateEventInput", vars{"capacity": calendars.MaxCapacity + 1}, "BAD_INPUT capacity"},
	{"createEvent", "CreateEventInput", vars{"guestLimit": calendars.MaxGuests + 1}, "BAD_INPUT guestLimit"},
	{"createEvent", "CreateEventInput", vars{"tags": strings.Split("a b c d e f g h i", " ")}, "BAD_INPUT tags"},
	{"createEvent", "CreateEventInput", vars{"organiserIds": []string{"rubbish"}}, "BAD_INPUT organiserIds"},
	{"createEvent", "CreateEventInput", vars{"speakers": []any{vars{"name": ""}}}, "BAD_INPUT speakers"},
	{"createEvent", "CreateEventInput", vars{"speakers": []any{vars{"name": "x", "memberId": "rubbish"}}}, "BAD_INPUT speakers"},
	{"createEvent", "CreateEventInput", vars{"agenda": []any{vars{"title": "x", "after": -1}}}, "BAD_INPUT agenda"},
	{"createEvent", "CreateEventInput", vars{"visibility": "NOBODY"}, "BAD_INPUT visibility"},
	{"updateEvent", "UpdateEventInput", vars{"eventId": "rubbish"}, "NOT_FOUND"},
	{"updateEvent", "UpdateEventInput", vars{"scope": "THIS"}, "BAD_INPUT occurrenceId"},
	{"updateEvent", "UpdateEventInput", vars{"scope": "THIS", "occurrenceId": "occurrence_rubbish_20990105T180000"}, "NOT_FOUND"},
	{"updateEvent", "UpdateEventInput", vars{"scope": "SOME"}, "BAD_INPUT scope"},
	{"updateEvent", "UpdateEventInput", vars{"title": ""}, "BAD_INPUT title"},
	{"updateEvent", "UpdateEventInput", vars{"draft": true}, "CONFLICT"},
	{"rsvp", "RsvpInput", vars{"answer": "WAITING"}, "BAD_INPUT answer"},
	{"rsvp", "RsvpInput", vars{"guests": 3}, "BAD_INPUT guests"},
	{"rsvp", "RsvpInput", vars{"guests": -1}, "BAD_INPUT guests"},
	{"rsvp", "RsvpInput", vars{"answer": "NO", "guests": 1}, "BAD_INPUT guests"},
	{"rsvp", "RsvpInput", vars{"occurrenceId": "rubbish"}, "NOT_FOUND"},
	{"decideAttendance", "DecideAttendanceInput", vars{}, "NOT_FOUND"},
	{"decideAttendance", "DecideAttendanceInput", vars{"occurrenceId": "rubbish"}, "NOT_FOUND"},
	{"checkIn", "CheckInInput", vars{}, "BAD_INPUT ticket"},
	{"checkIn", "CheckInInput", vars{"ticket": ""}, "BAD_INPUT ticket"},
	{"checkIn", "CheckInInput", vars{"occurrenceId": "rubbish"}, "NOT_FOUND"},
	{"inviteToEvent", "InviteToEventInput", vars{"memberIds": []string{}}, "BAD_INPUT memberIds"},
	{"inviteToEvent", "InviteToEventInput", vars{"memberIds": []string{"rubbish"}}, "BAD_INPUT memberIds"},
	{"inviteToEvent", "InviteToEventInput", vars{"eventId": "rubbish"}, "NOT_FOUND"},
	{"cancelEvent", "CancelEventInput", vars{"reason": letters(calendars.MaxReason + 1)}, "BAD_INPUT reason"},
	{"cancelEvent", "CancelEventInput", vars{"eventId": "rubbish"}, "NOT_FOUND"},
}

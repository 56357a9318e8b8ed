package server

import (
	"fmt"
	"testing"
)

// TestReadsOfAMonth wants a month of several calendars, with all that is around
// its occurrences, to cost as many reads however many are shown.
func TestReadsOfAMonth(t *testing.T) {
	h, c := openCounting(t, append(people(), "rita admin")...)
	h.build("hall")
	var calendars []string
	for i := range 3 {
		calendars = append(calendars, h.get("rita", `mutation($n: String!, $s: ID!) { createCalendar(input: {spaceId: $s, name: $n, contributors: MEMBERS}) { calendar { id } } }`,
			vars{"n": fmt.Sprintf("Calendar %d", i), "s": h.spaces["hall"]}).at("createCalendar.calendar.id").text())
	}
	for i := range 24 {
		made := h.get(fmt.Sprintf("p%d", i%10), `mutation($c: ID!, $s: LocalTime!, $e: LocalTime!, $r: String, $p: ID!, $v: EventVisibility!) {
			createEvent(input: {calendarId: $c, title: "Встреча", start: $s, end: $e, recurrence: $r, organiserIds: [$p], visibility: $v}) {
				event { id occurrences(first: 2) { nodes { id } } } } }`, vars{
			"c": calendars[i%3], "s": fmt.Sprintf("2099-05-%02dT18:00", 1+i), "e": fmt.Sprintf("2099-05-%02dT19:00", 1+i),
			"r": map[bool]any{true: "FREQ=WEEKLY", false: nil}[i%2 == 0], "p": h.residents["anna"].id,
			"v": map[bool]string{true: "INVITED", false: "CALENDAR"}[i%5 == 0],
		}).at("createEvent.event")
		for _, o := range made.at("occurrences.nodes").list() {
			for _, who := range []string{"anna", "boris"} {
				if i%5 != 0 || who == "anna" {
					h.get(who, `mutation($o: ID!) { rsvp(input: {occurrenceId: $o, answer: GOING}) { occurrence { id } } }`, vars{"o": o.at("id").text()})
				}
			}
		}
	}
	const query = `query($c: [ID!]!, $n: Int!) { events(calendarIds: $c, from: "2099-05-01", to: "2099-06-10", timeZone: "Europe/Moscow", first: $n) { nodes {
		id title startsAt seatsLeft goingCount viewerAttendance { status guests member { handle } }
		event { id title calendar { name space { name } } organisers { handle } speakers { member { id } } } } } }`
	wantReads(t, h, c, query, 22, sizes(vars{"c": calendars})...)
}

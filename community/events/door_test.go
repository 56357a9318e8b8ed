package events

import (
	"slices"
	"strings"
	"testing"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/store"
)

// ticket is what the member would show.
func (d diary) ticket(who community.Viewer, o *Occurrence) string {
	d.t.Helper()
	at := must(d.AttendancesOf(d.t.Context(), who, []community.OccurrenceID{o.ID}))(d.t)[o.ID]
	if at == nil || at.TicketFor(who) == nil {
		return ""
	}
	return *at.TicketFor(who)
}

func TestDoor(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	o := d.only(d.event(cal, "2026-03-05T18:00:00", seats(1)))
	other := d.only(d.event(cal, "2026-03-06T18:00:00"))
	чук := member("чук", community.RoleMember)
	for _, who := range []community.Viewer{boris, чук} {
		must(d.Answer(t.Context(), who, Reply{o.ID, Going, 0}))(t)
		must(d.Answer(t.Context(), who, Reply{other.ID, Going, 0}))(t)
	}
	mine := d.ticket(boris, o)
	if d.ticket(чук, o) != "" {
		t.Error("who waits has a ticket")
	}
	if at := must(d.AttendancesOf(t.Context(), boris, []community.OccurrenceID{o.ID}))(t)[o.ID]; at.TicketFor(anna) != nil || at.TicketFor(guest) != nil {
		t.Error("others are told a ticket")
	}
	for name, bad := range map[string]string{
		"nothing": "", "a word": "boris", "his without the secret": "boris.", "of another day": d.ticket(boris, other),
		"with another's name": "чук" + mine[len("boris"):], "cut": mine[:len(mine)-1], "longer": mine + "A",
	} {
		_, err := d.CheckIn(t.Context(), anna, o.ID, bad)
		if wants(t, err, community.KindBadInput); err != nil && err.Error() != errTicket.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := d.CheckIn(t.Context(), boris, o.ID, mine)
	wants(t, err, community.KindForbidden)
	first := must(d.CheckIn(t.Context(), anna, o.ID, " "+mine+" "))(t)
	*d.at = d.at.Add(time.Hour)
	again := must(d.CheckIn(t.Context(), admin, o.ID, mine))(t)
	if !first.CheckedInAt.Equal(*again.CheckedInAt) || again.CheckedInBy != anna.ID || d.see(o).CheckedInCount != 1 {
		t.Errorf("twice: %+v, then %+v", first, again)
	}
	must(d.Answer(t.Context(), boris, Reply{o.ID, NotGoing, 0}))(t)
	d.wantCounted(o)
	d.wantStatus(o, []community.Viewer{чук}, Going)
	_, err = d.CheckIn(t.Context(), anna, o.ID, mine)
	wants(t, err, community.KindBadInput)
	must(d.Answer(t.Context(), boris, Reply{other.ID, Maybe, 0}))(t)
	table := must(d.AttendeesCSV(t.Context(), anna, other.ID))(t)
	want := "handle,name,status,guests,answered,checked in\r\nboris,'=Имя,MAYBE,0,2026-03-02T09:00:00Z,\r\nчук,'=Имя,GOING,0,2026-03-02T09:00:00Z,\r\n"
	if table != want {
		t.Errorf("the table is\n%s", table)
	}
	_, err = d.AttendeesCSV(t.Context(), boris, other.ID)
	wants(t, err, community.KindForbidden)
}

func TestApproval(t *testing.T) {
	d := newDiary(t)
	o := d.only(d.event(d.calendar(), "2026-03-05T18:00:00", seats(1), func(c *EventChange) { c.Approval = ptr(true) }))
	people := []community.Viewer{member("a", community.RoleMember), member("b", community.RoleMember), member("c", community.RoleMember)}
	for _, who := range people {
		must(d.Answer(t.Context(), who, Reply{o.ID, Going, 0}))(t)
	}
	d.wantStatus(o, people, Pending)
	_, err := d.Decide(t.Context(), boris, o.ID, people[0].ID, true)
	wants(t, err, community.KindForbidden)
	for _, who := range people[:2] {
		must(d.Decide(t.Context(), anna, o.ID, who.ID, true))(t)
		must(d.Decide(t.Context(), anna, o.ID, who.ID, true))(t)
	}
	d.wantStatus(o, people[:1], Going)
	d.wantStatus(o, people[1:2], Waiting)
	d.wantCounted(o)
	must(d.Decide(t.Context(), anna, o.ID, people[0].ID, false))(t) // the seat goes on
	d.wantStatus(o, people[:1], Refused)
	d.wantStatus(o, people[1:2], Going)
	wants(t, d.answer(people[0], o, Going, 0), community.KindForbidden)
	must(d.Answer(t.Context(), people[1], Reply{o.ID, NotGoing, 0}))(t)
	must(d.Answer(t.Context(), people[1], Reply{o.ID, Going, 0}))(t) // was let in once
	d.wantStatus(o, people[1:2], Going)
	d.wantCounted(o)
	if got := d.logged(community.Stream(people[1].ID)); !slices.Equal(got, []string{string(Queued), string(Seated)}) {
		t.Errorf("they were told %v", got)
	}
	_, err = d.Decide(t.Context(), anna, o.ID, boris.ID, true)
	wants(t, err, community.KindNotFound)
	*d.at = time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	wants(t, d.answer(people[1], o, NotGoing, 0), community.KindConflict)
}

// TestWhoSees goes through calendars of all kinds as people of all kinds.
func TestWhoSees(t *testing.T) {
	d := newDiary(t)
	private, public := d.space(forum.Private), d.space(forum.Public)
	closed := d.calendar()
	must(d.UpdateCalendar(t.Context(), admin, closed.ID, CalendarChange{MembersOnly: ptr(true)}))(t)
	moderator := member("moderator", community.RoleModerator)
	people := map[string]community.Viewer{"guest": guest, "boris": boris, "moderator": moderator, "admin": admin}
	must(d.hall.SeatMember(t.Context(), admin, private, anna.ID, forum.Sitter))(t)
	for name, c := range map[string]struct {
		in   *Calendar
		seen string
		run  string
	}{
		"of a private space": {d.calendar(private), "admin", "admin"},
		"of a public space":  {d.calendar(public), "guest boris moderator admin", "moderator admin"},
		"for members":        {closed, "boris moderator admin", "moderator admin"},
	} {
		e := d.event(c.in, "2026-03-05T18:00:00")
		o := e.occurrenceID(e.Start.Floating())
		for who, viewer := range people {
			_, calendarErr := d.Calendar(t.Context(), viewer, c.in.ID)
			_, eventErr := d.Event(t.Context(), viewer, e.ID)
			_, occurrenceErr := d.Occurrence(t.Context(), viewer, o)
			_, rangeErr := d.Events(t.Context(), viewer, Range{[]community.CalendarID{c.in.ID}, "2026-03-01", "2026-04-01", "UTC"}, community.Paging{})
			for what, err := range map[string]error{"calendar": calendarErr, "event": eventErr, "occurrence": occurrenceErr, "range": rangeErr} {
				if seen := strings.Contains(" "+c.seen+" ", " "+who+" "); seen && err != nil {
					t.Errorf("%s, the %s %s: %v", who, what, name, err)
				} else if !seen {
					wants(t, err, community.KindNotFound)
				}
			}
			listed := must(d.Calendars(t.Context(), viewer, community.Paging{}))(t).Nodes()
			if slices.ContainsFunc(listed, func(l *Calendar) bool { return l.ID == c.in.ID }) != (calendarErr == nil) {
				t.Errorf("%s, a list, %s", who, name)
			}
			_, err := d.Revise(t.Context(), viewer, Revision{e.ID, nil, All, EventChange{Title: ptr("Иначе")}})
			if runs := strings.Contains(" "+c.run+" ", " "+who+" "); runs != (err == nil) {
				t.Errorf("%s changes an event %s: %v", who, name, err)
			}
		}
	}
	reader := anna
	reader.Scopes = []community.Scope{community.ScopeRead}
	_, err := d.Plan(t.Context(), reader, NewEvent{CalendarID: closed.ID})
	wants(t, err, community.KindForbidden)
}

// TestTwice sends an answer twice under one claim: it counts once, and the
// second is answered as things stand.
func TestTwice(t *testing.T) {
	d := newDiary(t)
	if err := d.store.Ensure(t.Context(), store.Answers()); err != nil {
		t.Fatal(err)
	}
	e := d.event(d.calendar(), "2026-03-05T18:00:00", weekly)
	o := d.programme(e)[1]
	for range 2 {
		ctx := store.WithClaim(t.Context(), &store.Claim{ID: "a", Input: "b", Secret: []byte("c")})
		got := must(d.Answer(ctx, boris, Reply{o.ID, Going, 0}))(t)
		if got.GoingCount != 1 || got.Title() != "Встреча" {
			t.Errorf("%+v", got)
		}
	}
	for range 2 {
		ctx := store.WithClaim(t.Context(), &store.Claim{ID: "d", Input: "b", Secret: []byte("c")})
		got := must(d.Revise(ctx, anna, Revision{e.ID, &o.ID, This, at("2026-03-13T10:00:00")}))(t)
		if got.Occurrence.ID != o.ID || got.Occurrence.Sequence != 1 || got.Event.Title != "Встреча" {
			t.Errorf("%+v", got.Occurrence)
		}
	}
}

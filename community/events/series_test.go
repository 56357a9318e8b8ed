package events

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
)

func wantStarts(t *testing.T, what string, got []*Occurrence, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, starts(got)); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// revise changes some occurrences.
func (d diary) revise(e *Event, o *Occurrence, s Scope, c EventChange) *Changed {
	d.t.Helper()
	r := Revision{EventID: e.ID, Scope: s, EventChange: c}
	if o != nil {
		r.OccurrenceID = &o.ID
	}
	return must(d.Revise(d.t.Context(), anna, r))(d.t)
}

func at(s community.LocalTime) EventChange { return EventChange{Start: &s} }

// TestSeriesOverSummerTime lists a month in which clocks are set.
func TestSeriesOverSummerTime(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	d.event(cal, "2026-03-02T10:00:00", weekly)
	all := d.month(guest, cal)
	wantStarts(t, "March", all, "2026-03-02T10:00", "2026-03-09T10:00", "2026-03-16T10:00", "2026-03-23T10:00", "2026-03-30T10:00")
	before, after := all[3].StartsAt.UTC(), all[4].StartsAt.UTC()
	if before.Hour() != 9 || after.Hour() != 8 {
		t.Errorf("10:00 in Berlin is %s before and %s after clocks are set", before, after)
	}
}

// TestThisOne changes single occurrences of a series.
func TestThisOne(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	e := d.event(cal, "2026-03-03T18:00:00", weekly)
	all := d.programme(e)
	if err := d.answer(boris, all[1], Going, 0); err != nil {
		t.Fatal(err)
	}
	moved := d.revise(e, all[1], This, EventChange{Start: ptr(community.LocalTime("2026-03-12T19:30:00")), Title: ptr("Особая встреча"), Capacity: ptr(5)}).Occurrence
	if moved.ID != all[1].ID || *moved.OriginalStart() != "2026-03-10T18:00:00" || moved.Title() != "Особая встреча" || moved.GoingCount != 1 || *moved.Capacity != 5 {
		t.Errorf("moved: %+v", moved)
	}
	must(d.Cancel(t.Context(), anna, Cancellation{e.ID, &all[2].ID, This, "Праздник"}))(t)
	wantStarts(t, "March", d.month(guest, cal), "2026-03-03T18:00", "2026-03-12T19:30 moved", "2026-03-17T18:00 off", "2026-03-24T18:00", "2026-03-31T18:00")
	if off := d.see(all[2]); *off.CancelReason() != "Праздник" {
		t.Errorf("why: %v", off.CancelReason())
	}
	wants(t, d.answer(boris, all[2], Going, 0), community.KindConflict)

	d.revise(e, nil, All, EventChange{Title: ptr("Другое имя"), Capacity: ptr(9)})
	if now := d.see(all[1]); now.Title() != "Особая встреча" || *now.Capacity != 5 {
		t.Errorf("what is its own did not stay: %q, %d", now.Title(), *now.Capacity)
	}
	if now := d.see(all[2]); now.Title() != "Другое имя" || *now.Capacity != 9 {
		t.Errorf("what is the series' did not change: %q, %v", now.Title(), now.Capacity)
	}
	for field, c := range map[string]EventChange{"approval": {Approval: ptr(true)}, "startDate": {StartDate: ptr(community.Date("2026-03-24"))}, "end": {End: ptr(community.LocalTime("2026-03-24T17:00:00"))}} {
		_, err := d.Revise(t.Context(), anna, Revision{e.ID, &all[3].ID, This, c})
		wants(t, err, community.KindBadInput)
		if err != nil && err.(*community.Error).Field != field {
			t.Errorf("%v, want the field %s", err, field)
		}
	}
}

// TestAll moves a series as a whole: who answered goes along, and ids of what
// nobody touched do not come to mean other times.
func TestAll(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	e := d.event(cal, "2026-03-02T18:00:00", weekly)
	all := d.programme(e)
	if err := d.answer(boris, all[2], Going, 0); err != nil {
		t.Fatal(err)
	}
	d.revise(e, nil, All, at("2026-03-09T17:00:00")) // a week and an hour
	wantStarts(t, "March", d.month(guest, cal), "2026-03-09T17:00", "2026-03-16T17:00", "2026-03-23T17:00", "2026-03-30T17:00")
	if now := d.see(all[2]); now.Start != "2026-03-23T17:00:00" || now.GoingCount != 1 || now.Moved {
		t.Errorf("who answered did not go along: %+v", now)
	}
	for _, o := range []*Occurrence{all[1], all[3]} {
		_, err := d.Occurrence(t.Context(), anna, o.ID)
		wants(t, err, community.KindNotFound)
	}
	seen := map[community.OccurrenceID]bool{}
	for _, o := range d.month(guest, cal) {
		if seen[o.ID] {
			t.Errorf("%s twice", o.ID)
		}
		seen[o.ID] = true
		if again := d.see(o); again.Start != o.Start {
			t.Errorf("%s is at %s in the list and at %s by its id", o.ID, o.Start, again.Start)
		}
	}
	d.revise(e, nil, All, EventChange{Recurrence: ptr("FREQ=WEEKLY;INTERVAL=2")}) // 9, 23
	wantStarts(t, "every other", d.month(guest, cal), "2026-03-09T17:00", "2026-03-23T17:00")
	d.revise(e, nil, All, EventChange{Recurrence: ptr("FREQ=MONTHLY")}) // the 23rd is no more
	wantStarts(t, "monthly", d.month(guest, cal), "2026-03-09T17:00", "2026-03-23T17:00 off")
	d.revise(e, nil, All, EventChange{TimeZone: ptr(community.TimeZone("America/New_York"))})
	if now := d.month(guest, cal)[0]; now.StartsAt.Hour() != 21 {
		t.Errorf("in New York 17:00 is %s", now.StartsAt)
	}
}

// TestFollowing parts a series.
func TestFollowing(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	e := d.event(cal, "2026-03-03T18:00:00", rule("FREQ=WEEKLY;COUNT=6"))
	all := d.programme(e)
	for _, i := range []int{0, 3} {
		if err := d.answer(boris, all[i], Going, 0); err != nil {
			t.Fatal(err)
		}
	}
	next := d.revise(e, all[2], Following, EventChange{Start: ptr(community.LocalTime("2026-03-18T19:00:00")), Title: ptr("Среда")}).Event
	if next.ID == e.ID || next.ContinuesID != e.ID || next.UID == e.UID {
		t.Errorf("it is no series of its own: %+v", next)
	}
	wantStarts(t, "before", d.programme(e), "2026-03-03T18:00", "2026-03-10T18:00")
	wantStarts(t, "after", d.programme(next), "2026-03-18T19:00", "2026-03-25T19:00", "2026-04-01T19:00")
	if now := d.see(all[3]); now.EventID != next.ID || now.Start != "2026-03-25T19:00:00" || now.GoingCount != 1 || now.Title() != "Среда" {
		t.Errorf("who answered did not go along: %+v", now)
	}
	if now := d.see(all[0]); now.EventID != e.ID || now.Title() != "Встреча" {
		t.Errorf("what was before has changed: %+v", now)
	}
	old, fresh := must(d.Event(t.Context(), anna, e.ID))(t), must(d.Event(t.Context(), anna, next.ID))(t)
	if old.Kept != 1 || fresh.Kept != 1 {
		t.Errorf("kept are %d and %d, want 1 and 1", old.Kept, fresh.Kept)
	}
	must(d.Cancel(t.Context(), anna, Cancellation{next.ID, &d.programme(next)[1].ID, Following, "Всё"}))(t)
	wantStarts(t, "ended", d.month(guest, cal), "2026-03-03T18:00", "2026-03-10T18:00", "2026-03-18T19:00", "2026-03-25T19:00 off")
	// From the first on, it is the whole series.
	whole := d.revise(e, all[0], Following, EventChange{Title: ptr("Вторник")}).Event
	if whole.ID != e.ID || whole.Title != "Вторник" {
		t.Errorf("from the first on: %+v", whole)
	}
}

// TestCancelAll ends a series in its middle.
func TestCancelAll(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	e := d.event(cal, "2026-03-03T18:00:00", weekly)
	all := d.programme(e)
	for _, o := range []*Occurrence{all[0], all[3]} {
		if err := d.answer(boris, o, Going, 0); err != nil {
			t.Fatal(err)
		}
	}
	*d.at = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	must(d.Cancel(t.Context(), anna, Cancellation{e.ID, nil, All, "Кончилось"}))(t)
	wantStarts(t, "what was stays", d.month(guest, cal), "2026-03-03T18:00", "2026-03-10T18:00", "2026-03-24T18:00 off")
	wants(t, d.answer(boris, all[4], Going, 0), community.KindNotFound)
	_, err := d.Cancel(t.Context(), anna, Cancellation{e.ID, nil, All, ""})
	wants(t, err, community.KindConflict)

	later := d.event(cal, "2026-03-20T12:00:00", weekly)
	must(d.Cancel(t.Context(), anna, Cancellation{later.ID, nil, All, ""}))(t)
	single := d.event(cal, "2026-03-27T12:00:00")
	must(d.Cancel(t.Context(), anna, Cancellation{single.ID, nil, All, ""}))(t)
	wantStarts(t, "nobody answered", d.month(guest, cal), "2026-03-03T18:00", "2026-03-10T18:00", "2026-03-24T18:00 off", "2026-03-27T12:00 off")
}

// TestAllDay: days are the same everywhere, and where they begin is what the one
// who looks says.
func TestAllDay(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar()
	n := NewEvent{cal.ID, EventChange{
		Title: ptr("Праздник"), Format: ptr(Offline), StartDate: ptr(community.Date("2026-03-31")), EndDate: ptr(community.Date("2026-04-02")),
		Recurrence: ptr("FREQ=YEARLY;COUNT=3"),
	}}
	e := must(d.Plan(t.Context(), anna, n))(t)
	o := d.only(e)
	if o.StartDate() != "2026-03-31" || o.EndDate() != "2026-04-02" || !o.AllDay() || e.RuleText != "FREQ=YEARLY;COUNT=3" {
		t.Errorf("from %s to %s, %s", o.StartDate(), o.EndDate(), e.RuleText)
	}
	for zone, want := range map[community.TimeZone]int{"Pacific/Kiritimati": 1, "Pacific/Niue": 1, "UTC": 1} {
		for from, shown := range map[community.Date]int{"2026-04-02": want, "2026-04-03": 0} {
			r := Range{[]community.CalendarID{cal.ID}, from, "2026-05-01", zone}
			if got := must(d.Events(t.Context(), guest, r, community.Paging{}))(t).Nodes(); len(got) != shown {
				t.Errorf("in %s from %s on: %v", zone, from, starts(got))
			}
		}
	}
	n.StartDate, n.EndDate, n.Recurrence = ptr(community.Date("2026-01-01")), nil, ptr("FREQ=DAILY;BYHOUR=5")
	_, err := d.Plan(t.Context(), anna, n)
	wants(t, err, community.KindBadInput)
}

// TestDraftsAndInvitations: who sees what is not for all.
func TestDraftsAndInvitations(t *testing.T) {
	d := newDiary(t)
	cal := d.calendar(d.space(forum.Public))
	draft := d.event(cal, "2026-03-05T18:00:00", func(c *EventChange) { c.Draft = ptr(true) })
	private := d.event(cal, "2026-03-06T18:00:00", weekly, func(c *EventChange) { c.Visibility = ptr(InvitedOnly) })
	for who, want := range map[string][]int{"anna": {1, 5}, "boris": {0, 0}, "guest": {0, 0}, "admin": {1, 5}} {
		viewer := map[string]community.Viewer{"anna": anna, "boris": boris, "guest": guest, "admin": admin}[who]
		_, err := d.Event(t.Context(), viewer, draft.ID)
		if (err == nil) != (want[0] == 1) {
			t.Errorf("%s and the draft: %v", who, err)
		}
		// Drafts are in no list; of the series there are four Fridays.
		if got := d.month(viewer, cal); len(got) != max(0, want[1]-1) {
			t.Errorf("%s sees %v", who, starts(got))
		}
		if found := must(d.EventsByID(t.Context(), viewer, []community.EventID{draft.ID, private.ID}))(t); len(found) != 2*want[0] {
			t.Errorf("%s loads %d", who, len(found))
		}
		ids := []community.OccurrenceID{private.occurrenceID(private.Start.Floating()), draft.occurrenceID(time.Time{})}
		if found := must(d.OccurrencesByID(t.Context(), viewer, ids))(t); len(found) != 2*want[0] {
			t.Errorf("%s loads %d occurrences", who, len(found))
		}
	}
	must(d.Invite(t.Context(), anna, private.ID, []community.MemberID{boris.ID}))(t)
	must(d.Invite(t.Context(), anna, private.ID, []community.MemberID{boris.ID}))(t)
	if got := d.month(boris, cal); len(got) != 4 {
		t.Errorf("who was invited sees %v", starts(got))
	}
	if got := d.logged(community.Stream(boris.ID)); len(got) != 1 {
		t.Errorf("who was invited twice was told %v", got)
	}
	_, err := d.Invite(t.Context(), boris, private.ID, []community.MemberID{boris.ID})
	wants(t, err, community.KindForbidden)
	_, err = d.Invite(t.Context(), anna, private.ID, []community.MemberID{"member_nobody"})
	wants(t, err, community.KindBadInput)
	d.revise(draft, nil, All, EventChange{Draft: ptr(false)})
	if got := d.month(guest, cal); len(got) != 1 {
		t.Errorf("what was published: %v", starts(got))
	}
	_, err = d.Revise(t.Context(), anna, Revision{draft.ID, nil, All, EventChange{Draft: ptr(true)}})
	wants(t, err, community.KindConflict)
	for _, kind := range d.logged(community.Stream(cal.ID)) {
		if kind == string(Invited) || kind == string(EventChanged) {
			t.Errorf("all were told %s", kind)
		}
	}
}

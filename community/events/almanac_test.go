package events

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/live"
	"veche/store"
	"veche/store/mongo"
	"veche/store/sqlite"
	"veche/store/storetest/ferret"
)

// diary is an almanac over a real forum, with a clock that the test sets, and
// members who need no roll.
type diary struct {
	*Almanac
	t    *testing.T
	hall *forum.Hall
	at   *time.Time
	// engine is what the documents are in.
	engine string
}

func newDiary(t *testing.T) diary {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	return openDiary(t, s)
}

// openDiary has its calendars in the store, and closes that.
func openDiary(t *testing.T, s store.Store) diary {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	hall, err := forum.New(t.Context(), s, log, strangers{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) // a Monday
	a, err := New(t.Context(), s, log, hall.Place(), strangers{}, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	return diary{a, t, hall, &at, "sqlite"}
}

// eachEngine runs the test over SQLite, over MongoDB's protocol with
// transactions, and over it without.
func eachEngine(t *testing.T, test func(d diary)) {
	t.Run("sqlite", func(t *testing.T) { test(newDiary(t)) })
	for name, start := range map[string]func() string{
		"mongodb":            func() string { return ferret.StartReplicaSet(t).URI },
		"standalone mongodb": func() string { return ferret.Start(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := mongo.Open(t.Context(), start(), "events")
			if err != nil {
				t.Fatal(err)
			}
			d := openDiary(t, s)
			d.engine = name
			test(d)
		})
	}
}

type strangers struct{}

func (strangers) Mentioned(context.Context, []string) (map[string]community.Mention, error) {
	return nil, nil
}

func (strangers) Known(context.Context, community.MemberID) error { return nil }

func (strangers) Named(_ context.Context, ids []community.MemberID) (map[community.MemberID]community.Name, error) {
	out := map[community.MemberID]community.Name{}
	for _, id := range ids {
		if id != "member_nobody" {
			out[id] = community.Name{Handle: string(id[len("member_"):]), Name: "=Имя"}
		}
	}
	return out, nil
}

func member(name string, role community.Role) community.Viewer {
	return community.Viewer{ID: community.MemberID("member_" + name), Role: role, Scopes: community.AllScopes}
}

var (
	admin = member("admin", community.RoleAdmin)
	anna  = member("anna", community.RoleMember)
	boris = member("boris", community.RoleMember)
	guest = community.Viewer{}
)

func must[T any](thing T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return thing
	}
}

// wants checks an error's kind.
func wants(t *testing.T, err error, kind community.Kind) {
	t.Helper()
	if err == nil || community.KindOf(err) != kind {
		t.Errorf("got %v, want %s", err, kind)
	}
}

func (d diary) space(v forum.Visibility) community.SpaceID {
	d.t.Helper()
	slug := fmt.Sprintf("space-%d", time.Now().UnixNano())
	return must(d.hall.CreateSpace(d.t.Context(), admin, forum.NewSpace{Name: slug, Slug: &slug, Visibility: v}))(d.t).ID
}

// calendar is one in the space, or of the whole community, in which every member
// may plan.
func (d diary) calendar(space ...community.SpaceID) *Calendar {
	d.t.Helper()
	slug := fmt.Sprintf("calendar-%d", time.Now().UnixNano())
	n := NewCalendar{Name: "Встречи", Slug: &slug, Contributors: Everybody, TimeZone: "Europe/Berlin"}
	if len(space) > 0 {
		n.SpaceID = &space[0]
	}
	return must(d.CreateCalendar(d.t.Context(), admin, n))(d.t)
}

// event is one of anna's that takes an hour.
func (d diary) event(in *Calendar, start community.LocalTime, also ...func(*EventChange)) *Event {
	d.t.Helper()
	end := community.LocalTimeOf(start.Floating().Add(time.Hour))
	title, format := "Встреча", Offline
	n := NewEvent{in.ID, EventChange{Title: &title, Format: &format, Start: &start, End: &end}}
	for _, change := range also {
		change(&n.EventChange)
	}
	return must(d.Plan(d.t.Context(), anna, n))(d.t)
}

func weekly(c *EventChange)               { c.Recurrence = ptr("FREQ=WEEKLY") }
func seats(n int) func(*EventChange)      { return func(c *EventChange) { c.Capacity = &n } }
func guests(n int) func(*EventChange)     { return func(c *EventChange) { c.GuestLimit = &n } }
func rule(s string) func(*EventChange)    { return func(c *EventChange) { c.Recurrence = &s } }
func ptr[T any](v T) *T                   { return &v }
func (d diary) only(e *Event) *Occurrence { d.t.Helper(); return d.programme(e)[0] }
func (d diary) see(o *Occurrence) *Occurrence {
	d.t.Helper()
	return must(d.Occurrence(d.t.Context(), anna, o.ID))(d.t)
}

func (d diary) programme(e *Event) []*Occurrence {
	d.t.Helper()
	return must(d.Programme(d.t.Context(), anna, e.ID, community.Paging{}))(d.t).Nodes()
}

// month lists March 2026.
func (d diary) month(viewer community.Viewer, in ...*Calendar) []*Occurrence {
	d.t.Helper()
	r := Range{From: "2026-03-01", To: "2026-04-01", TimeZone: "Europe/Berlin"}
	for _, c := range in {
		r.CalendarIDs = append(r.CalendarIDs, c.ID)
	}
	return must(d.Events(d.t.Context(), viewer, r, community.Paging{First: ptr(100)}))(d.t).Nodes()
}

func (d diary) answer(who community.Viewer, o *Occurrence, answer AttendanceStatus, guests int) error {
	_, err := d.Answer(d.t.Context(), who, Reply{o.ID, answer, guests})
	return err
}

func starts(all []*Occurrence) (out []string) {
	for _, o := range all {
		s := string(o.Start[:16])
		if o.Status() == Cancelled {
			s += " off"
		}
		if o.Moved {
			s += " moved"
		}
		out = append(out, s)
	}
	return out
}

// logged are the kinds of a stream's entries.
func (d diary) logged(s live.Stream) (out []string) {
	d.t.Helper()
	tap := d.log.Tap(s, func() {})
	defer tap.Close()
	found, _, err := tap.Next(d.t.Context(), 0)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range found {
		out = append(out, string(e.Kind))
	}
	return out
}

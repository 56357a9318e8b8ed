package events

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// BenchmarkMonth reads pages of a month from calendars with so many single
// events that are past, and so many series that go on.
func BenchmarkMonth(b *testing.B) {
	for _, n := range []struct{ series, past int }{{0, 1000}, {0, 100_000}, {100, 1000}, {1000, 1000}, {1000, 100_000}} {
		b.Run(fmt.Sprintf("%d series, %d past", n.series, n.past), func(b *testing.B) {
			a, id := filled(b, n.series, n.past)
			r := Range{[]community.CalendarID{id}, "2026-03-01", "2026-04-01", "Europe/Moscow"}
			for what, read := range map[string]func() (*community.Page[*Occurrence], error){
				"month": func() (*community.Page[*Occurrence], error) {
					return a.Events(b.Context(), community.Viewer{}, r, community.Paging{First: ptr(100)})
				},
				"nearest": func() (*community.Page[*Occurrence], error) {
					return a.NearestEvents(b.Context(), community.Viewer{}, nil, "UTC", community.Paging{})
				},
			} {
				b.Run(what, func(b *testing.B) {
					for b.Loop() {
						if page, err := read(); err != nil || len(page.Edges) < 20 {
							b.Fatal(len(page.Edges), err)
						}
					}
				})
			}
		})
	}
}

// filled is a calendar with series, with events before the month and with 60 in
// it.
func filled(b *testing.B, series, past int) (*Almanac, community.CalendarID) {
	b.Helper()
	s, err := sqlite.Open(filepath.Join(b.TempDir(), "veche.db"), 64<<20)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	log, err := live.Open(b.Context(), s, live.Options{Poll: -1})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	a, err := New(b.Context(), s, log, nil, strangers{}, func() time.Time { return now })
	if err != nil {
		b.Fatal(err)
	}
	c := &Calendar{ID: "calendar_x", Slug: "x", Contributors: Everybody}
	if err := calendars.Insert(b.Context(), s, c); err != nil {
		b.Fatal(err)
	}
	make := func(i int, start time.Time, rule string) *Event {
		e := &Event{ID: community.EventID(fmt.Sprintf("event_%07d", i)), CalendarID: c.ID, For: CalendarWide, About: About{Title: "Встреча", Format: Online}, TimeZone: "Europe/Moscow"}
		change := EventChange{Start: ptr(community.LocalTimeOf(start)), End: ptr(community.LocalTimeOf(start.Add(time.Hour))), Recurrence: &rule}
		if err := change.apply(e); err != nil {
			b.Fatal(err)
		}
		return e
	}
	var all []*Event
	rules := []string{"FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=DAILY;INTERVAL=2", "FREQ=YEARLY"}
	for i := range series {
		all = append(all, make(i, date(2010, 1, 1).Add(time.Duration(i)*31*time.Hour), rules[i%4]))
	}
	for i := range past {
		all = append(all, make(series+i, date(2026, 2, 20).Add(-time.Duration(i)*time.Hour), ""))
	}
	for i := range 60 {
		all = append(all, make(series+past+i, date(2026, 3, 1).Add(time.Duration(i)*12*time.Hour), ""))
	}
	for len(all) > 0 {
		some := all[:min(500, len(all))]
		all = all[len(some):]
		err := s.Do(b.Context(), func(tx store.Tx) error {
			for _, e := range some {
				if !e.Series {
					o := e.occurrence(e.Start.Floating())
					o.event = nil
					if err := occurrences.Insert(b.Context(), tx, o); err != nil {
						return err
					}
				}
				if err := events.Insert(b.Context(), tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return a, c.ID
}

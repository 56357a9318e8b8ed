package events

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
)

// TestRangesAgainstAll fills calendars at random, changes, moves and cancels, and
// reads ranges in pages of all sizes, forwards and back: each holds what all
// plans together have in it.
func TestRangesAgainstAll(t *testing.T) {
	d := newDiary(t)
	r := rand.New(rand.NewPCG(7, 7))
	cals := []*Calendar{d.calendar(), d.calendar(), d.calendar()}
	var all []*Event
	zones := []community.TimeZone{"Europe/Berlin", "Asia/Vladivostok", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"}
	for range 60 {
		start := community.LocalTimeOf(date(2026, 1+r.IntN(5), 1+r.IntN(28)).Add(time.Duration(r.IntN(48)) * 30 * time.Minute))
		length := []time.Duration{time.Hour, time.Hour, 3 * time.Hour, 50 * time.Hour, 0}[r.IntN(5)]
		end := community.LocalTimeOf(start.Floating().Add(length))
		all = append(all, d.event(cals[r.IntN(3)], start, func(c *EventChange) {
			if zone := zones[r.IntN(len(zones))]; zone.Instant(end.Floating()).Compare(zone.Instant(start.Floating())) >= 0 {
				c.TimeZone = &zone
			}
			if c.End = &end; r.IntN(3) == 0 {
				c.Start, c.End, c.StartDate = nil, nil, ptr(community.DateOf(start.Floating()))
			}
			c.Recurrence = ptr([]string{"", "FREQ=WEEKLY", "FREQ=DAILY;COUNT=9", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;INTERVAL=3;UNTIL=20270101T000000Z"}[r.IntN(5)])
		}))
	}
	for i, e := range all {
		if !e.Series || e.AllDay {
			continue
		}
		for _, o := range d.programme(e)[:3] {
			*d.at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			switch r.IntN(5) {
			case 0:
				must(d.Answer(t.Context(), boris, Reply{o.ID, Going, 0}))(t)
			case 1:
				start := community.LocalTimeOf(o.Start.Floating().Add(time.Duration(r.IntN(100)-50) * time.Hour))
				d.revise(e, o, This, at(start))
			case 2:
				must(d.Cancel(t.Context(), anna, Cancellation{e.ID, &o.ID, This, ""}))(t)
			}
		}
		if r.IntN(4) == 0 {
			d.revise(e, nil, All, at(community.LocalTimeOf(e.Start.Floating().Add(time.Duration(r.IntN(20)-10)*12*time.Hour))))
		}
		all[i] = must(d.Event(t.Context(), anna, e.ID))(t)
	}
	shown := 0
	for range 60 {
		from := date(2026, 1+r.IntN(8), 1+r.IntN(28))
		q := Range{From: community.DateOf(from), To: community.DateOf(from.AddDate(0, 0, 1+r.IntN(60))), TimeZone: zones[r.IntN(len(zones))]}
		for _, c := range cals[:1+r.IntN(3)] {
			q.CalendarIDs = append(q.CalendarIDs, c.ID)
		}
		want := d.slowly(all, q)
		shown += len(want)
		for _, back := range []bool{false, true} {
			if got := d.pages(q, 1+r.IntN(30), back); !cmp.Equal(want, got) {
				t.Fatalf("%v, back: %v (-want +got)\n%s", q, back, cmp.Diff(want, got))
			}
		}
	}
	t.Logf("%d occurrences in 60 ranges", shown)
}

// slowly has every event tell its whole plan, and keeps what is in the range.
func (d diary) slowly(all []*Event, q Range) (out []string) {
	d.t.Helper()
	from, to := q.TimeZone.Instant(q.From.Floating()), q.TimeZone.Instant(q.To.Floating())
	var in []*Occurrence
	for _, e := range all {
		if !slices.Contains(q.CalendarIDs, e.CalendarID) {
			continue
		}
		p := community.Paging{First: ptr(100)}
		for {
			page := must(d.Programme(d.t.Context(), anna, e.ID, p))(d.t)
			past := false
			for _, o := range page.Nodes() {
				start, end := o.StartsAt, o.EndsAt
				if o.AllDay() {
					start, end = q.TimeZone.Instant(start), q.TimeZone.Instant(end)
				}
				if start.Before(to) && (end.After(from) || start.Equal(end) && !start.Before(from)) {
					in = append(in, o)
				}
				past = o.StartsAt.After(to.AddDate(0, 1, 0))
			}
			if !page.PageInfo.HasNextPage || past {
				break
			}
			p.After = page.PageInfo.EndCursor
		}
	}
	sortOccurrences(in, false)
	return labels(in)
}

func labels(all []*Occurrence) (out []string) {
	for _, o := range all {
		out = append(out, fmt.Sprintf("%s %s %s", o.StartsAt.UTC().Format(time.RFC3339), o.ID, o.Status()))
	}
	return out
}

// pages reads a range in pages of so many.
func (d diary) pages(q Range, size int, back bool) (out []string) {
	d.t.Helper()
	p := community.Paging{First: &size}
	if back {
		p = community.Paging{Last: &size}
	}
	for {
		page := must(d.Events(d.t.Context(), guest, q, p))(d.t)
		if back {
			out = append(labels(page.Nodes()), out...)
		} else {
			out = append(out, labels(page.Nodes())...)
		}
		switch {
		case back && page.PageInfo.HasPreviousPage:
			p.Before = page.PageInfo.StartCursor
		case !back && page.PageInfo.HasNextPage:
			p.After = page.PageInfo.EndCursor
		default:
			return out
		}
	}
}

// TestNearestAndCurrent looks at what is next and what is on, in all calendars.
func TestNearestAndCurrent(t *testing.T) {
	d := newDiary(t)
	cal, other := d.calendar(), d.calendar()
	d.event(cal, "2026-03-02T09:30:00", rule("FREQ=DAILY;COUNT=3")) // 8:30 to 9:30 UTC: is on
	d.event(other, "2026-03-02T12:00:00")
	d.event(other, "2026-03-01T12:00:00") // was
	off := d.event(other, "2026-03-02T13:00:00")
	must(d.Cancel(t.Context(), anna, Cancellation{off.ID, nil, All, ""}))(t)
	nearest := must(d.NearestEvents(t.Context(), guest, nil, "UTC", community.Paging{}))(t).Nodes()
	wantStarts(t, "nearest", nearest, "2026-03-02T12:00", "2026-03-03T09:30", "2026-03-04T09:30")
	current := must(d.CurrentEvents(t.Context(), guest, nil, "UTC", community.Paging{}))(t).Nodes()
	wantStarts(t, "current", current, "2026-03-02T09:30")
	one := must(d.NearestEvents(t.Context(), guest, []community.CalendarID{other.ID}, "UTC", community.Paging{}))(t).Nodes()
	wantStarts(t, "in one calendar", one, "2026-03-02T12:00")
}

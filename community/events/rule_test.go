package events

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/teambition/rrule-go"

	"veche/community"
)

// series is an event with a rule.
func series(t *testing.T, start, rule string, zone community.TimeZone) *Event {
	t.Helper()
	e := &Event{ID: "event_x", Start: community.LocalTime(start), Seconds: 3600, TimeZone: zone, Series: true}
	var err error
	if e.Rule, e.RuleText, err = parseRule("recurrence", rule, e); err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	return e
}

func times(w *walk, most int) (out []time.Time) {
	for len(out) < most {
		at, ok := w.next()
		if !ok {
			break
		}
		out = append(out, at)
	}
	return out
}

func said(all []time.Time) (out []string) {
	for _, t := range all {
		out = append(out, t.Format("2006-01-02T15:04"))
	}
	return out
}

// TestRulesOfTheRFC has examples of RFC 5545 (section 3.8.5.3) and what people
// ask for.
func TestRulesOfTheRFC(t *testing.T) {
	for name, c := range map[string]struct{ start, rule, want string }{
		"every Monday":                    {"2026-11-23T10:00:00", "FREQ=WEEKLY", "2026-11-23T10:00 2026-11-30T10:00 2026-12-07T10:00"},
		"ten times":                       {"1997-09-02T09:00:00", "FREQ=DAILY;COUNT=2", "1997-09-02T09:00 1997-09-03T09:00"},
		"to the end of a day":             {"2026-01-01T10:00:00", "FREQ=DAILY;UNTIL=20260102", "2026-01-01T10:00 2026-01-02T10:00"},
		"to an instant":                   {"2026-01-01T10:00:00", "FREQ=DAILY;UNTIL=20260102T070000Z", "2026-01-01T10:00 2026-01-02T10:00"},
		"to the instant before":           {"2026-01-01T10:00:00", "FREQ=DAILY;UNTIL=20260102T065959Z", "2026-01-01T10:00"},
		"every other week, two days":      {"1997-09-02T09:00:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH;COUNT=4", "1997-09-02T09:00 1997-09-04T09:00 1997-09-16T09:00 1997-09-18T09:00"},
		"WKST matters, Monday":            {"1997-08-05T09:00:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05T09:00 1997-08-10T09:00 1997-08-19T09:00 1997-08-24T09:00"},
		"WKST matters, Sunday":            {"1997-08-05T09:00:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05T09:00 1997-08-17T09:00 1997-08-19T09:00 1997-08-31T09:00"},
		"the first Friday":                {"1997-09-05T09:00:00", "FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05T09:00 1997-10-03T09:00 1997-11-07T09:00"},
		"the last Monday but one":         {"1997-09-22T09:00:00", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22T09:00 1997-10-20T09:00 1997-11-17T09:00"},
		"the last day":                    {"2026-01-31T18:00:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T18:00 2026-02-28T18:00 2026-03-31T18:00"},
		"the 31st, where there is one":    {"2026-01-31T18:00:00", "FREQ=MONTHLY", "2026-01-31T18:00 2026-03-31T18:00 2026-05-31T18:00"},
		"the last working day":            {"2026-01-30T18:00:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30T18:00 2026-02-27T18:00 2026-03-31T18:00"},
		"Friday the 13th":                 {"1998-02-13T09:00:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13T09:00 1998-03-13T09:00 1998-11-13T09:00"},
		"a start that the rule has not":   {"1997-09-02T09:00:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02T09:00 1998-02-13T09:00 1998-03-13T09:00"},
		"leap days":                       {"2024-02-29T12:00:00", "FREQ=YEARLY", "2024-02-29T12:00 2028-02-29T12:00 2032-02-29T12:00"},
		"the 20th Monday of the year":     {"1997-05-19T09:00:00", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19T09:00 1998-05-18T09:00 1999-05-17T09:00"},
		"Monday of week 20":               {"1997-05-12T09:00:00", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12T09:00 1998-05-11T09:00 1999-05-17T09:00"},
		"week 1, which may begin in 1997": {"1996-01-01T09:00:00", "FREQ=YEARLY;BYWEEKNO=1", "1996-01-01T09:00 1996-12-30T09:00 1997-12-29T09:00"},
		"days of the year":                {"1997-01-01T09:00:00", "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,-1", "1997-01-01T09:00 1997-12-31T09:00 2000-01-01T09:00"},
		"several times a day":             {"2026-01-01T09:00:00", "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0,30", "2026-01-01T09:00 2026-01-01T09:30 2026-01-01T18:00"},
		"a day and the second Tuesday":    {"2026-01-05T09:00:00", "FREQ=MONTHLY;BYDAY=1MO,2TU", "2026-01-05T09:00 2026-01-13T09:00 2026-02-02T09:00"},
		"never again":                     {"2026-01-05T09:00:00", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2026-01-05T09:00"},
	} {
		e := series(t, c.start, c.rule, "Europe/Moscow")
		from := e.Start.Floating()
		got := said(times(e.plan().walk(from, from.AddDate(20, 0, 0), false), 3))
		want := strings.Fields(c.want)
		if diff := cmp.Diff(want[:min(3, len(want))], got); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s", name, c.rule, diff)
		}
	}
}

func TestBadRules(t *testing.T) {
	for _, rule := range []string{
		"", "WEEKLY", "FREQ=", "FREQ=SOMETIMES", "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;BYHOUR=1", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=1001",
		"FREQ=DAILY;COUNT=3;UNTIL=20300101", "FREQ=DAILY;UNTIL=20200101", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1",
		"FREQ=DAILY;INTERVAL=99999999999999999999", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=DAILY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=WEEKLY;BYMONTHDAY=1",
		"FREQ=MONTHLY;BYWEEKNO=1", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=2MO", "FREQ=YEARLY;BYEASTER=0", "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;FREQ=WEEKLY",
		"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,30", "FREQ=DAILY\nRRULE:FREQ=WEEKLY", "FREQ=DAILY;X=1", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYSECOND=60",
		"FREQ=DAILY;DTSTART=20260101", "FREQ=DAILY;WKST=2MO", "FREQ=ЕЖЕДНЕВНО", strings.Repeat("FREQ=DAILY;", 100),
	} {
		e := &Event{Start: "2026-01-01T10:00:00", TimeZone: "Europe/Moscow"}
		if _, text, err := parseRule("recurrence", rule, e); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%q is read as %q, %v", rule, text, err)
		}
	}
}

// TestWeeklyStaysAtTen goes through ten years of every zone of the database:
// what is weekly at 10:00 is at 10:00, and what is daily is so many times.
func TestWeeklyStaysAtTen(t *testing.T) {
	zones := allZones(t)
	for _, zone := range zones {
		e := series(t, "2020-01-06T10:00:00", "FREQ=WEEKLY", zone)
		loc := zone.Location()
		n := 0
		for w := e.plan().walk(e.Start.Floating(), date(2031, 1, 1), false); ; n++ {
			at, ok := w.next()
			if !ok {
				break
			}
			got := e.occurrence(at).StartsAt.In(loc)
			if got.Hour() != 10 || got.Minute() != 0 || got.Weekday() != time.Monday || got.YearDay() != at.YearDay() {
				t.Errorf("%s: %s is shown as %s", zone, at, got)
			}
		}
		if n != 574 {
			t.Errorf("%s: %d Mondays of 2020 to 2030, want 574", zone, n)
		}
	}
	t.Logf("%d zones", len(zones))
}

// TestEveryTransition looks at the minutes around all times at which clocks are
// set in these years, in every zone: Instant must answer what RFC 5545 says, by
// the offsets on both sides.
func TestEveryTransition(t *testing.T) {
	checked := 0
	for _, zone := range allZones(t) {
		loc := zone.Location()
		for at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).In(loc); at.Year() < 2031; {
			_, end := at.ZoneBounds()
			if end.IsZero() {
				break
			}
			_, before := end.Add(-time.Second).In(loc).Zone()
			_, after := end.In(loc).Zone()
			for minute := -180; minute <= 180; minute += 15 {
				// What clocks set by the offset before would show.
				local := end.UTC().Add(time.Duration(before)*time.Second + time.Duration(minute)*time.Minute)
				want := local.Add(-time.Duration(before) * time.Second)
				if minute >= 0 && minute*60 >= after-before { // shown by the new offset alone
					want = local.Add(-time.Duration(after) * time.Second)
				}
				if got := zone.Instant(local); !got.Equal(want) {
					t.Errorf("%s, clocks set at %s from %d to %d: %s is %s, want %s", zone, end.UTC(), before, after, local, got.UTC(), want)
				}
				checked++
			}
			at = end.In(loc)
		}
	}
	t.Logf("%d times", checked)
}

// randomRule is a rule that rrule-go and RFC 5545 read alike, and how it starts.
func randomRule(r *rand.Rand) (start time.Time, rule string) {
	start = date(1990+r.IntN(60), 1+r.IntN(12), 1+r.IntN(31)).Add(time.Duration(r.IntN(24*60)) * time.Minute)
	freq := []string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}[r.IntN(4)]
	parts := []string{"FREQ=" + freq}
	maybe := func(in int, part string) {
		if r.IntN(in) == 0 {
			parts = append(parts, part)
		}
	}
	list := func(n int, one func() int) string {
		var out []string
		for range 1 + r.IntN(n) {
			if n := fmt.Sprint(one()); !slices.Contains(out, n) { // which rrule-go counts twice
				out = append(out, n)
			}
		}
		return strings.Join(out, ",")
	}
	signed := func(n int) func() int { return func() int { return (1 + r.IntN(n)) * (1 - 2*r.IntN(2)) } }
	days := func(n int) string {
		var out []string
		for range 1 + r.IntN(3) {
			day := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}[r.IntN(7)]
			if n > 0 {
				day = fmt.Sprint(signed(n)(), day)
				day = strings.ReplaceAll(day, " ", "")
			}
			out = append(out, day)
		}
		return strings.Join(out, ",")
	}
	maybe(2, fmt.Sprintf("INTERVAL=%d", 1+r.IntN(5)))
	maybe(3, "WKST="+[]string{"MO", "SU", "WE"}[r.IntN(3)])
	maybe(3, "BYMONTH="+list(4, func() int { return 1 + r.IntN(12) }))
	maybe(5, "BYHOUR="+list(3, func() int { return r.IntN(24) }))
	maybe(5, "BYMINUTE="+list(3, func() int { return r.IntN(60) }))
	switch freq {
	case "YEARLY":
		switch r.IntN(5) {
		case 0:
			// Weeks that lie across a new year, counted from the end, rrule-go leaves
			// out where they begin.
			week := func() int { return (2 + r.IntN(50)) * (1 - 2*r.IntN(2)) }
			parts = append(parts, "BYWEEKNO="+list(3, week), "BYDAY="+days(0))
		case 1:
			parts = append(parts, "BYYEARDAY="+list(3, func() int { return 1 + r.IntN(366) }))
		case 2:
			parts = append(parts, "BYDAY="+days(5))
		case 3:
			parts = append(parts, "BYMONTHDAY="+list(3, signed(31)))
		}
	case "MONTHLY":
		switch r.IntN(4) {
		case 0:
			parts = append(parts, "BYDAY="+days(5))
		case 1:
			parts = append(parts, "BYDAY="+days(0))
			maybe(2, "BYSETPOS="+list(2, signed(4)))
		case 2:
			parts = append(parts, "BYMONTHDAY="+list(3, signed(31)))
			maybe(3, "BYDAY="+days(0))
		}
	case "WEEKLY":
		maybe(2, "BYDAY="+days(0))
	case "DAILY":
		maybe(3, "BYDAY="+days(0))
		maybe(3, "BYMONTHDAY="+list(5, signed(31)))
	}
	if r.IntN(3) == 0 {
		parts = append(parts, fmt.Sprintf("COUNT=%d", 1+r.IntN(60)))
	} else if r.IntN(2) == 0 {
		parts = append(parts, "UNTIL="+start.AddDate(r.IntN(4), r.IntN(12), r.IntN(31)).Format("20060102T150405Z"))
	}
	return start, strings.Join(parts, ";")
}

// TestRulesAgainstAnother compares ranges of random rules with what rrule-go
// makes of them, which begins at the start and goes on one by one.
func TestRulesAgainstAnother(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 45))
	const rules = 3000
	compared, empty := 0, 0
	for range rules {
		start, text := randomRule(r)
		e := &Event{Start: community.LocalTimeOf(start), TimeZone: "UTC", Series: true}
		var err error
		if e.Rule, e.RuleText, err = parseRule("recurrence", text, e); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		from := start.AddDate(r.IntN(5), 0, r.IntN(400)-200)
		to := from.AddDate(0, r.IntN(20), 1+r.IntN(60))
		want := slowly(t, text, start, from, to)
		got := times(e.plan().walk(from, to, false), 100_000)
		if diff := cmp.Diff(said(want), said(got)); diff != "" {
			t.Fatalf("%s from %s, between %s and %s (-want +got)\n%.1500s", text, start, from, to, diff)
		}
		back := times(e.plan().walk(from, to, true), 100_000)
		slices.Reverse(back)
		if !cmp.Equal(said(got), said(back)) {
			t.Fatalf("%s: backwards it is otherwise", text)
		}
		compared += len(got)
		if len(got) == 0 {
			empty++
		}
	}
	t.Logf("%d rules, %d occurrences, %d ranges without one", rules, compared, empty)
}

// slowly is what rrule-go makes of the rule; the start is the first occurrence,
// and counted, whether the rule names it or not.
func slowly(t *testing.T, text string, start, from, to time.Time) (out []time.Time) {
	t.Helper()
	o, err := rrule.StrToROption(text)
	if err != nil {
		t.Fatal(err)
	}
	o.Dtstart = start
	count := o.Count
	o.Count = 0
	if o.Until.IsZero() || o.Until.After(to) {
		o.Until = to // or a rule that never comes would be sought for till the year 9999
	}
	r, err := rrule.NewRRule(*o)
	if err != nil {
		t.Fatal(err)
	}
	all := []time.Time{start}
	for next, limit := r.Iterator(), 0; limit < 100_000; limit++ {
		at, ok := next()
		if !ok || count > 0 && len(all) >= count {
			break
		}
		if at.After(start) {
			all = append(all, at)
		}
	}
	for _, at := range slices.CompactFunc(all, time.Time.Equal) {
		if !at.Before(from) && at.Before(to) {
			out = append(out, at)
		}
	}
	return out
}

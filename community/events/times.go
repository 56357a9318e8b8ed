package events

import (
	"slices"
	"time"

	"veche/community"
)

// when is a start, by clocks, and how long it lasts from there.
type when struct {
	start  time.Time
	length time.Duration
	allDay bool
}

// timed says whether the change is about time.
func (c *EventChange) timed() bool {
	return c.Start != nil || c.End != nil || c.StartDate != nil || c.EndDate != nil
}

// applyTimes sets when the event, or the first of its series, takes place.
func (c *EventChange) applyTimes(e *Event) error {
	if c.TimeZone != nil {
		e.TimeZone = *c.TimeZone
	}
	if !c.timed() {
		if e.Start == "" {
			return community.BadInput("start", "Say when it takes place: start and end, or startDate.")
		}
		return nil
	}
	w := when{length: e.length(), allDay: e.AllDay}
	if e.Start != "" {
		w.start = e.Start.Floating()
	}
	if err := c.when(&w, e.TimeZone); err != nil {
		return err
	}
	e.Start, e.Seconds, e.AllDay = community.LocalTimeOf(w.start), int(w.length/time.Second), w.allDay
	return nil
}

// when changes a time.
func (c *EventChange) when(w *when, zone community.TimeZone) error {
	if (c.Start != nil || c.End != nil) && (c.StartDate != nil || c.EndDate != nil) {
		return community.BadInput("startDate", "Give times or dates, not both.")
	}
	if c.StartDate != nil || c.EndDate != nil {
		return c.days(w)
	}
	return c.hours(w, zone)
}

func (c *EventChange) days(w *when) error {
	if !w.allDay && c.StartDate == nil {
		return community.BadInput("startDate", "Give the first day too.")
	}
	if !w.allDay {
		w.length = day
	}
	w.allDay = true
	if c.StartDate != nil {
		w.start = c.StartDate.Floating()
	}
	if c.EndDate != nil {
		w.length = c.EndDate.Floating().Sub(w.start) + day
	}
	return w.check("endDate")
}

func (c *EventChange) hours(w *when, zone community.TimeZone) error {
	if w.allDay || w.start.IsZero() {
		if c.Start == nil || c.End == nil {
			return community.BadInput("end", "Give both start and end.")
		}
	}
	w.allDay = false
	if c.Start != nil {
		w.start = c.Start.Floating()
	}
	if c.End != nil {
		w.length = zone.Instant(c.End.Floating()).Sub(zone.Instant(w.start))
	}
	return w.check("end")
}

func (w *when) check(field string) error {
	if w.length < 0 {
		return community.BadInput(field, "It ends before it begins.")
	}
	if w.length > MaxLength {
		return community.BadInput(field, "It lasts %d days at most; a series may go on for longer.", int(MaxLength/day))
	}
	if y := w.start.Year(); y < 1900 || y > 2200 {
		return community.BadInput("start", "Between the years 1900 and 2200, please.")
	}
	return nil
}

// applyRule sets when the series takes place beside its start.
func (c *EventChange) applyRule(e *Event) (err error) {
	if c.AddedDates != nil {
		if e.Added, err = localTimes("addedDates", c.AddedDates, MaxDates); err != nil {
			return err
		}
	}
	if c.SkippedDates != nil {
		if e.Skipped, err = localTimes("skippedDates", c.SkippedDates, MaxDates); err != nil {
			return err
		}
	}
	text := e.RuleText
	if c.Recurrence != nil {
		text = *c.Recurrence
	}
	if e.Rule, e.RuleText = nil, ""; text != "" {
		// Read anew whatever changed: what a rule does not say is the start's.
		if e.Rule, e.RuleText, err = parseRule("recurrence", text, e); err != nil {
			return err
		}
	}
	return e.checkPlan()
}

// checkPlan refuses a plan without an occurrence, and one whose occurrences of a
// day are none.
func (e *Event) checkPlan() error {
	if e.AllDay {
		days := func(l community.LocalTime) bool { return l.Floating().Equal(l.Floating().Truncate(day)) }
		if e.Rule != nil && !slices.Equal(e.Rule.Times, []int{0}) || slices.ContainsFunc(e.Added, func(l community.LocalTime) bool { return !days(l) }) {
			return community.BadInput("recurrence", "An all-day event recurs by days: no BYHOUR, BYMINUTE or BYSECOND, and dates at 00:00.")
		}
	}
	p := e.plan()
	if _, ok := p.walk(time.Time{}, p.added[len(p.added)-1].AddDate(20, 0, 0), false).next(); !ok {
		return community.BadInput("skippedDates", "No occurrence would be left.")
	}
	return nil
}

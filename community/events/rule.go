package events

import (
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"veche/community"
)

// Limits of a rule.
const (
	maxRule     = 500  // characters
	maxCount    = 1000 // of COUNT
	maxInterval = 1000
	maxTimes    = 24 // of a day
)

// Rule says on which days and at what times a series takes place: a RRULE of
// RFC 5545, with what it leaves to the series' start filled in. Its times are
// local: what they are elsewhere is the zone's business.
type Rule struct {
	Freq     int `bson:"freq"` // as rrule-go counts them: 0 is YEARLY, 3 is DAILY
	Interval int `bson:"interval"`
	// Until is the last local time at which there may be an occurrence; of a rule
	// that counts, the time of the last one.
	Until     community.LocalTime `bson:"until,omitempty"`
	WeekStart int                 `bson:"weekStart"` // 0 is Monday

	Months    []int `bson:"months,omitempty"`
	Weeks     []int `bson:"weeks,omitempty"`
	YearDays  []int `bson:"yearDays,omitempty"`
	MonthDays []int `bson:"monthDays,omitempty"`
	Weekdays  []nth `bson:"weekdays,omitempty"`
	Times     []int `bson:"times"` // of day, in seconds, in order
	Positions []int `bson:"positions,omitempty"`
}

// nth is a weekday of a period: each, or the n-th, counted from its end if N is
// negative.
type nth struct {
	Day int `bson:"day"` // 0 is Monday
	N   int `bson:"n,omitempty"`
}

// parseRule reads a RRULE for the event's start, and answers it also in the form
// in which it is kept and told.
func parseRule(field, s string, e *Event) (*Rule, string, error) {
	if len(s) > maxRule {
		return nil, "", community.BadInput(field, "A rule has at most %d characters.", maxRule)
	}
	s = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "RRULE:")
	if strings.ContainsAny(s, "\r\n") {
		return nil, "", community.BadInput(field, "A rule is one line, such as FREQ=WEEKLY;BYDAY=MO.")
	}
	o, err := rrule.StrToROptionInLocation(s, time.UTC)
	if err != nil {
		return nil, "", community.BadInput(field, "This is not a rule of RFC 5545: %v.", err)
	}
	if err := checkOptions(field, s, o); err != nil {
		return nil, "", err
	}
	start := e.Start.Floating()
	r := ruleOf(o, start)
	if len(r.Times) > maxTimes {
		return nil, "", community.BadInput(field, "An event takes place at most %d times a day.", maxTimes)
	}
	if o.Count > 0 {
		r.Until = community.LocalTimeOf(r.last(start, o.Count))
		return r, o.RRuleString(), nil
	}
	if o.Until.IsZero() {
		return r, o.RRuleString(), nil
	}
	until := e.until(o.Until, partOf(s, "UNTIL"))
	if until.Before(start) || until.Year() > 9000 {
		return nil, "", community.BadInput(field, "The rule ends before the event begins, or never.")
	}
	r.Until = community.LocalTimeOf(until)
	o.Until = time.Time{}
	return r, e.endingAt(o.RRuleString(), until), nil
}

// until is the local time that an UNTIL stands for: an instant if it ends with
// Z, the whole day if it is a date.
func (e *Event) until(t time.Time, s string) time.Time {
	switch {
	case strings.HasSuffix(s, "Z"):
		return e.local(t)
	case len(s) == len(rrule.DateFormat):
		return t.Add(day - time.Second)
	}
	return t
}

// endingAt is the rule with an UNTIL of the local time in place of any, and of a
// COUNT.
func (e *Event) endingAt(s string, until time.Time) string {
	var parts []string
	for part := range strings.SplitSeq(s, ";") {
		if !strings.HasPrefix(part, "UNTIL=") && !strings.HasPrefix(part, "COUNT=") {
			parts = append(parts, part)
		}
	}
	form := rrule.DateTimeFormat
	if e.AllDay {
		form = rrule.DateFormat
	}
	return strings.Join(append(parts, "UNTIL="+e.instant(until).UTC().Format(form)), ";")
}

// partOf is the value of a part of the rule.
func partOf(s, name string) string {
	_, rest, _ := strings.Cut(";"+s, ";"+name+"=")
	value, _, _ := strings.Cut(rest, ";")
	return value
}

// checkOptions refuses what RFC 5545 does, and what would cost much.
func checkOptions(field, s string, o *rrule.ROption) error {
	some := func(list []int) bool { return len(list) > 0 }
	seen := map[string]bool{}
	for part := range strings.SplitSeq(s, ";") {
		name, _, _ := strings.Cut(part, "=")
		if seen[name] {
			return community.BadInput(field, "%s stands there twice.", name)
		}
		seen[name] = true
	}
	switch _, err := rrule.NewRRule(*o); {
	case err != nil:
		return community.BadInput(field, "This is not a rule of RFC 5545: %v.", err)
	case o.Freq > rrule.DAILY:
		return community.BadInput(field, "A rule repeats daily at most; BYHOUR and BYMINUTE name several times of a day.")
	case seen["BYEASTER"] || seen["DTSTART"]:
		return community.BadInput(field, "BYEASTER and DTSTART are no part of a rule.")
	case seen["COUNT"] && seen["UNTIL"]:
		return community.BadInput(field, "A rule has COUNT or UNTIL, not both.")
	case seen["COUNT"] && (o.Count < 1 || o.Count > maxCount):
		return community.BadInput(field, "COUNT is between 1 and %d.", maxCount)
	case seen["INTERVAL"] && (o.Interval < 1 || o.Interval > maxInterval):
		return community.BadInput(field, "INTERVAL is between 1 and %d.", maxInterval)
	case some(o.Byweekno) && o.Freq != rrule.YEARLY:
		return community.BadInput(field, "BYWEEKNO goes with FREQ=YEARLY only.")
	case some(o.Byyearday) && o.Freq != rrule.YEARLY:
		return community.BadInput(field, "BYYEARDAY goes with FREQ=YEARLY only.")
	case some(o.Bymonthday) && o.Freq == rrule.WEEKLY:
		return community.BadInput(field, "BYMONTHDAY does not go with FREQ=WEEKLY.")
	case o.Wkst.N() != 0:
		return community.BadInput(field, "WKST is a weekday alone.")
	case some(o.Bysetpos) && len(seen) < 3:
		return community.BadInput(field, "BYSETPOS goes with another BY… part.")
	}
	for _, w := range o.Byweekday {
		numbered := o.Freq == rrule.MONTHLY || o.Freq == rrule.YEARLY && !some(o.Byweekno)
		if w.N() != 0 && !numbered {
			return community.BadInput(field, "BYDAY takes a number with MONTHLY, and with YEARLY without BYWEEKNO.")
		}
	}
	return nil
}

// ruleOf fills in from the start what the rule does not say.
func ruleOf(o *rrule.ROption, start time.Time) *Rule {
	r := &Rule{
		Freq: int(o.Freq), Interval: max(o.Interval, 1), WeekStart: o.Wkst.Day(),
		Months: sorted(o.Bymonth), Weeks: sorted(o.Byweekno), YearDays: sorted(o.Byyearday), MonthDays: sorted(o.Bymonthday),
		Positions: sorted(o.Bysetpos), Times: timesOf(o, start),
	}
	for _, w := range o.Byweekday {
		r.Weekdays = append(r.Weekdays, nth{w.Day(), w.N()})
	}
	if len(r.YearDays)+len(r.MonthDays)+len(r.Weekdays) > 0 {
		return r
	}
	switch {
	case o.Freq == rrule.WEEKLY || len(r.Weeks) > 0:
		r.Weekdays = []nth{{Day: weekday(start)}}
	case o.Freq == rrule.YEARLY && len(r.Months) == 0:
		r.Months, r.MonthDays = []int{int(start.Month())}, []int{start.Day()}
	case o.Freq != rrule.DAILY:
		r.MonthDays = []int{start.Day()}
	}
	return r
}

func timesOf(o *rrule.ROption, start time.Time) []int {
	or := func(list []int, n int) []int {
		if len(list) == 0 {
			return []int{n}
		}
		return list
	}
	var times []int
	for _, h := range or(o.Byhour, start.Hour()) {
		for _, m := range or(o.Byminute, start.Minute()) {
			for _, s := range or(o.Bysecond, start.Second()) {
				if times = append(times, h*3600+m*60+s); len(times) > 10*maxTimes {
					return times // too many already
				}
			}
		}
	}
	return sorted(times)
}

func sorted(list []int) []int { return slices.Compact(slices.Sorted(slices.Values(list))) }

// weekday counts from Monday, 0.
func weekday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

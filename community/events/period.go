package events

import (
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

const day = 24 * time.Hour

// A rule is read a period at a time: the year, month, week or day in which it
// may name days. Periods are numbered from that of the series' start, 0, so the
// one around any day is found by arithmetic, and however long ago a series
// began, and however seldom its rule names a day, reading a range costs the
// periods of the range.

// periodOf is the number of the last period that begins on the day or before it.
func (r *Rule) periodOf(start, t time.Time) int {
	return floor(r.units(t)-r.units(start), r.Interval)
}

// units counts years, months, weeks or days from a beginning that all share.
func (r *Rule) units(t time.Time) int {
	switch rrule.Frequency(r.Freq) {
	case rrule.YEARLY:
		return t.Year()
	case rrule.MONTHLY:
		return t.Year()*12 + int(t.Month()) - 1
	case rrule.WEEKLY:
		return floor(dayNumber(t)+3-r.WeekStart, 7) // day 0 was a Thursday
	default:
		return dayNumber(t)
	}
}

func dayNumber(t time.Time) int { return floor(int(t.Unix()), 24*60*60) }

func floor(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// span is the first day of a period, and the first behind it.
func (r *Rule) span(start time.Time, period int) (first, end time.Time) {
	n := r.units(start) + period*r.Interval
	switch rrule.Frequency(r.Freq) {
	case rrule.YEARLY:
		return date(n, 1, 1), date(n+1, 1, 1)
	case rrule.MONTHLY:
		return date(0, n+1, 1), date(0, n+2, 1)
	case rrule.WEEKLY:
		first = time.Unix(int64(n*7-3+r.WeekStart)*24*60*60, 0).UTC()
		return first, first.Add(7 * day)
	default:
		first = time.Unix(int64(n)*24*60*60, 0).UTC()
		return first, first.Add(day)
	}
}

func date(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// in answers the local times that the rule names in a period, in order.
func (r *Rule) in(start time.Time, period int) []time.Time {
	first, end := r.span(start, period)
	var out []time.Time
	for d := first; d.Before(end); {
		if len(r.Months) > 0 && !slices.Contains(r.Months, int(d.Month())) {
			d = date(d.Year(), int(d.Month())+1, 1)
			continue
		}
		if r.names(d) {
			for _, second := range r.Times {
				out = append(out, d.Add(time.Duration(second)*time.Second))
			}
		}
		d = d.Add(day)
	}
	return r.positioned(out)
}

// positioned keeps those of a period that BYSETPOS counts off.
func (r *Rule) positioned(all []time.Time) []time.Time {
	if len(r.Positions) == 0 {
		return all
	}
	var out []time.Time
	for i, t := range all {
		if slices.Contains(r.Positions, i+1) || slices.Contains(r.Positions, i-len(all)) {
			out = append(out, t)
		}
	}
	return out
}

// names says whether the rule names the day; its month is one of the rule's.
func (r *Rule) names(d time.Time) bool {
	return (len(r.Weekdays) == 0 || r.namesWeekday(d)) &&
		(len(r.MonthDays) == 0 || oneOf(r.MonthDays, d.Day(), monthLength(d))) &&
		(len(r.YearDays) == 0 || oneOf(r.YearDays, d.YearDay(), yearLength(d.Year()))) &&
		(len(r.Weeks) == 0 || r.namesWeek(d))
}

// oneOf says whether the n-th of so many is in the list, which counts from the
// end with negative numbers.
func oneOf(list []int, n, of int) bool {
	return slices.Contains(list, n) || slices.Contains(list, n-of-1)
}

func monthLength(d time.Time) int { return date(d.Year(), int(d.Month())+1, 0).Day() }

func yearLength(year int) int { return date(year, 12, 31).YearDay() }

func (r *Rule) namesWeekday(d time.Time) bool {
	w := weekday(d)
	return slices.ContainsFunc(r.Weekdays, func(x nth) bool { return x.Day == w && (x.N == 0 || r.numbers(d, x.N)) })
}

// numbers says whether the day is the n-th of its weekday in the month, or in the
// year.
func (r *Rule) numbers(d time.Time, n int) bool {
	at, of := d.Day(), monthLength(d)
	if rrule.Frequency(r.Freq) == rrule.YEARLY && len(r.Months) == 0 {
		at, of = d.YearDay(), yearLength(d.Year())
	}
	if n > 0 {
		return (at-1)/7+1 == n
	}
	return (of-at)/7+1 == -n
}

// namesWeek counts weeks as ISO 8601 does, but for where they begin: the first
// of a year is that which has four days of it.
func (r *Rule) namesWeek(d time.Time) bool {
	mid := d.Add(time.Duration(3-(weekday(d)-r.WeekStart+7)%7) * day) // the week's fourth day says its year
	last := date(mid.Year(), 12, 31)
	lastMid := last.Add(time.Duration(3-(weekday(last)-r.WeekStart+7)%7) * day)
	if lastMid.Year() > mid.Year() {
		lastMid = lastMid.Add(-7 * day)
	}
	return oneOf(r.Weeks, (mid.YearDay()-1)/7+1, (lastMid.YearDay()-1)/7+1)
}

// patience is how many days are looked at for a rule that counts. It is more
// than four hundred years, in which the calendar repeats itself.
const patience = 150_000

// last is the local time of the count-th occurrence, the start being the first,
// or of the last that there is within patience.
func (r *Rule) last(start time.Time, count int) time.Time {
	at, looked := start, 0
	for period := 0; count > 1 && looked < patience; period++ {
		first, end := r.span(start, period)
		looked += int(end.Sub(first) / day)
		for _, t := range r.in(start, period) {
			if count > 1 && t.After(start) {
				at = t
				count--
			}
		}
		if first.Year() > 9000 {
			break
		}
	}
	return at
}

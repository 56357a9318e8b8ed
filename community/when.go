package community

import (
	"sync"
	"time"
)

// Date is a day of the calendar, such as 2026-01-31, wherever one is.
type Date string

// LocalTime is what a clock and a calendar on a wall show, such as
// 2026-01-31T18:00:00; which instant that is depends on the zone they hang in.
type LocalTime string

// TimeZone is the name of a zone in the IANA database, such as Europe/Moscow.
type TimeZone string

const (
	dateForm  = "2006-01-02"
	localForm = "2006-01-02T15:04:05"
)

// The sentences about what is none of them.
var (
	errDate      = BadInput("", "A Date is written as 2026-01-31.")
	errLocalTime = BadInput("", "A LocalTime is written as 2026-01-31T18:00:00, without a zone.")
	errTimeZone  = BadInput("", "A TimeZone is a name of the IANA database, such as Europe/Moscow.")
)

// ParseDate reads a day between the years 1 and 9999.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateForm, s)
	if err != nil || t.Year() < 1 {
		return "", errDate
	}
	return Date(s), nil
}

// Floating is the day's beginning on a clock without a zone, as a time in UTC.
func (d Date) Floating() time.Time {
	t, _ := time.Parse(dateForm, string(d)) // was read by ParseDate
	return t
}

// DateOf is the day that the time in UTC stands for.
func DateOf(floating time.Time) Date { return Date(floating.Format(dateForm)) }

// ParseLocalTime reads a local time, with or without seconds.
func ParseLocalTime(s string) (LocalTime, error) {
	if len(s) == len("2006-01-02T15:04") {
		s += ":00"
	}
	t, err := time.Parse(localForm, s)
	if err != nil || t.Year() < 1 || len(s) != len(localForm) { // no fractions
		return "", errLocalTime
	}
	return LocalTime(s), nil
}

// Floating is the time on a clock without a zone, as a time in UTC.
func (l LocalTime) Floating() time.Time {
	t, _ := time.Parse(localForm, string(l)) // was read by ParseLocalTime
	return t
}

// LocalTimeOf is the local time that the time in UTC stands for.
func LocalTimeOf(floating time.Time) LocalTime { return LocalTime(floating.Format(localForm)) }

// zones are those that were asked for: names of the database only, so there are
// a few hundred at most.
var zones sync.Map // of *time.Location by TimeZone

// ParseTimeZone reads the name of a zone.
func ParseTimeZone(s string) (TimeZone, error) {
	z := TimeZone(s)
	if _, err := z.load(); err != nil {
		return "", err
	}
	return z, nil
}

func (z TimeZone) load() (*time.Location, error) {
	if found, ok := zones.Load(z); ok {
		return found.(*time.Location), nil
	}
	if z == "" || z == "Local" { // which Go knows beside the database's
		return nil, errTimeZone
	}
	loc, err := time.LoadLocation(string(z))
	if err != nil {
		return nil, errTimeZone
	}
	zones.Store(z, loc)
	return loc, nil
}

// Location is the zone's rules; UTC for a name that is none.
func (z TimeZone) Location() *time.Location {
	if loc, err := z.load(); err == nil {
		return loc
	}
	return time.UTC
}

// reach is farther than any zone is from UTC, and than any clock was ever set.
const reach = 48 * time.Hour

// Instant is when clocks of the zone show the time, as RFC 5545 says (section
// 3.3.5): of a time that is shown twice, when the clocks were set back, the
// first; of one that is never shown, when they were set forward, the instant
// that it would be had they not been.
func (z TimeZone) Instant(floating time.Time) time.Time {
	loc := z.Location()
	at := floating.Add(-reach).In(loc)
	_, before := at.Zone()
	for {
		_, offset := at.Zone()
		start, end := at.ZoneBounds()
		t := floating.Add(-time.Duration(offset) * time.Second)
		if !start.IsZero() && t.Before(start) {
			return floating.Add(-time.Duration(before) * time.Second) // in the gap before this stretch
		}
		if end.IsZero() || t.Before(end) {
			return t
		}
		at, before = end.In(loc), offset
	}
}

// Local is what clocks of the zone show at the instant, as a time in UTC.
func (z TimeZone) Local(t time.Time) time.Time {
	_, offset := t.In(z.Location()).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

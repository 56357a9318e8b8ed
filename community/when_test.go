package community_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"veche/community"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestInstants holds the hours that clocks skip and show twice to RFC 5545,
// section 3.3.5.
func TestInstants(t *testing.T) {
	for name, c := range map[string]struct {
		zone        community.TimeZone
		local, want string
	}{
		"an hour like any":                      {"Europe/Moscow", "2026-11-24T10:00:00", "2026-11-24T07:00:00"},
		"the RFC's own skipped hour":            {"America/New_York", "2007-03-11T02:30:00", "2007-03-11T07:30:00"}, // 3:30 EDT
		"the RFC's own hour that comes twice":   {"America/New_York", "2007-11-04T01:30:00", "2007-11-04T05:30:00"}, // EDT
		"a skipped hour in Berlin":              {"Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00"},
		"the moment at which it was skipped":    {"Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00"},
		"the first moment behind":               {"Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00"},
		"twice in Berlin":                       {"Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00"},
		"behind that":                           {"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00"},
		"half an hour, twice":                   {"Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00"},
		"half an hour, skipped":                 {"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00"},
		"the day that Samoa left out":           {"Pacific/Apia", "2011-12-30T10:00:00", "2011-12-30T20:00:00"},
		"Moscow, when it gave up summer time":   {"Europe/Moscow", "2014-10-26T01:30:00", "2014-10-25T21:30:00"},
		"a zone with summer time below zero":    {"Europe/Dublin", "2026-10-25T01:30:00", "2026-10-25T00:30:00"},
		"no zone at all":                        {"UTC", "2026-03-29T02:30:00", "2026-03-29T02:30:00"},
		"before there were zones, by the sun":   {"Europe/Moscow", "1800-01-01T12:00:00", "1800-01-01T09:29:43"},
		"far ahead, by the rule of these years": {"Europe/Berlin", "2400-07-01T12:00:00", "2400-07-01T10:00:00"},
	} {
		if got := c.zone.Instant(at(c.local)); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s in %s is %s, want %s", name, c.local, c.zone, got.UTC(), c.want)
		}
	}
}

func TestWhatIsNoTime(t *testing.T) {
	for _, s := range []string{"", "2026-02-30", "26-01-01", "2026-1-1", "2026-01-01T00:00", "0000-01-01", "10000-01-01", "вчера"} {
		if d, err := community.ParseDate(s); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%q is the date %q, %v", s, d, err)
		}
	}
	for _, s := range []string{"", "2026-01-01", "2026-01-01T24:00", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5", "2026-01-01 10:00:00", "2026-13-01T10:00"} {
		if l, err := community.ParseLocalTime(s); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%q is the local time %q, %v", s, l, err)
		}
	}
	for _, s := range []string{"", "Local", "Moscow", "+03:00", "../etc/passwd", "/etc/passwd", "Europe/Москва", "europe/berlin/"} {
		if z, err := community.ParseTimeZone(s); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%q is the zone %q, %v", s, z, err)
		}
	}
	if l, err := community.ParseLocalTime("2026-01-01T10:30"); err != nil || l != "2026-01-01T10:30:00" {
		t.Errorf("without seconds: %q, %v", l, err)
	}
}

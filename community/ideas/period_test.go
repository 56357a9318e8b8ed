package ideas

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPeriodsAreOfTheCalendarInUTC(t *testing.T) {
	kamchatka := time.FixedZone("+12", 12*60*60)
	for name, c := range map[string]struct {
		at   time.Time
		want []string
	}{
		"a day in November":              {time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC), []string{"2026-11-24", "2026-W48", "2026-11", "2026-Q4", "2026"}},
		"a year's first days, last week": {time.Date(2027, 1, 3, 23, 59, 59, 0, time.UTC), []string{"2027-01-03", "2026-W53", "2027-01", "2027-Q1", "2027"}},
		"a year's last days, first week": {time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC), []string{"2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024"}},
		"a morning that is night in UTC": {time.Date(2026, 7, 1, 6, 0, 0, 0, kamchatka), []string{"2026-06-30", "2026-W27", "2026-06", "2026-Q2", "2026"}},
		"the end of a quarter":           {time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), []string{"2026-09-30", "2026-W40", "2026-09", "2026-Q3", "2026"}},
		"a leap day":                     {time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), []string{"2028-02-29", "2028-W09", "2028-02", "2028-Q1", "2028"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range spans {
				got = append(got, periodOf(p, c.at))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := periodOf(All, time.Now()); got != "" {
		t.Errorf("all time is named %q", got)
	}
}

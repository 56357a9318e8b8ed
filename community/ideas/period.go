package ideas

import (
	"fmt"
	"time"

	"veche/community"
)

// Period is a span of the calendar, in UTC, in which votes are counted apart.
type Period string

// The periods. All is no span: every vote counts.
const (
	All     Period = "ALL"
	Day     Period = "DAY"
	Week    Period = "WEEK" // from Monday, as ISO 8601 counts weeks
	Month   Period = "MONTH"
	Quarter Period = "QUARTER"
	Year    Period = "YEAR"
)

// spans are the periods that are bounded, the shortest first.
var spans = []Period{Day, Week, Month, Quarter, Year}

// periodOf names the span in which the time lies: "2026-11-24", "2026-W48",
// "2026-11", "2026-Q4" or "2026"; empty for All.
func periodOf(p Period, t time.Time) string {
	t = t.UTC()
	switch p {
	case Day:
		return t.Format("2006-01-02")
	case Week:
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Month:
		return t.Format("2006-01")
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
	case Year:
		return t.Format("2006")
	}
	return ""
}

// periodKey is what an idea holds of the span in which it was last voted for.
// One board's spans lie apart from another's.
func periodKey(board community.BoardID, p Period, t time.Time) string {
	return string(board) + " " + periodOf(p, t)
}

package counters

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/live"
)

// town is a community of few words.
type town struct {
	members int
	first   time.Time
	asked   []bool // for members
}

func (t *town) Census(context.Context) (int, time.Time, error) { return t.members, t.first, nil }

func (t *town) Shared(_ context.Context, members bool) ([]community.SpaceID, error) {
	t.asked = append(t.asked, members)
	if members {
		return []community.SpaceID{"space_hall", "space_club"}, nil
	}
	return []community.SpaceID{"space_hall"}, nil
}

func (t *town) Totals(_ context.Context, in []community.SpaceID) (ideas, votes, implemented int, err error) {
	return len(in), 10 * len(in), 0, nil
}

func (t *town) ledger(founded time.Time) *Ledger {
	around := Around{Members: t, Boards: t, Spaces: t, Counts: func(e *live.Entry) bool { return e.Kind == "counts" }}
	return New(live.NewHub(), around, founded, nil)
}

var (
	guest   = community.Viewer{}
	anna    = community.Viewer{ID: "member_anna", Role: community.RoleMember, Scopes: community.AllScopes}
	owner   = community.Viewer{ID: "member_owner", Role: community.RoleOwner, Scopes: community.AllScopes}
	writer  = community.Viewer{ID: "member_anna", Role: community.RoleMember, Scopes: []community.Scope{community.ScopeWrite}}
	outcast = community.Viewer{ID: "member_out", Role: community.RoleGuest, Scopes: community.AllScopes}
)

func TestDays(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for name, test := range map[string]struct {
		founded, now time.Time
		want         int
	}{
		"nobody has joined":        {time.Time{}, at("2026-11-24T10:00:00Z"), 0},
		"the day itself":           {at("2026-11-24T00:00:00Z"), at("2026-11-24T23:59:59Z"), 0},
		"a second later":           {at("2026-11-24T23:59:59Z"), at("2026-11-25T00:00:00Z"), 1},
		"a leap year":              {at("2024-02-28T12:00:00Z"), at("2025-02-28T01:00:00Z"), 366},
		"another zone's next day":  {at("2026-11-24T10:00:00Z"), at("2026-11-25T05:00:00+12:00"), 0},
		"long ago":                 {at("1026-11-24T10:00:00Z"), at("2026-11-24T10:00:00Z"), 365243},
		"a clock that is set back": {at("2026-11-24T10:00:00Z"), at("2026-11-20T10:00:00Z"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := days(test.founded, test.now); got != test.want {
				t.Errorf("%d days, want %d", got, test.want)
			}
		})
	}
}

// Guests are told of what guests see, and members of what all members see:
// whoever rules is told no more.
func TestAudiences(t *testing.T) {
	l := (&town{members: 3, first: time.Now()}).ledger(time.Time{})
	for name, test := range map[string]struct {
		viewer   community.Viewer
		audience string
		want     Counters
	}{
		"a guest":                {guest, "guests", Counters{Members: 3, Ideas: 1, Votes: 10}},
		"a member":               {anna, "members", Counters{Members: 3, Ideas: 2, Votes: 20}},
		"the owner":              {owner, "members", Counters{Members: 3, Ideas: 2, Votes: 20}},
		"a token that reads not": {writer, "guests", Counters{Members: 3, Ideas: 1, Votes: 10}},
		"one who was set back":   {outcast, "guests", Counters{Members: 3, Ideas: 1, Votes: 10}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := l.Now(t.Context(), test.viewer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Error(diff)
			}
			if a, err := l.Feed().Admit(t.Context(), test.viewer); a.Audience != test.audience || err != nil {
				t.Errorf("among %q, want %q: %v", a.Audience, test.audience, err)
			}
		})
	}
}

// The days move at midnight in UTC with nothing else happening, and nobody is
// woken who left.
func TestMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight of 2000-01-01
		time.Sleep(10*time.Hour + 7*time.Minute)
		founded := time.Date(1999, 12, 31, 23, 0, 0, 0, time.UTC)
		l := (&town{}).ledger(founded)
		woken := make(chan struct{}, 1)
		source := l.Feed().Open(func() {
			select {
			case woken <- struct{}{}:
			default:
			}
		})
		told := func() int {
			now, err := l.Now(t.Context(), guest)
			if err != nil {
				t.Fatal(err)
			}
			return now.DaysSinceFounding
		}
		at := told()
		if at != 1 {
			t.Fatalf("day %d", at)
		}
		for day := 2; day < 5; day++ {
			for told() != day {
				<-woken
			}
			if since := time.Since(midnight(time.Now())); since > 10*time.Millisecond {
				t.Errorf("day %d is told of %v after midnight", day, since)
			}
		}
		source.Close()
		synctest.Wait()
		select {
		case <-woken:
		default:
		}
		time.Sleep(48 * time.Hour)
		if len(woken) > 0 {
			t.Error("who left is woken")
		}
	})
}

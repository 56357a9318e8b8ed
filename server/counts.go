package server

import (
	"fmt"
	"slices"
	"time"

	"veche/community/counters"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/live"
)

// tallied are the kinds of deeds that change what the community counts.
var tallied = []live.Kind{
	members.Joined, forum.SpaceOpened,
	ideas.IdeaAdded, ideas.IdeaRemoved, ideas.IdeaMerged, ideas.IdeaStatus, ideas.VoteCast,
}

func (p *Parts) ledger(c Config) (*counters.Ledger, error) {
	founded, err := c.founded()
	if err != nil {
		return nil, err
	}
	around := counters.Around{
		Members: p.Roll, Boards: p.Boards, Spaces: p.Hall.Place(),
		Counts: func(e *live.Entry) bool { return slices.Contains(tallied, e.Kind) },
	}
	return counters.New(p.Log.Hub(), around, founded, nil), nil
}

// founded is the day that was configured; no time if none was.
func (c Config) founded() (time.Time, error) {
	if c.Founded == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, c.Founded)
	if err == nil && day.After(time.Now()) {
		err = fmt.Errorf("it is yet to come")
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("the day of the founding, such as 2019-03-01: %w", err)
	}
	return day, nil
}

package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/community"
	"veche/store"
)

var (
	errModerators = community.Forbidden("This needs the role MODERATOR, or to manage the space.")
	errHosts      = community.Forbidden("Only the event's organisers, and who moderates its calendar, may do this.")
)

// calendar answers a calendar that the viewer may see, and whether they rule
// there: as who moderates its space, or of the whole community's, who moderates.
func (a *Almanac) calendar(ctx context.Context, on store.Ops, viewer community.Viewer, id community.CalendarID) (c *Calendar, rules bool, err error) {
	if c, err = calendars.Get(ctx, on, string(id)); err != nil {
		return nil, false, community.OrNotFound(err, "calendar")
	}
	if c.Space == "" {
		if !c.open(viewer) {
			return nil, false, community.NotFound("calendar")
		}
		return c, viewer.Has(community.RoleModerator), nil
	}
	rules, err = a.spaces.Moderates(ctx, on, viewer, c.Space)
	if err != nil {
		return nil, false, hidden(err, "calendar")
	}
	return c, rules, nil
}

// open says whether the viewer sees a calendar of the whole community.
func (c *Calendar) open(viewer community.Viewer) bool { return !c.MembersOnly || viewer.IsMember() }

// hidden says that there is no such thing when what it is in was not found.
func hidden(err error, what string) error {
	if community.KindOf(err) == community.KindNotFound {
		return community.NotFound(what)
	}
	return err
}

// entered keeps those of the calendars that the viewer may see.
func (a *Almanac) entered(ctx context.Context, viewer community.Viewer, some []*Calendar) ([]*Calendar, error) {
	ruled, err := a.ruled(ctx, viewer, some)
	if err != nil {
		return nil, err
	}
	var out []*Calendar
	for _, c := range some {
		if _, seen := ruled[c.ID]; seen {
			out = append(out, c)
		}
	}
	return out, nil
}

// ruled answers those of the calendars that the viewer may see, and whether they
// rule there, in a few reads.
func (a *Almanac) ruled(ctx context.Context, viewer community.Viewer, some []*Calendar) (map[community.CalendarID]bool, error) {
	var spaces []community.SpaceID
	for _, c := range some {
		if c.Space != "" {
			spaces = append(spaces, c.Space)
		}
	}
	entered := map[community.SpaceID]bool{}
	if len(spaces) > 0 {
		var err error
		if entered, err = a.spaces.Entered(ctx, viewer, spaces); err != nil {
			return nil, err
		}
	}
	out := make(map[community.CalendarID]bool, len(some))
	for _, c := range some {
		if c.Space == "" {
			if c.open(viewer) {
				out[c.ID] = viewer.Has(community.RoleModerator)
			}
		} else if rules, seen := entered[c.Space]; seen {
			out[c.ID] = rules
		}
	}
	return out, nil
}

// event answers an event that the viewer may see, or NOT_FOUND, and whether they
// run it.
func (a *Almanac) event(ctx context.Context, on store.Ops, viewer community.Viewer, id community.EventID) (e *Event, runs bool, err error) {
	if e, err = events.Get(ctx, on, string(id)); err != nil {
		return nil, false, community.OrNotFound(err, "event")
	}
	_, rules, err := a.calendar(ctx, on, viewer, e.CalendarID)
	if err != nil {
		return nil, false, hidden(err, "event")
	}
	if runs = runsIt(viewer, e, rules); runs {
		return e, true, nil
	}
	if e.Draft && !e.hosted(viewer.ID) {
		return nil, false, community.NotFound("event")
	}
	if e.For == InvitedOnly && !e.hosted(viewer.ID) {
		if invited, err := a.invited(ctx, on, viewer, id); err != nil {
			return nil, false, err
		} else if !invited {
			return nil, false, community.NotFound("event")
		}
	}
	return e, false, nil
}

// runsIt says whether the viewer may do to the event what organisers may. An API
// token that may only read runs nothing, yet sees what its member sees.
func runsIt(viewer community.Viewer, e *Event, rules bool) bool {
	return rules || e.hosted(viewer.ID) && viewer.MayAct() == nil
}

// run answers an event that the viewer runs.
func (a *Almanac) run(ctx context.Context, on store.Ops, viewer community.Viewer, id community.EventID) (*Event, error) {
	e, runs, err := a.event(ctx, on, viewer, id)
	if err == nil && !runs {
		err = errHosts
	}
	return e, err
}

// visible keeps those of the events that the viewer may see; the calendars they
// are in, all seen, say whether the viewer rules there.
func (a *Almanac) visible(ctx context.Context, viewer community.Viewer, ruled map[community.CalendarID]bool, found map[string]*Event) error {
	var asked []string
	for id, e := range found {
		rules, seen := ruled[e.CalendarID]
		switch {
		case !seen, e.Draft && !rules && !e.hosted(viewer.ID):
			delete(found, id)
		case e.For == InvitedOnly && !rules && !e.hosted(viewer.ID):
			asked = append(asked, pair(e.ID, viewer.ID))
		}
	}
	if len(asked) == 0 {
		return nil
	}
	invited, err := invitations.GetMany(ctx, a.store, asked)
	if err != nil {
		return fmt.Errorf("look up invitations: %w", err)
	}
	for _, e := range found {
		rules := ruled[e.CalendarID]
		if e.For == InvitedOnly && !rules && !e.hosted(viewer.ID) && invited[pair(e.ID, viewer.ID)] == nil {
			delete(found, string(e.ID))
		}
	}
	return nil
}

// Invitation lets a member see an event that is for those invited.
type Invitation struct {
	ID     string             `bson:"_id"` // pair of event and member
	Event  community.EventID  `bson:"event"`
	Member community.MemberID `bson:"member"`
	By     community.MemberID `bson:"by"`
	At     time.Time          `bson:"at"`
}

var invitations = store.Define[Invitation]("invitations", store.On("event", "at"))

func (a *Almanac) invited(ctx context.Context, on store.Ops, viewer community.Viewer, id community.EventID) (bool, error) {
	if !viewer.SignedIn() {
		return false, nil
	}
	_, err := invitations.Get(ctx, on, pair(id, viewer.ID))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up an invitation: %w", err)
	}
	return true, nil
}

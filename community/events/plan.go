package events

import (
	"context"
	"fmt"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Plan makes an event in a calendar, for who may add events there.
func (a *Almanac) Plan(ctx context.Context, viewer community.Viewer, n NewEvent) (*Event, error) {
	in, c := n.CalendarID, n.EventChange
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	wrong := a.prepare(ctx, &c)
	e := &Event{
		ID: community.NewID[community.EventID](community.EventPrefix), CalendarID: in, For: CalendarWide,
		CreatedBy: viewer.ID, CreatedAt: a.now(), Hosts: []community.MemberID{viewer.ID},
	}
	e.UID = string(e.ID) + "@veche"
	return store.Result(ctx, a.store, func(tx store.Tx) (*Event, error) {
		cal, rules, err := a.calendar(ctx, tx, viewer, in)
		if err != nil {
			return nil, err
		}
		if !rules && cal.Contributors != Everybody {
			return nil, errModerators
		}
		if wrong != nil {
			return nil, wrong // not before, so that a stranger learns nothing of the calendar
		}
		made := *e
		made.TimeZone = cal.TimeZone
		if err := c.apply(&made); err != nil {
			return nil, err
		}
		return a.add(ctx, tx, viewer, &made)
	})
}

// add keeps a new event, and the occurrence of one that is no series.
func (a *Almanac) add(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event) (*Event, error) {
	if !e.Series {
		o := e.occurrence(e.Start.Floating())
		o.event = nil
		if err := occurrences.Insert(ctx, tx, o); err != nil {
			return nil, fmt.Errorf("keep an occurrence: %w", err)
		}
		e.Kept = 1
	}
	if err := events.Insert(ctx, tx, e); err != nil {
		return nil, fmt.Errorf("keep an event: %w", err)
	}
	return e, a.tell(ctx, tx, entry(e.stream(), EventAdded, viewer, string(e.ID)))
}

// prepare checks what needs other things than the event, before the Do.
func (a *Almanac) prepare(ctx context.Context, c *EventChange) (err error) {
	if c.Description != nil {
		body, html, err := a.written(ctx, "description", *c.Description)
		if err != nil {
			return err
		}
		c.Description, c.html = &body, html
	}
	var speaking []community.MemberID
	for _, s := range c.Speakers {
		if s.MemberID != "" {
			speaking = append(speaking, s.MemberID)
		}
	}
	if err := a.known(ctx, "speakers", speaking, MaxSpeakers); err != nil {
		return err
	}
	return a.known(ctx, "organiserIds", c.OrganiserIDs, MaxHosts)
}

// known says which member there is not.
func (a *Almanac) known(ctx context.Context, field string, ids []community.MemberID, most int) error {
	if len(ids) == 0 {
		return nil
	}
	if len(ids) > most {
		return community.BadInput(field, "At most %d members, please.", most)
	}
	names, err := a.people.Named(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, ok := names[id]; !ok {
			return community.BadInput(field, "There is no member %q.", id)
		}
	}
	return nil
}

// written checks a text and renders it; it may be empty.
func (a *Almanac) written(ctx context.Context, field, s string) (body, html string, err error) {
	if body, err = text.Markdown(field, s, 0, MaxBody); err != nil || body == "" {
		return body, "", err
	}
	known, err := a.people.Mentioned(ctx, text.MentionKeys(body))
	if err != nil {
		return "", "", fmt.Errorf("look up who is mentioned: %w", err)
	}
	handles := make(map[string]string, len(known))
	for key, m := range known {
		handles[key] = m.Handle
	}
	return body, text.Render(body, handles).HTML, nil
}

package events

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// Scope says which occurrences of a series a change is about.
type Scope string

// The scopes.
const (
	This      Scope = "THIS"
	Following Scope = "FOLLOWING" // this one and all later ones, which become a series of their own
	All       Scope = "ALL"
)

// target is what is to be changed of an event.
type target struct {
	EventID      community.EventID
	OccurrenceID *community.OccurrenceID // for THIS and FOLLOWING
	Scope        Scope
}

// Changed is the event, and the occurrence if the change was about one.
type Changed struct {
	Event      *Event
	Occurrence *Occurrence
}

// changed names them.
type changed struct {
	Event      community.EventID      `bson:"event"`
	Occurrence community.OccurrenceID `bson:"occurrence,omitempty"`
}

// Revise changes an event, for who runs it. What a series' occurrences have as
// their own stays theirs.
func (a *Almanac) Revise(ctx context.Context, viewer community.Viewer, r Revision) (*Changed, error) {
	t, c := target{r.EventID, r.OccurrenceID, r.Scope}, r.EventChange
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	wrong := a.prepare(ctx, &c)
	return a.change(ctx, viewer, t, func(tx store.Tx, e *Event, o *Occurrence) (changed, error) {
		switch {
		case wrong != nil:
			return changed{}, wrong // not before, so that a stranger learns nothing of the event
		case o == nil || t.Scope == All || !e.Series:
			return a.reviseAll(ctx, tx, viewer, e, c)
		case t.Scope == This:
			return a.reviseOne(ctx, tx, viewer, o, c)
		}
		if _, earlier := e.plan().walk(time.Time{}, o.Original.Floating(), false).next(); !earlier {
			return a.reviseAll(ctx, tx, viewer, e, c)
		}
		return a.part(ctx, tx, viewer, e, o, c)
	})
}

// change finds what is to be changed, and what it is by then.
func (a *Almanac) change(ctx context.Context, viewer community.Viewer, t target, do func(store.Tx, *Event, *Occurrence) (changed, error)) (*Changed, error) {
	if !slices.Contains([]Scope{This, Following, All}, t.Scope) {
		return nil, community.BadInput("scope", "There is no scope %q.", t.Scope)
	}
	ids, err := store.Result(ctx, a.store, func(tx store.Tx) (changed, error) {
		e, err := a.run(ctx, tx, viewer, t.EventID)
		if err != nil {
			return changed{}, err
		}
		if e.CancelledAt != nil {
			return changed{}, community.Conflict("This event was cancelled.")
		}
		o, err := a.meant(ctx, tx, viewer, e, t)
		if err != nil {
			return changed{}, err
		}
		return do(tx, e, o)
	})
	if err != nil {
		return nil, err
	}
	out := &Changed{}
	if ids.Occurrence != "" {
		if out.Occurrence, err = a.Occurrence(ctx, viewer, ids.Occurrence); err != nil {
			return nil, err
		}
	}
	out.Event, err = a.Event(ctx, viewer, ids.Event)
	return out, err
}

// meant is the occurrence that is; nil for ALL.
func (a *Almanac) meant(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, t target) (*Occurrence, error) {
	if t.OccurrenceID == nil {
		if t.Scope != All {
			return nil, community.BadInput("occurrenceId", "Say which occurrence.")
		}
		return nil, nil
	}
	o, _, err := a.occurrence(ctx, tx, viewer, *t.OccurrenceID)
	if err != nil {
		return nil, err
	}
	switch {
	case o.EventID != e.ID:
		return nil, community.BadInput("occurrenceId", "This is another event's.")
	case t.Scope != All && o.CancelledAt != nil:
		return nil, community.Conflict("This occurrence was cancelled.")
	case t.Scope == Following && e.Series && !e.plan().has(o.Original.Floating()):
		return nil, community.Conflict("This occurrence is no longer part of its series.")
	}
	return o, nil
}

// reviseOne changes an occurrence of a series.
func (a *Almanac) reviseOne(ctx context.Context, tx store.Tx, viewer community.Viewer, o *Occurrence, c EventChange) (changed, error) {
	if err := c.ofOne(); err != nil {
		return changed{}, err
	}
	o, err := a.keep(ctx, tx, o)
	if err != nil {
		return changed{}, err
	}
	e, seated := o.event, []community.MemberID(nil)
	now, err := occurrences.Update(ctx, tx, string(o.ID), func(o *Occurrence) error {
		if err := c.applyToOne(e, o); err != nil {
			return err
		}
		o.Sequence++
		seated = o.advance()
		return nil
	})
	if err != nil {
		return changed{}, err
	}
	kind := OccurrenceEdited
	if c.timed() {
		kind = OccurrenceMoved
	}
	if err := a.tell(ctx, tx, entry(e.stream(), kind, viewer, string(o.ID), string(e.ID))); err != nil {
		return changed{}, err
	}
	return changed{e.ID, o.ID}, a.seat(ctx, tx, viewer, now.of(e), seated)
}

// ofOne refuses what an occurrence cannot have as its own.
func (c *EventChange) ofOne() error {
	for field, given := range map[string]bool{
		"coverUrl": c.CoverURL != nil, "speakers": c.Speakers != nil, "agenda": c.Agenda != nil, "tags": c.Tags != nil,
		"visibility": c.Visibility != nil, "organiserIds": c.OrganiserIDs != nil, "timeZone": c.TimeZone != nil,
		"recurrence": c.Recurrence != nil, "addedDates": c.AddedDates != nil, "skippedDates": c.SkippedDates != nil,
		"guestLimit": c.GuestLimit != nil, "approval": c.Approval != nil, "attendeesHidden": c.AttendeesHidden != nil, "draft": c.Draft != nil,
	} {
		if given {
			return community.BadInput(field, "This can be changed of the whole series only, or of this and the following.")
		}
	}
	return nil
}

func (c *EventChange) applyToOne(e *Event, o *Occurrence) error {
	with := Event{About: o.Own}
	if err := c.applyAbout(&with); err != nil {
		return err
	}
	o.Own = with.About
	if c.Capacity != nil {
		if err := c.applyAttendance(&with); err != nil {
			return err
		}
		o.Capacity, o.OwnCapacity = with.Capacity, true
	}
	if !c.timed() {
		return nil
	}
	w := when{o.Start.Floating(), o.EndsAt.Sub(o.StartsAt), e.AllDay}
	if err := c.when(&w, e.TimeZone); err != nil {
		return err
	}
	if w.allDay != e.AllDay {
		return community.BadInput("startDate", "One of a series goes by days or by hours as the others do.")
	}
	o.put(e, w.start, w.length)
	o.Moved = o.Start != o.Original || w.length != e.length()
	return nil
}

// reviseAll changes an event as a whole.
func (a *Almanac) reviseAll(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, c EventChange) (changed, error) {
	var was Event
	now, err := events.Update(ctx, tx, string(e.ID), func(e *Event) error {
		was = *e
		if err := c.apply(e); err != nil {
			return err
		}
		at := a.now()
		e.EditedAt = &at
		e.Sequence++
		if was.Series && e.Start != was.Start {
			e.Epoch++
		}
		return nil
	})
	if err != nil {
		return changed{}, err
	}
	if err := a.tell(ctx, tx, toldOfChange(&was, now, viewer)...); err != nil {
		return changed{}, err
	}
	kept, err := a.rehang(ctx, tx, viewer, &was, now, nil, now.Start.Floating().Sub(was.Start.Floating()))
	if err != nil {
		return changed{}, err
	}
	return changed{Event: now.ID}, a.recount(ctx, tx, now, kept)
}

func (a *Almanac) recount(ctx context.Context, tx store.Tx, e *Event, kept int) error {
	if kept == e.Kept {
		return nil
	}
	if _, err := events.Inc(ctx, tx, string(e.ID), "kept", int64(kept-e.Kept)); err != nil {
		return fmt.Errorf("count the occurrences of an event: %w", err)
	}
	return nil
}

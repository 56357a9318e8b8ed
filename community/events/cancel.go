package events

import (
	"context"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Cancellation is an event, or some occurrences of it, to be called off.
type Cancellation struct {
	EventID      community.EventID
	OccurrenceID *community.OccurrenceID
	Scope        Scope
	Reason       string
}

// Cancel calls an event off, or one of a series, or one and all later ones, for
// who runs it. Occurrences to which somebody answered stay in lists as
// cancelled; others of a series are there no longer. What is over stays as it
// was.
func (a *Almanac) Cancel(ctx context.Context, viewer community.Viewer, c Cancellation) (*Changed, error) {
	t := target{c.EventID, c.OccurrenceID, c.Scope}
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	reason, err := text.Line("reason", c.Reason, 0, MaxReason)
	if err != nil {
		return nil, err
	}
	return a.change(ctx, viewer, t, func(tx store.Tx, e *Event, o *Occurrence) (changed, error) {
		switch {
		case o == nil || t.Scope == All || !e.Series:
			return a.cancelAll(ctx, tx, viewer, e, reason)
		case t.Scope == Following:
			return a.cancelFollowing(ctx, tx, viewer, e, o, reason)
		}
		if o.over(a.now()) {
			return changed{}, community.Conflict("This occurrence is over.")
		}
		if o, err = a.keep(ctx, tx, o); err != nil {
			return changed{}, err
		}
		return changed{e.ID, o.ID}, a.callOff(ctx, tx, viewer, e, o, reason)
	})
}

func (a *Almanac) callOff(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, o *Occurrence, reason string) error {
	_, err := occurrences.Update(ctx, tx, string(o.ID), func(o *Occurrence) error {
		at := a.now()
		o.CancelledAt, o.Reason = &at, reason
		o.Sequence++
		return nil
	})
	if err != nil {
		return fmt.Errorf("cancel an occurrence: %w", err)
	}
	return a.tell(ctx, tx, entry(e.stream(), OccurrenceOff, viewer, string(o.ID), string(e.ID)))
}

// cancelFollowing ends the series before the occurrence.
func (a *Almanac) cancelFollowing(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, o *Occurrence, reason string) (changed, error) {
	now, err := a.cut(ctx, tx, e.ID, o.Original)
	if err != nil {
		return changed{}, err
	}
	if err := a.tell(ctx, tx, entry(now.stream(), EventMoved, viewer, string(e.ID))); err != nil {
		return changed{}, err
	}
	return changed{Event: e.ID}, a.callOffFrom(ctx, tx, viewer, now, *o.OriginalAt, reason)
}

func (a *Almanac) cancelAll(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, reason string) (changed, error) {
	at := a.now()
	if e.Series {
		// The first second behind now, so that what begins now is off too.
		if _, err := a.cut(ctx, tx, e.ID, community.LocalTimeOf(e.local(at).Truncate(time.Second))); err != nil {
			return changed{}, err
		}
	}
	now, err := events.Update(ctx, tx, string(e.ID), func(e *Event) error {
		e.CancelledAt, e.Reason, e.Sequence = &at, reason, e.Sequence+1
		e.refresh()
		return nil
	})
	if err != nil {
		return changed{}, fmt.Errorf("cancel an event: %w", err)
	}
	if err := a.tell(ctx, tx, entry(now.stream(), EventCancelled, viewer, string(e.ID))); err != nil {
		return changed{}, err
	}
	if !e.Series {
		return changed{Event: e.ID}, nil
	}
	return changed{Event: e.ID}, a.callOffFrom(ctx, tx, viewer, now, at, reason)
}

// callOffFrom cancels the kept occurrences of a series from a time on.
func (a *Almanac) callOffFrom(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, from time.Time, reason string) error {
	found, err := occurrences.Find(ctx, tx, store.Query{
		Where: []store.Cond{store.Eq("event", e.ID), store.Between("originalAt", from, nil)}, Sort: []string{"originalAt"},
	})
	if err != nil {
		return fmt.Errorf("look up the occurrences of a series: %w", err)
	}
	for _, o := range found {
		switch {
		case o.CancelledAt != nil || o.over(a.now()):
			continue
		case o.answered():
			err = a.callOff(ctx, tx, viewer, e, o, reason)
		default:
			if err = occurrences.Delete(ctx, tx, string(o.ID)); err == nil {
				_, err = events.Inc(ctx, tx, string(e.ID), "kept", -1)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

package events

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// toldOfChange are the entries about a change of an event. One that comes into
// sight of all who see the calendar, or goes out of it, is told as such.
func toldOfChange(was, now *Event, viewer community.Viewer) []live.Event {
	id := string(now.ID)
	kind := EventChanged
	if was.Start != now.Start || was.Seconds != now.Seconds || was.TimeZone != now.TimeZone || was.RuleText != now.RuleText ||
		!slices.Equal(was.Added, now.Added) || !slices.Equal(was.Skipped, now.Skipped) {
		kind = EventMoved
	}
	switch {
	case was.open() && !now.open():
		return []live.Event{entry(was.stream(), EventRemoved, viewer, id), entry(now.stream(), kind, viewer, id)}
	case was.Draft && !now.Draft, !was.open() && now.open():
		return []live.Event{entry(now.stream(), EventAdded, viewer, id)}
	}
	return []live.Event{entry(now.stream(), kind, viewer, id)}
}

// part makes a series of its own of an occurrence and all later ones, and
// changes that.
func (a *Almanac) part(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, o *Occurrence, c EventChange) (changed, error) {
	original, from := o.Original, *o.OriginalAt
	next := *e
	next.ID = community.NewID[community.EventID](community.EventPrefix)
	next.UID, next.Sequence, next.Epoch, next.Kept, next.ContinuesID = string(next.ID)+"@veche", 0, 0, 0, e.ID
	next.CreatedAt = a.now()
	next.Start = original
	if e.Rule != nil && e.Rule.Until != "" {
		next.RuleText = e.endingAt(e.RuleText, e.Rule.Until.Floating()) // a COUNT would begin anew
	}
	later := func(l community.LocalTime) bool { return l < original }
	next.Added = slices.DeleteFunc(slices.Clone(e.Added), later)
	next.Skipped = slices.DeleteFunc(slices.Clone(e.Skipped), later)
	if err := c.apply(&next); err != nil {
		return changed{}, err
	}
	was, err := a.cut(ctx, tx, e.ID, original)
	if err != nil {
		return changed{}, err
	}
	if next.Kept, err = a.rehang(ctx, tx, viewer, was, &next, &from, next.Start.Floating().Sub(original.Floating())); err != nil {
		return changed{}, err
	}
	if err := events.Insert(ctx, tx, &next); err != nil {
		return changed{}, fmt.Errorf("part a series: %w", err)
	}
	return changed{Event: next.ID}, a.tell(ctx, tx,
		entry(was.stream(), EventMoved, viewer, string(was.ID)), entry(next.stream(), EventAdded, viewer, string(next.ID)))
}

// cut ends a series before the local time.
func (a *Almanac) cut(ctx context.Context, tx store.Tx, id community.EventID, before community.LocalTime) (*Event, error) {
	gone := func(l community.LocalTime) bool { return l >= before }
	return events.Update(ctx, tx, string(id), func(e *Event) (err error) {
		e.Added, e.Skipped = slices.DeleteFunc(e.Added, gone), slices.DeleteFunc(e.Skipped, gone)
		if e.Rule != nil {
			until := before.Floating().Add(-time.Second)
			e.RuleText = e.endingAt(e.RuleText, until)
			e.Rule.Until = community.LocalTimeOf(until)
		}
		at := a.now()
		e.EditedAt = &at
		e.Sequence++
		if before <= e.Start {
			e.Skipped = append(e.Skipped, e.Start) // which no rule takes away
		}
		e.refresh()
		return nil
	})
}

// rehang brings the kept occurrences of an event to how it is by now, or to
// another that it was parted into: those from a time on, and by how much they
// move. One that the series has no more is cancelled if somebody answered, and
// else goes. It answers how many are kept.
func (a *Almanac) rehang(ctx context.Context, tx store.Tx, viewer community.Viewer, was, now *Event, from *time.Time, by time.Duration) (kept int, err error) {
	q := store.Query{Where: []store.Cond{store.Eq("event", was.ID)}, Sort: []string{"originalAt"}}
	if from != nil {
		q.Where = append(q.Where, store.Between("originalAt", *from, nil))
	}
	found, err := occurrences.Find(ctx, tx, q)
	if err != nil {
		return 0, fmt.Errorf("look up the occurrences of a series: %w", err)
	}
	p := now.plan()
	for _, o := range found {
		stays, err := a.hang(ctx, tx, viewer, o, was, now, p, by)
		if err != nil {
			return 0, err
		}
		if stays {
			kept++
		}
	}
	if from != nil && len(found) > 0 {
		if _, err := events.Inc(ctx, tx, string(was.ID), "kept", -int64(len(found))); err != nil {
			return 0, fmt.Errorf("count the occurrences of a series: %w", err)
		}
	}
	return kept, nil
}

// hang brings one to how its event is, and says whether it stays.
func (a *Almanac) hang(ctx context.Context, tx store.Tx, viewer community.Viewer, o *Occurrence, was, now *Event, p *plan, by time.Duration) (bool, error) {
	original := was.Start.Floating()
	if o.Original != "" {
		original = o.Original.Floating()
	}
	original = original.Add(by)
	fits := !now.Series || p.has(original)
	if !fits && !o.answered() && o.CancelledAt == nil {
		return false, occurrences.Delete(ctx, tx, string(o.ID))
	}
	off := !fits && o.CancelledAt == nil && !o.over(a.now())
	var seated []community.MemberID
	changed, err := occurrences.Update(ctx, tx, string(o.ID), func(o *Occurrence) error {
		o.EventID, o.CalendarID = now.ID, now.CalendarID
		if now.Series {
			at := now.instant(original)
			o.Original, o.OriginalAt = community.LocalTimeOf(original), &at
		}
		switch {
		case o.Moved:
			o.put(now, o.Start.Floating(), o.EndsAt.Sub(o.StartsAt))
		case fits:
			o.put(now, original, now.length())
		default:
			o.refresh(now)
		}
		if off {
			at := a.now()
			o.CancelledAt = &at
		}
		if !o.OwnCapacity && !o.over(a.now()) {
			o.Capacity = now.Capacity
		}
		seated = o.advance()
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("bring an occurrence to its series: %w", err)
	}
	if off {
		if err := a.tell(ctx, tx, entry(now.stream(), OccurrenceOff, viewer, string(o.ID), string(now.ID))); err != nil {
			return false, err
		}
	}
	return true, a.seat(ctx, tx, viewer, changed.of(now), seated)
}

package events

import (
	"context"
	"errors"
	"fmt"

	"veche/community"
	"veche/store"
)

// occurrence answers an occurrence that the viewer may see, or NOT_FOUND, and
// whether they run the event.
func (a *Almanac) occurrence(ctx context.Context, on store.Ops, viewer community.Viewer, id community.OccurrenceID) (o *Occurrence, runs bool, err error) {
	kept, err := occurrences.Get(ctx, on, string(id))
	if err == nil {
		e, runs, err := a.event(ctx, on, viewer, kept.EventID)
		if err != nil {
			return nil, false, hidden(err, "occurrence")
		}
		return kept.of(e), runs, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, false, fmt.Errorf("look up an occurrence: %w", err)
	}
	event, original, ok := named(id)
	if !ok {
		return nil, false, community.NotFound("occurrence")
	}
	e, runs, err := a.event(ctx, on, viewer, event)
	if err != nil {
		return nil, false, hidden(err, "occurrence")
	}
	if !e.Series || e.CancelledAt != nil || e.occurrenceID(original) != id || !e.plan().has(original) {
		return nil, false, community.NotFound("occurrence")
	}
	o = e.occurrence(original)
	// It may be kept under the id that it had before the series was moved.
	other, err := occurrences.Find(ctx, on, store.Query{Where: []store.Cond{store.Eq("event", e.ID), store.Eq("originalAt", *o.OriginalAt)}, Limit: 1})
	if err != nil {
		return nil, false, fmt.Errorf("look up an occurrence: %w", err)
	}
	if len(other) > 0 {
		return nil, false, community.NotFound("occurrence")
	}
	return o, runs, nil
}

// maxKept is how many occurrences of a series have documents. Changes to the
// series go through all.
const maxKept = 5000

// keep makes the document of an occurrence that has none.
func (a *Almanac) keep(ctx context.Context, tx store.Tx, o *Occurrence) (*Occurrence, error) {
	if o.kept {
		return o, nil
	}
	if o.event.Kept >= maxKept {
		return nil, community.Conflict("This series is too old for more answers; begin a new one from here with updateEvent.")
	}
	doc := *o
	doc.event = nil
	if err := occurrences.Insert(ctx, tx, &doc); errors.Is(err, store.ErrExists) {
		return o, nil // another just did, on an engine without transactions
	} else if err != nil {
		return nil, fmt.Errorf("keep an occurrence: %w", err)
	}
	// Whoever changes the series at this moment has to see this one.
	if _, err := events.Inc(ctx, tx, string(o.EventID), "kept", 1); err != nil {
		return nil, fmt.Errorf("count an occurrence: %w", err)
	}
	return doc.of(o.event), nil
}

// Event answers an event that the viewer may see.
func (a *Almanac) Event(ctx context.Context, viewer community.Viewer, id community.EventID) (*Event, error) {
	e, _, err := a.event(ctx, a.store, viewer, id)
	return e, err
}

// Occurrence answers an occurrence that the viewer may see.
func (a *Almanac) Occurrence(ctx context.Context, viewer community.Viewer, id community.OccurrenceID) (*Occurrence, error) {
	o, _, err := a.occurrence(ctx, a.store, viewer, id)
	return o, err
}

// CalendarsByID answers those of the calendars that the viewer may see.
func (a *Almanac) CalendarsByID(ctx context.Context, viewer community.Viewer, ids []community.CalendarID) (map[community.CalendarID]*Calendar, error) {
	found, err := calendars.GetMany(ctx, a.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up calendars: %w", err)
	}
	var all []*Calendar
	for _, c := range found {
		all = append(all, c)
	}
	seen, err := a.entered(ctx, viewer, all)
	if err != nil {
		return nil, err
	}
	out := make(map[community.CalendarID]*Calendar, len(seen))
	for _, c := range seen {
		out[c.ID] = c
	}
	return out, nil
}

// EventsByID answers those of the events that the viewer may see, in a few reads.
func (a *Almanac) EventsByID(ctx context.Context, viewer community.Viewer, ids []community.EventID) (map[community.EventID]*Event, error) {
	found, err := events.GetMany(ctx, a.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up events: %w", err)
	}
	if err := a.seen(ctx, viewer, found); err != nil {
		return nil, err
	}
	return community.Keyed[community.EventID](found), nil
}

// seen keeps those of the events that the viewer may see.
func (a *Almanac) seen(ctx context.Context, viewer community.Viewer, found map[string]*Event) error {
	var in []string
	for _, e := range found {
		in = append(in, string(e.CalendarID))
	}
	if len(in) == 0 {
		return nil
	}
	cals, err := calendars.GetMany(ctx, a.store, in)
	if err != nil {
		return fmt.Errorf("look up calendars: %w", err)
	}
	var all []*Calendar
	for _, c := range cals {
		all = append(all, c)
	}
	ruled, err := a.ruled(ctx, viewer, all)
	if err != nil {
		return err
	}
	return a.visible(ctx, viewer, ruled, found)
}

// AttendancesOf answers how the viewer stands to the occurrences, in one read.
func (a *Almanac) AttendancesOf(ctx context.Context, viewer community.Viewer, ids []community.OccurrenceID) (map[community.OccurrenceID]*Attendance, error) {
	if !viewer.SignedIn() {
		return nil, nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = pair(id, viewer.ID)
	}
	found, err := attendances.GetMany(ctx, a.store, keys)
	if err != nil {
		return nil, fmt.Errorf("look up answers: %w", err)
	}
	out := make(map[community.OccurrenceID]*Attendance, len(found))
	for _, at := range found {
		out[at.OccurrenceID] = at
	}
	return out, nil
}

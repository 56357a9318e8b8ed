package events

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	if o = e.unkeptAs(id, original); o == nil {
		return nil, false, community.NotFound("occurrence")
	}
	// It may be kept under the id that it had before the series was moved.
	other, err := occurrences.Find(ctx, on, store.Query{Where: []store.Cond{store.Eq("event", e.ID), store.Eq("originalAt", *o.OriginalAt)}, Limit: 1})
	if err != nil {
		return nil, false, fmt.Errorf("look up an occurrence: %w", err)
	}
	switch {
	case len(other) == 0:
		return o, runs, nil
	case other[0].ID == id: // somebody answered just now
		return other[0].of(e), runs, nil
	}
	return nil, false, community.NotFound("occurrence")
}

// unkeptAs is the series' occurrence of the id; nil if it has none.
func (e *Event) unkeptAs(id community.OccurrenceID, original time.Time) *Occurrence {
	if !e.Series || e.occurrenceID(original) != id || !e.plan().has(original) {
		return nil
	}
	return e.occurrence(original)
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

package events

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

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

// OccurrencesByID answers those of the occurrences that the viewer may see, in a
// few reads.
func (a *Almanac) OccurrencesByID(ctx context.Context, viewer community.Viewer, ids []community.OccurrenceID) (map[community.OccurrenceID]*Occurrence, error) {
	kept, err := occurrences.GetMany(ctx, a.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up occurrences: %w", err)
	}
	var of []string
	originals := map[community.OccurrenceID]time.Time{}
	for _, id := range ids {
		if o := kept[string(id)]; o != nil {
			of = append(of, string(o.EventID))
		} else if event, original, ok := named(id); ok {
			of = append(of, string(event))
			originals[id] = original
		}
	}
	found, err := events.GetMany(ctx, a.store, of)
	if err != nil {
		return nil, fmt.Errorf("look up events: %w", err)
	}
	if err := a.seen(ctx, viewer, found); err != nil {
		return nil, err
	}
	out := make(map[community.OccurrenceID]*Occurrence, len(ids))
	for _, o := range kept {
		if e := found[string(o.EventID)]; e != nil {
			out[o.ID] = o.of(e)
		}
	}
	return out, a.addUnkept(ctx, out, found, originals)
}

// addUnkept adds those occurrences that have no document.
func (a *Almanac) addUnkept(ctx context.Context, out map[community.OccurrenceID]*Occurrence, found map[string]*Event, originals map[community.OccurrenceID]time.Time) error {
	var of []community.EventID
	var at []time.Time
	added := map[string]community.OccurrenceID{}
	for id, original := range originals {
		event, _, _ := named(id)
		if e := found[string(event)]; e != nil {
			if o := e.unkeptAs(id, original); o != nil {
				out[id], added[pair(e.ID, o.Original)] = o, id
				of, at = append(of, e.ID), append(at, *o.OriginalAt)
			}
		}
	}
	if len(of) == 0 {
		return nil
	}
	slices.Sort(of)
	first, last := slices.MinFunc(at, time.Time.Compare), slices.MaxFunc(at, time.Time.Compare)
	others, err := occurrences.Find(ctx, a.store, store.Query{
		Where: []store.Cond{store.In("event", slices.Compact(of)), store.Between("originalAt", first, last.Add(time.Millisecond))}, Sort: []string{"originalAt"},
	})
	if err != nil {
		return fmt.Errorf("look up occurrences: %w", err)
	}
	for _, o := range others { // kept under the ids that they had before the series was moved
		if id := added[pair(o.EventID, o.Original)]; id == o.ID { // or answered to just now
			out[id] = o.of(found[string(o.EventID)])
		} else {
			delete(out, id)
		}
	}
	return nil
}

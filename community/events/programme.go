package events

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// Programme lists all occurrences of an event, in the order in which its series
// has them: a series as a plan.
func (a *Almanac) Programme(ctx context.Context, viewer community.Viewer, id community.EventID, p community.Paging) (*community.Page[*Occurrence], error) {
	e, _, err := a.event(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	return community.List[*Occurrence]{
		Name: "programme " + string(id), Like: []any{time.Time{}, ""}, Place: (*Occurrence).planned,
		Find: func(q store.Query) ([]*Occurrence, error) { return a.programme(ctx, e, q) },
	}.Read(p)
}

// planned is its place in its series.
func (o *Occurrence) planned() []any {
	if o.OriginalAt == nil {
		return []any{o.StartsAt, string(o.ID)}
	}
	return []any{*o.OriginalAt, string(o.ID)}
}

func (a *Almanac) programme(ctx context.Context, e *Event, q store.Query) ([]*Occurrence, error) {
	kept, err := a.keptOf(ctx, e, q)
	if err != nil || !e.Series {
		return kept, err
	}
	taken := map[community.LocalTime]bool{}
	for _, o := range kept {
		taken[o.Original] = true
	}
	l := look{from: longAgo, to: forever, zone: e.TimeZone}
	if e.Ends.Equal(forever) {
		if l.to = a.now(); l.to.Before(e.instant(e.Start.Floating())) {
			l.to = e.instant(e.Start.Floating())
		}
		l.to = l.to.Add(farthest)
	}
	u := newUnkept(e, l, q, nil)
	out := kept
	for n := 0; n < q.Limit; {
		o, _ := u.next() // reads nothing, and so cannot fail
		if o == nil {
			break
		}
		if !taken[o.Original] {
			out = append(out, o)
		}
		n++
	}
	slices.SortFunc(out, func(x, y *Occurrence) int {
		return x.planned()[0].(time.Time).Compare(y.planned()[0].(time.Time))
	})
	if q.Desc {
		slices.Reverse(out)
	}
	return out[:min(len(out), q.Limit)], nil
}

// farthest is how far ahead the plan of a series without an end is told.
const farthest = 10 * 366 * day

var longAgo = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)

// keptOf are the kept occurrences of the event, behind the place.
func (a *Almanac) keptOf(ctx context.Context, e *Event, q store.Query) ([]*Occurrence, error) {
	if !e.Series && q.After != nil {
		return nil, nil // it has one
	}
	q.Where, q.Sort = []store.Cond{store.Eq("event", e.ID)}, []string{"originalAt"}
	found, err := occurrences.Find(ctx, a.store, q)
	if err != nil {
		return nil, fmt.Errorf("list the occurrences of an event: %w", err)
	}
	out := make([]*Occurrence, len(found))
	for i, o := range found {
		out[i] = o.of(e)
	}
	return out, nil
}

// Drafts lists the drafts in a calendar that the viewer runs, the oldest first.
func (a *Almanac) Drafts(ctx context.Context, viewer community.Viewer, id community.CalendarID, p community.Paging) (*community.Page[*Event], error) {
	if err := viewer.MayLook(); err != nil {
		return nil, err
	}
	_, rules, err := a.calendar(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	place := func(e *Event) []any { return []any{e.CreatedAt, string(e.ID)} }
	return community.List[*Event]{
		Name: "drafts " + string(id), Like: []any{time.Time{}, ""}, Place: place,
		Query: store.Query{Where: []store.Cond{store.Eq("draftIn", id)}, Sort: []string{"createdAt"}},
		Find: func(q store.Query) ([]*Event, error) {
			return enough(q, place, func(q store.Query) ([]*Event, error) { return events.Find(ctx, a.store, q) },
				func(some []*Event) ([]*Event, error) {
					return slices.DeleteFunc(some, func(e *Event) bool { return !rules && !e.hosted(viewer.ID) }), nil
				})
		},
	}.Read(p)
}

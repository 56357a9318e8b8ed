package events

import (
	"context"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// Limits of what is asked for at once.
const (
	MaxCalendars = 20
	MaxRange     = 400 * day
	// horizon is how far ahead series are read for what is nearest.
	horizon = 400 * day
)

// Range is which days of which calendars somebody asks for.
type Range struct {
	CalendarIDs []community.CalendarID
	From        community.Date
	To          community.Date // the first day behind
	TimeZone    community.TimeZone
}

// look is which occurrences somebody asks for.
type look struct {
	name string
	// from and to bound when they take place: those that begin before to and end
	// behind from, or, if ahead, those that begin behind from.
	from, to time.Time
	ahead    bool
	// zone says when the days of all-day events begin.
	zone community.TimeZone
	// standing leaves out what was cancelled.
	standing bool
}

// Events lists what takes place in a range of days, by the beginning. All-day
// events stand among the others as if days began when they do in UTC.
func (a *Almanac) Events(ctx context.Context, viewer community.Viewer, r Range, p community.Paging) (*community.Page[*Occurrence], error) {
	from, to := r.TimeZone.Instant(r.From.Floating()), r.TimeZone.Instant(r.To.Floating())
	switch {
	case len(r.CalendarIDs) == 0 || len(r.CalendarIDs) > MaxCalendars:
		return nil, community.BadInput("calendarIds", "Between 1 and %d calendars, please.", MaxCalendars)
	case !from.Before(to):
		return nil, community.BadInput("to", "The range ends before it begins.")
	case to.Sub(from) > MaxRange:
		return nil, community.BadInput("to", "At most %d days at once, please.", int(MaxRange/day))
	}
	l := look{name: "events " + string(r.From+" "+r.To), from: from, to: to, zone: r.TimeZone}
	return a.look(ctx, viewer, r.CalendarIDs, l, p)
}

// NearestEvents lists what begins next and was not cancelled, in the calendars
// or, if none are named, in all that the viewer sees.
func (a *Almanac) NearestEvents(ctx context.Context, viewer community.Viewer, in []community.CalendarID, zone community.TimeZone, p community.Paging) (*community.Page[*Occurrence], error) {
	now := a.now()
	return a.look(ctx, viewer, in, look{name: "nearest", from: now, to: forever, ahead: true, zone: zone, standing: true}, p)
}

// CurrentEvents lists what takes place now, likewise.
func (a *Almanac) CurrentEvents(ctx context.Context, viewer community.Viewer, in []community.CalendarID, zone community.TimeZone, p community.Paging) (*community.Page[*Occurrence], error) {
	now := a.now()
	return a.look(ctx, viewer, in, look{name: "current", from: now, to: now.Add(time.Millisecond), zone: zone, standing: true}, p)
}

func (a *Almanac) look(ctx context.Context, viewer community.Viewer, in []community.CalendarID, l look, p community.Paging) (*community.Page[*Occurrence], error) {
	if len(in) > MaxCalendars {
		return nil, community.BadInput("calendarIds", "At most %d calendars, please.", MaxCalendars)
	}
	ruled, err := a.asked(ctx, viewer, in)
	if err != nil {
		return nil, err
	}
	var ids []community.CalendarID
	for id := range ruled {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range in {
		l.name += " " + string(id)
	}
	return community.List[*Occurrence]{
		Name: l.name, Like: []any{time.Time{}, ""}, Place: (*Occurrence).place,
		Find: func(q store.Query) ([]*Occurrence, error) {
			if len(ids) == 0 {
				return nil, nil
			}
			return a.gather(ctx, viewer, ruled, ids, l, q)
		},
	}.Read(p)
}

// asked answers the calendars, all that the viewer sees if none are named, and
// whether the viewer rules there.
func (a *Almanac) asked(ctx context.Context, viewer community.Viewer, in []community.CalendarID) (map[community.CalendarID]bool, error) {
	var all []*Calendar
	if len(in) == 0 {
		found, err := calendars.Find(ctx, a.store, store.Query{Sort: []string{"createdAt"}})
		if err != nil {
			return nil, err
		}
		return a.ruled(ctx, viewer, found)
	}
	found, err := calendars.GetMany(ctx, a.store, community.Strings(in))
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		all = append(all, c)
	}
	ruled, err := a.ruled(ctx, viewer, all)
	if err != nil {
		return nil, err
	}
	for _, id := range in {
		if _, seen := ruled[id]; !seen {
			return nil, community.NotFound("calendar")
		}
	}
	return ruled, nil
}

// shows says whether the occurrence is asked for.
func (l *look) shows(o *Occurrence) bool {
	if l.standing && o.Status() != Scheduled {
		return false
	}
	start, end := o.StartsAt, o.EndsAt
	if o.AllDay() {
		start, end = l.zone.Instant(start), l.zone.Instant(end)
	}
	if l.ahead {
		return start.After(l.from)
	}
	return start.Before(l.to) && (end.After(l.from) || start.Equal(end) && !start.Before(l.from))
}

// slack is by how much an all-day event may begin elsewhere in a zone than it
// does in UTC.
const slack = 16 * time.Hour

// window bounds when what is asked for may begin, for what lasts so long.
func (l *look) window(length time.Duration) (from, to time.Time) {
	from, to = l.from.Add(-slack), l.to
	if !l.ahead {
		from = from.Add(-length)
	}
	if to.Before(forever) {
		to = to.Add(slack)
	}
	return from, to
}

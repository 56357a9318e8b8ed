package events

import (
	"slices"
	"strings"
	"time"

	"veche/store"
)

// unkept are the occurrences of a series that have no documents, a day's at a
// time: where clocks are set, their order may not be that of local times.
type unkept struct {
	event *Event
	walk  *walk
	after []any
	desc  bool
	kept  map[string]bool
	to    time.Time  // no occurrence begins then, or later
	ahead *time.Time // read from the walk, and not handed out
	today []*Occurrence
}

func newUnkept(e *Event, l look, q store.Query, kept map[string]bool) *unkept {
	from, to := l.window(e.length())
	if q.After != nil { // which is a bound too, on the side where reading begins
		at := q.After[0].(time.Time)
		if q.Desc && at.Before(to) {
			to = at
		} else if !q.Desc && at.After(from) {
			from = at
		}
	}
	w := e.plan().walk(e.local(from).Add(-day), e.local(to).Add(day), q.Desc)
	return &unkept{event: e, walk: w, after: q.After, desc: q.Desc, kept: kept, to: to.Add(time.Millisecond)}
}

func (u *unkept) next() (*Occurrence, error) {
	for {
		if len(u.today) == 0 && !u.turn() {
			return nil, nil
		}
		o := u.today[0]
		if u.today = u.today[1:]; u.behind(o) {
			return o, nil
		}
	}
}

// turn reads the next day that has an occurrence.
func (u *unkept) turn() bool {
	at := u.ahead
	for u.ahead = nil; ; {
		if at == nil {
			t, ok := u.walk.next()
			if !ok {
				break
			}
			at = &t
		}
		if len(u.today) > 0 && !sameDay(u.today[0].Original.Floating(), *at) {
			u.ahead = at
			break
		}
		u.today = append(u.today, u.event.occurrence(*at))
		at = nil
	}
	sortOccurrences(u.today, u.desc)
	return len(u.today) > 0
}

func sameDay(a, b time.Time) bool { return a.Truncate(day).Equal(b.Truncate(day)) }

// behind says whether the occurrence comes behind where reading begins, and has
// no document.
func (u *unkept) behind(o *Occurrence) bool {
	if !o.StartsAt.Before(u.to) || u.kept[pair(o.EventID, o.Original)] {
		return false
	}
	if u.after == nil {
		return true
	}
	order := o.StartsAt.Compare(u.after[0].(time.Time))
	if order == 0 {
		order = strings.Compare(string(o.ID), u.after[1].(string))
	}
	return order > 0 != u.desc && order != 0
}

// before says whether a comes before b in lists.
func before(a, b *Occurrence) bool { return compare(a, b) < 0 }

func compare(a, b *Occurrence) int {
	if order := a.StartsAt.Compare(b.StartsAt); order != 0 {
		return order
	}
	return strings.Compare(string(a.ID), string(b.ID))
}

func sortOccurrences(all []*Occurrence, desc bool) {
	slices.SortFunc(all, compare)
	if desc {
		slices.Reverse(all)
	}
}

package events

import (
	"slices"
	"time"

	"veche/community"
)

// plan is when a series takes place, by its own clock.
type plan struct {
	start   time.Time
	rule    *Rule // nil for one without
	added   []time.Time
	skipped map[int64]bool // by Unix time
}

// plan is when the event takes place, for a series.
func (e *Event) plan() *plan {
	p := &plan{start: e.Start.Floating(), rule: e.Rule}
	p.added = append(p.added, p.start) // RFC 5545: the start is the first, whether the rule names it or not
	for _, l := range e.Added {
		p.added = append(p.added, l.Floating())
	}
	slices.SortFunc(p.added, time.Time.Compare)
	if len(e.Skipped) > 0 {
		p.skipped = make(map[int64]bool, len(e.Skipped))
		for _, l := range e.Skipped {
			p.skipped[l.Floating().Unix()] = true
		}
	}
	return p
}

// has says whether there is an occurrence at the local time.
func (p *plan) has(t time.Time) bool {
	found, ok := p.walk(t, t.Add(time.Second), false).next()
	return ok && found.Equal(t)
}

// walk reads a plan's local times from one to another, in order, or backwards
// from the other to the one.
type walk struct {
	*plan
	from, to     time.Time // the last one excluded
	back         bool
	period, stop int
	done         bool // no period is left
	rest         []time.Time
	extra        []time.Time // of the added ones
}

func (p *plan) walk(from, to time.Time, back bool) *walk {
	w := &walk{plan: p, from: from, to: to, back: back, done: true}
	for _, t := range p.added {
		if !t.Before(from) && t.Before(to) {
			w.extra = append(w.extra, t)
		}
	}
	if from.Before(p.start) {
		from = p.start
	}
	if p.rule != nil {
		if until := p.rule.Until; until != "" {
			if end := until.Floating().Add(time.Second); end.Before(to) {
				to = end
			}
		}
		w.done = !from.Before(to)
		w.from, w.to = from, to
		w.period, w.stop = p.rule.periodOf(p.start, from), p.rule.periodOf(p.start, to)
	}
	if back {
		w.period, w.stop = w.stop, w.period
		slices.Reverse(w.extra)
	}
	return w
}

// next answers the next local time; false behind the last.
func (w *walk) next() (time.Time, bool) {
	for {
		t, ok := w.any()
		if !ok || !w.skipped[t.Unix()] {
			return t, ok
		}
	}
}

// any is next, with what is skipped.
func (w *walk) any() (time.Time, bool) {
	for len(w.rest) == 0 && !w.done {
		w.turn()
	}
	switch {
	case len(w.rest) == 0 && len(w.extra) == 0:
		return time.Time{}, false
	case len(w.rest) == 0 || len(w.extra) > 0 && w.first(w.extra[0], w.rest[0]):
		return take(&w.extra), true
	case len(w.extra) > 0 && w.extra[0].Equal(w.rest[0]):
		take(&w.extra)
	}
	return take(&w.rest), true
}

// first says whether a comes before b on the way.
func (w *walk) first(a, b time.Time) bool {
	if w.back {
		return a.After(b)
	}
	return a.Before(b)
}

func take(list *[]time.Time) time.Time {
	t := (*list)[0]
	*list = (*list)[1:]
	return t
}

// turn reads a period.
func (w *walk) turn() {
	for _, t := range w.rule.in(w.start, w.period) {
		if !t.Before(w.from) && t.Before(w.to) {
			w.rest = append(w.rest, t)
		}
	}
	w.done = w.period == w.stop
	if w.back {
		slices.Reverse(w.rest)
		w.period--
	} else {
		w.period++
	}
}

// end is the local time of the last occurrence, or one that is farther than any
// if there is none.
func (p *plan) end() time.Time {
	last := p.added[len(p.added)-1]
	if p.rule == nil {
		return last
	}
	if p.rule.Until == "" {
		return forever
	}
	if until := p.rule.Until.Floating(); until.After(last) {
		return until
	}
	return last
}

// forever is when what has no end ends.
var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// localTimes checks a list of them, and puts it in order.
func localTimes(field string, list []community.LocalTime, most int) ([]community.LocalTime, error) {
	if len(list) > most {
		return nil, community.BadInput(field, "At most %d, please.", most)
	}
	return slices.Compact(slices.Sorted(slices.Values(list))), nil
}

package events

import (
	"container/heap"
	"context"
	"fmt"

	"veche/community"
	"veche/store"
)

// source hands out occurrences in order; nil behind the last.
type source interface {
	next() (*Occurrence, error)
}

// gather reads what is asked for, from several lists that are each in order: the
// kept occurrences, short and long, and each series that runs.
func (a *Almanac) gather(ctx context.Context, viewer community.Viewer, ruled map[community.CalendarID]bool, in []community.CalendarID, l look, q store.Query) ([]*Occurrence, error) {
	g := &gathering{desc: q.Desc}
	for _, reach := range []int{0, 1} {
		g.add(&keptOnes{almanac: a, ctx: ctx, viewer: viewer, ruled: ruled, query: l.keptQuery(in, reach, q)})
	}
	if err := a.addSeries(ctx, viewer, ruled, in, l, q, g); err != nil {
		return nil, err
	}
	var out []*Occurrence
	for len(out) < q.Limit {
		o, err := g.next()
		if err != nil {
			return nil, err
		}
		if o == nil {
			break
		}
		if l.shows(o) {
			out = append(out, o)
		}
	}
	return out, nil
}

func (l *look) keptQuery(in []community.CalendarID, reach int, q store.Query) store.Query {
	length := day
	if reach == 1 {
		length = MaxLength
	}
	from, to := l.window(length)
	return store.Query{
		Where: []store.Cond{store.In("listed", in), store.Eq("reach", reach), store.Between("startsAt", from, to)},
		Sort:  []string{"startsAt"}, Desc: q.Desc, After: q.After, Limit: max(64, q.Limit),
	}
}

// addSeries adds those that have not ended by then.
func (a *Almanac) addSeries(ctx context.Context, viewer community.Viewer, ruled map[community.CalendarID]bool, in []community.CalendarID, l look, q store.Query, g *gathering) error {
	running, err := events.Find(ctx, a.store, store.Query{
		Where: []store.Cond{store.In("running", in), store.Between("ends", l.from.Add(-slack), nil)}, Sort: []string{"ends"},
	})
	if err != nil {
		return fmt.Errorf("look up series: %w", err)
	}
	seen := make(map[string]*Event, len(running))
	for _, e := range running {
		seen[string(e.ID)] = e
	}
	if err := a.visible(ctx, viewer, ruled, seen); err != nil || len(seen) == 0 {
		return err
	}
	if l.to.After(l.from.Add(horizon)) {
		l.to = l.from.Add(horizon)
	}
	kept, err := a.keptIn(ctx, in, l)
	if err != nil {
		return err
	}
	for _, e := range running {
		if seen[string(e.ID)] != nil {
			g.add(newUnkept(e, l, q, kept))
		}
	}
	return nil
}

// keptIn names the occurrences of series that are kept, and so stand in lists of
// their own, among those that the series have in the window.
func (a *Almanac) keptIn(ctx context.Context, in []community.CalendarID, l look) (map[string]bool, error) {
	from, to := l.window(MaxLength)
	found, err := occurrences.Find(ctx, a.store, store.Query{
		Where: []store.Cond{store.In("calendar", in), store.Between("originalAt", from, to)}, Sort: []string{"originalAt"},
	})
	if err != nil {
		return nil, fmt.Errorf("look up kept occurrences: %w", err)
	}
	out := make(map[string]bool, len(found))
	for _, o := range found {
		out[pair(o.EventID, o.Original)] = true
	}
	return out, nil
}

// keptOnes are the occurrences that have documents, a page at a time.
type keptOnes struct {
	almanac *Almanac
	ctx     context.Context
	viewer  community.Viewer
	ruled   map[community.CalendarID]bool
	query   store.Query
	page    []*Occurrence
	last    bool
}

func (k *keptOnes) next() (*Occurrence, error) {
	for len(k.page) == 0 {
		if k.last {
			return nil, nil
		}
		if err := k.turn(); err != nil {
			return nil, err
		}
	}
	o := k.page[0]
	k.page = k.page[1:]
	return o, nil
}

// turn reads a page, without what the viewer may not see.
func (k *keptOnes) turn() error {
	found, err := occurrences.Find(k.ctx, k.almanac.store, k.query)
	if err != nil {
		return fmt.Errorf("list occurrences: %w", err)
	}
	if k.last = len(found) < k.query.Limit; len(found) == 0 {
		return nil
	}
	k.query.After = found[len(found)-1].place()
	ids := make([]string, len(found))
	for i, o := range found {
		ids[i] = string(o.EventID)
	}
	of, err := events.GetMany(k.ctx, k.almanac.store, ids)
	if err != nil {
		return fmt.Errorf("look up events: %w", err)
	}
	if err := k.almanac.visible(k.ctx, k.viewer, k.ruled, of); err != nil {
		return err
	}
	for _, o := range found {
		if e := of[string(o.EventID)]; e != nil {
			k.page = append(k.page, o.of(e))
		}
	}
	return nil
}

// gathering merges sources.
type gathering struct {
	desc  bool
	heads []head // a heap
	fresh []source
}

type head struct {
	*Occurrence
	from source
}

func (g *gathering) add(s source) { g.fresh = append(g.fresh, s) }

func (g *gathering) next() (*Occurrence, error) {
	for _, s := range g.fresh {
		o, err := s.next()
		if err != nil {
			return nil, err
		}
		if o != nil {
			heap.Push(g, head{o, s})
		}
	}
	g.fresh = nil
	if len(g.heads) == 0 {
		return nil, nil
	}
	first := g.heads[0]
	g.fresh = append(g.fresh, first.from)
	heap.Pop(g)
	return first.Occurrence, nil
}

// Len is how many sources have an occurrence at hand; with the next four it makes
// a heap.Interface.
func (g *gathering) Len() int { return len(g.heads) }

func (g *gathering) Less(i, j int) bool {
	return before(g.heads[i].Occurrence, g.heads[j].Occurrence) != g.desc
}
func (g *gathering) Swap(i, j int) { g.heads[i], g.heads[j] = g.heads[j], g.heads[i] }
func (g *gathering) Push(x any)    { g.heads = append(g.heads, x.(head)) }
func (g *gathering) Pop() any {
	last := g.heads[len(g.heads)-1]
	g.heads = g.heads[:len(g.heads)-1]
	return last
}

package ideas

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

const (
	// podiumPace is the least time between two looks at the first ideas of a
	// ranking, and so between two tellings of what moved there.
	podiumPace = 250 * time.Millisecond
	// podiumKept is how many standings are remembered: a reader who stands at one
	// of them is told what moved since, and any other one the whole.
	podiumKept = 32
	// podiumRest is how long a podium is believed of which nothing is heard: a
	// machine's clock may be set.
	podiumRest = time.Hour
)

// Kinds of entries that stand in no log: a podium makes them.
const (
	stood   live.Kind = "leaderboard.stood"
	moved   live.Kind = "leaderboard.moved"
	unmoved live.Kind = "leaderboard.unmoved" // what moved since moved back
)

// podium is the first ideas of a ranking, as all see them who watch it on this
// node. They are in the store: the podium looks there when it hears that
// something happened, for all who watch.
type podium struct {
	stream live.Stream
	// look answers the first ideas, and until when that can hold by itself.
	look func(context.Context) (rows []row, until time.Time, err error)
	// number numbers standings: no two of any podium alike, and later ones higher.
	number func() int64
	now    community.Clock
	stale  atomic.Bool

	mu       sync.Mutex
	watchers map[*glimpse]struct{}
	turn     *time.Timer

	looking sync.Mutex // held while the store is read; guards the rest
	looked  time.Time
	kept    []standing
}

// standing is how the first ideas stood.
type standing struct {
	number int64
	rows   []row
}

// glimpse is a podium as a Source. Its entries carry all that there is to tell.
type glimpse struct {
	*podium
	wake func()
	shut func()
}

var _ live.Source = (*glimpse)(nil)

// spoil says that the ideas may stand otherwise by now. It waits for nobody.
func (p *podium) spoil() {
	if p.stale.Swap(true) {
		return // those who watch know
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for g := range p.watchers {
		g.wake()
	}
}

// hear spoils the podium if the entry may have moved anything on it.
func (p *podium) hear(e *live.Entry) {
	switch e.Kind {
	case VoteCast, IdeaAdded, IdeaRemoved, IdeaMerged:
		p.spoil()
	}
}

// refresh looks at the store, if there is any need and it is not too soon. again
// is when it will not be.
func (p *podium) refresh(ctx context.Context) (again time.Duration, err error) {
	if len(p.kept) > 0 {
		if !p.stale.Load() {
			return 0, nil
		}
		if wait := podiumPace - time.Since(p.looked); wait > 0 {
			return wait, nil
		}
	}
	p.stale.Store(false) // before the look: what happens meanwhile is seen to by the next
	p.looked = time.Now()
	rows, until, err := p.look(ctx)
	if err != nil {
		p.stale.Store(true)
		return 0, err
	}
	p.await(until)
	if n := len(p.kept); n == 0 || !slices.Equal(p.kept[n-1].rows, rows) {
		p.kept = append(p.kept[max(0, n-podiumKept+1):n:n], standing{p.number(), rows})
	}
	return 0, nil
}

// await spoils the podium when its period is over.
func (p *podium) await(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.watchers) == 0 {
		return
	}
	wait := podiumRest
	if !until.IsZero() {
		wait = min(wait, max(until.Sub(p.now()), time.Millisecond))
	}
	if p.turn == nil {
		p.turn = time.AfterFunc(wait, p.spoil)
	} else {
		p.turn.Reset(wait)
	}
}

// Next answers what a reader lacks who was told of the standing with the number:
// what moved since, as one entry. Whoever stands at no standing that is
// remembered is told how things stand.
func (g *glimpse) Next(ctx context.Context, at int64) ([]*live.Entry, time.Duration, error) {
	g.looking.Lock()
	defer g.looking.Unlock()
	again, err := g.refresh(ctx)
	if err != nil {
		return nil, 0, err
	}
	now := g.kept[len(g.kept)-1]
	if now.number == at {
		return nil, again, nil
	}
	return []*live.Entry{g.since(at, now)}, 0, nil
}

// since makes the entry for a reader who was told of the standing with the
// number, if that is remembered.
func (p *podium) since(at int64, now standing) *live.Entry {
	e := &live.Entry{ID: fmt.Sprintf("%d-%d", at, now.number), Stream: p.stream, Seq: now.number, Kind: moved}
	n := slices.IndexFunc(p.kept, func(s standing) bool { return s.number == at })
	switch {
	case n < 0:
		e.ID, e.Kind = fmt.Sprintf("%d", now.number), stood
		e.About = written(moves(nil, now.rows))
	default:
		if e.About = written(moves(p.kept[n].rows, now.rows)); len(e.About) == 0 {
			e.Kind = unmoved
		}
	}
	return e
}

// Check lets everybody in: who missed anything is told how things stand.
func (g *glimpse) Check(context.Context, int64) error { return nil }

// Head is the number of the latest standing.
func (g *glimpse) Head(ctx context.Context) (int64, error) {
	g.looking.Lock()
	defer g.looking.Unlock()
	if _, err := g.refresh(ctx); err != nil {
		return 0, err
	}
	return g.kept[len(g.kept)-1].number, nil
}

// Close ends the watch.
func (g *glimpse) Close() { g.shut() }

// enter has somebody watch.
func (p *podium) enter(g *glimpse) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watchers[g] = struct{}{}
}

// leave ends that, and says whether nobody watches any more.
func (p *podium) leave(g *glimpse) (empty bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.watchers, g)
	if len(p.watchers) > 0 {
		return false
	}
	if p.turn != nil {
		p.turn.Stop()
		p.turn = nil
	}
	return true
}

package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

// group is all readers who get the same answers.
type group struct {
	station *Station
	key     string
	feed    *community.Feed
	want    Subscription
	// audience is whom all is answered for; empty for a viewer alone.
	audience string
	price    int // of one execution
	ctx      context.Context
	cancel   context.CancelFunc
	members  int // guarded by Station.mu

	source  live.Source
	starts  sync.Once
	started error
	deaf    []func() // each ends a listening

	// woken counts what run has to see to; it runs while there is any.
	woken atomic.Int64
	// turns counts what happened that may change who may read; suspect says that
	// there are readers in doubt.
	turns   atomic.Int64
	suspect atomic.Bool
	alarm   chan struct{} // one waits in it if somebody is suspect
	// paced is when the last delivery was; run's own.
	paced time.Time

	mu sync.Mutex
	at int64 // what all of live have got
	// live are those who have all up to at. They have no goroutine.
	live  []*listener
	stale bool // whether live changed since crowd was made
	crowd []*listener
	shelf [shelf]*made
}

func newGroup(s *Station, key string, l *listener, a community.Admission) *group {
	g := &group{station: s, key: key, feed: l.feed, want: l.want, alarm: make(chan struct{}, 1)}
	if !survey(l.want.Operation).perViewer {
		g.audience = a.Audience
	}
	if s.Price != nil {
		g.price = s.Price(l.want.Operation)
	}
	// What the first reader brought must not end with it.
	g.ctx, g.cancel = context.WithCancel(context.WithoutCancel(l.ctx))
	return g
}

// start opens the source, once: first so that nothing goes unheard, and then
// where it stands.
func (g *group) start(a community.Admission) error {
	g.starts.Do(func() {
		g.woken.Store(1) // so that nothing runs before all is known
		for _, place := range a.Places {
			g.deaf = append(g.deaf, g.station.log.Hub().Listen(place, func(e *live.Entry) {
				if a.Turns(e) {
					g.doubt()
				}
			}))
		}
		g.source = g.feed.Open(g.wake)
		g.at, g.started = g.source.Head(g.ctx)
		go g.run()
	})
	return g.started
}

func (g *group) close() {
	g.cancel()
	for _, stop := range g.deaf {
		stop()
	}
	if g.source != nil {
		g.source.Close()
	}
}

// doubt has every reader's rights asked for anew.
func (g *group) doubt() {
	g.turns.Add(1)
	g.suspects()
}

// suspects has the rights of those asked for who are in doubt.
func (g *group) suspects() {
	g.suspect.Store(true)
	select {
	case g.alarm <- struct{}{}:
	default:
	}
	g.wake()
}

// examine sends away those who are in doubt.
func (g *group) examine() {
	if g.suspect.Swap(false) {
		g.dismiss((*listener).doubtful)
	}
}

// wake has run see to what is new. It waits for nobody.
func (g *group) wake() {
	if g.woken.Add(1) == 1 {
		go g.run()
	}
}

func (g *group) run() {
	for {
		seen := g.woken.Load()
		g.work()
		if g.ctx.Err() != nil || g.woken.CompareAndSwap(seen, 0) {
			return
		}
	}
}

// work delivers all that is new.
func (g *group) work() {
	for g.ctx.Err() == nil {
		g.keepPace()
		found, again, err := g.source.Next(g.ctx, g.at)
		switch {
		case errors.Is(err, live.ErrGone):
			g.leap()
		case err != nil && g.ctx.Err() == nil:
			slog.ErrorContext(g.ctx, "what happened could not be read and will be tried again", "stream", g.feed.Stream, "error", err)
			g.rest(time.Second)
		case len(found) == 0 && again == 0:
			return
		case len(found) == 0:
			g.rest(again)
		default:
			g.deliver(found)
		}
	}
}

// leap sends all readers to find out for themselves what is gone, and goes on
// from the end.
func (g *group) leap() {
	g.dismiss(func(*listener) bool { return true })
	head, err := g.source.Head(g.ctx)
	if err != nil {
		g.rest(time.Second)
		return
	}
	g.mu.Lock()
	g.at = head
	g.mu.Unlock()
}

func (g *group) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-g.ctx.Done():
	}
}

// keepPace waits until the feed may be told of again. The source is asked only
// then, so that what is told is as new as can be. Who is in doubt waits for
// nothing.
func (g *group) keepPace() {
	g.examine()
	for g.ctx.Err() == nil && g.feed.Pace > 0 {
		wait := g.feed.Pace - time.Since(g.paced)
		if wait <= 0 {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-g.alarm:
		case <-g.ctx.Done():
		}
		timer.Stop()
		g.examine()
	}
}

func (g *group) deliver(found []*live.Entry) {
	for _, e := range found {
		g.tell(e)
	}
	g.paced = time.Now()
}

// tell executes the entry for one of the crowd and hands it to all of them.
func (g *group) tell(e *live.Entry) {
	g.examine()
	all := g.advance(e.Seq)
	if len(all) == 0 {
		return
	}
	crowd := g.payers(all)
	var behind atomic.Bool
	behind.Store(len(crowd) < len(all))
	if len(crowd) > 0 {
		g.share(crowd, e, &behind)
	}
	if behind.Load() {
		g.dismiss(func(l *listener) bool { return l.at < e.Seq })
	} else if g.station.size(g) == len(crowd) {
		g.clear()
	}
}

// share executes the entry for the crowd and says whether any of it stays
// behind.
func (g *group) share(crowd []*listener, e *live.Entry, behind *atomic.Bool) {
	m, err := g.message(crowd[0].viewer, e)
	if err != nil {
		crowd[0].doubted.Store(true)
		behind.Store(true) // each finds out whether that is so for it
	} else {
		divide(crowd, func(part []*listener) {
			heard := 0
			for _, l := range part {
				if l.hear(m, e.Seq) {
					heard++
				} else {
					behind.Store(true)
				}
			}
			if m != nil {
				g.station.sent.Add(int64(heard))
			}
		})
	}
}

// wide is from how many readers on all processors share in telling them.
const wide = 256

func divide(crowd []*listener, tell func([]*listener)) {
	parts := runtime.GOMAXPROCS(0)
	if len(crowd) < wide || parts == 1 {
		tell(crowd)
		return
	}
	var all sync.WaitGroup
	each := (len(crowd) + parts - 1) / parts
	for len(crowd) > 0 {
		n := min(each, len(crowd))
		part := crowd[:n]
		all.Go(func() { tell(part) })
		crowd = crowd[n:]
	}
	all.Wait()
}

// advance says that the crowd gets the entry now, and who that is.
func (g *group) advance(seq int64) []*listener {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = seq
	if g.stale {
		g.crowd, g.stale = slices.Clone(g.live), false
	}
	return g.crowd
}

// present are the live readers at this moment.
func (g *group) present() []*listener {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.live)
}

// position is what all live readers have got.
func (g *group) position() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at
}

// join lets a reader in who has all that the group has.
func (g *group) join(l *listener) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l.at < g.at {
		return false
	}
	l.place, g.live, g.stale = len(g.live), append(g.live, l), true
	return true
}

// drop takes the reader out of those who are live, and says whether it was.
func (g *group) drop(l *listener) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.remove(l)
}

func (g *group) remove(l *listener) bool {
	if l.place < 0 {
		return false
	}
	last := g.live[len(g.live)-1]
	g.live[l.place], last.place = last, l.place
	g.live[len(g.live)-1] = nil
	g.live, l.place, g.stale = g.live[:len(g.live)-1], -1, true
	return true
}

// dismiss sends away those to whom which applies: each goes on by itself, and
// comes back when it may and has caught up.
func (g *group) dismiss(which func(*listener) bool) {
	g.mu.Lock()
	var away []*listener
	for i := len(g.live) - 1; i >= 0; i-- {
		if l := g.live[i]; which(l) && g.remove(l) {
			away = append(away, l)
		}
	}
	g.mu.Unlock()
	g.station.usher(away)
}

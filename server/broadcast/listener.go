package broadcast

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

// listener is one reader's subscription. While it is live its group tells it;
// else a goroutine of its own, pursue, brings it up to where the group is. What
// is not guarded belongs to whichever of the two has it.
type listener struct {
	station *Station
	ctx     context.Context
	watcher community.Watcher
	to      Reader
	want    Subscription
	feed    *community.Feed

	viewer community.Viewer
	at     int64 // the last entry that the reader got
	turned int64 // of the group's turns, what the rights are known for
	place  int   // among the live of its group; -1 when away; guarded by the group's mu

	in      atomic.Pointer[group]
	doubted atomic.Bool // something happened that concerns its viewer

	mu   sync.Mutex // guards the rest
	deaf func()     // ends the listening to its viewer's own stream
	left func() bool
	gone bool
}

func (l *listener) group() *group { return l.in.Load() }

// begin finds the reader's group and has it start behind the cursor; without
// one, from now on.
func (l *listener) begin(after *community.Cursor) error {
	l.place = -1
	// What turned before the group listened for it is asked for again. Rights
	// come first: of a hidden place not even a bad cursor tells anything.
	for l.group() == nil || l.doubtful() {
		if err := l.settle(); err != nil {
			l.leave()
			return err
		}
	}
	if err := l.start(after); err != nil {
		l.leave()
		return err
	}
	left := context.AfterFunc(l.ctx, l.leave)
	l.mu.Lock()
	l.left = left
	l.mu.Unlock()
	if l.group().source.Check(l.ctx, l.at) != nil || !l.rejoin() {
		go l.pursue()
	}
	return nil
}

// beyond is a position that no source has.
const beyond = int64(1) << 62

func (l *listener) start(after *community.Cursor) (err error) {
	if after == nil {
		l.at = l.group().position()
		return nil
	}
	if l.at, err = after.OpenLive(l.feed.Stream); l.at < 0 {
		l.at = beyond
	}
	return err
}

// settle asks anew who reads and whether they may, and finds the group of those
// who are answered alike.
func (l *listener) settle() error {
	l.doubted.Store(false)
	if g := l.group(); g != nil {
		l.turned = g.turns.Load()
	}
	viewer, err := l.watcher(l.ctx)
	if err != nil {
		return &sessionOver{err}
	}
	admission, err := l.feed.Admit(l.ctx, viewer)
	if err != nil {
		return err
	}
	l.viewer = viewer
	key, err := l.key(viewer, admission)
	if err != nil || l.group() != nil && l.group().key == key {
		return err
	}
	return l.move(key, admission)
}

// sessionOver says that nobody is known any more who could be let in.
type sessionOver struct{ err error }

func (s *sessionOver) Error() string { return s.err.Error() }

func (s *sessionOver) Unwrap() error { return s.err }

// move takes the reader from one group to another. Its rights stay in doubt,
// since it listened to neither for a moment.
func (l *listener) move(key string, a community.Admission) error {
	next, err := l.station.enter(key, l, a)
	if err != nil {
		return err
	}
	l.turned = next.turns.Load() - 1
	l.want, l.feed = next.want, next.feed // the same; one is enough to keep
	l.listen()
	l.mu.Lock()
	was := l.in.Swap(next)
	if l.gone { // and so nobody else will leave the group
		was = next
	}
	l.mu.Unlock()
	if was != nil {
		l.station.leave(was)
	}
	return nil
}

// listen hears of what happens to the viewer: sessions, roles and seats.
func (l *listener) listen() {
	if l.group() != nil || !l.viewer.SignedIn() {
		return
	}
	l.deaf = l.station.log.Hub().Listen(community.Stream(l.viewer.ID), func(*live.Entry) { l.doubt() })
}

func (l *listener) doubt() {
	l.doubted.Store(true)
	if g := l.group(); g != nil {
		g.suspects()
	}
}

// doubtful says whether something happened since the reader's rights were asked
// for that may have changed them.
func (l *listener) doubtful() bool { return l.doubted.Load() || l.turned != l.group().turns.Load() }

// hear takes a message from the group; nil for an entry that is no event. A
// reader without room, and one whose rights are in doubt, stay behind.
func (l *listener) hear(m *Message, seq int64) bool {
	if l.at >= seq {
		return true
	}
	if m != nil && l.doubtful() {
		return false
	}
	if m != nil && !l.to.Offer(m) {
		l.station.sentBack.Add(1)
		return false
	}
	l.at = seq
	return true
}

// rejoin makes the reader live, if it has caught up.
func (l *listener) rejoin() bool {
	g := l.group()
	if l.doubtful() || !g.join(l) {
		return false
	}
	if l.ctx.Err() != nil {
		g.drop(l) // it may have left before it joined
	} else if l.doubted.Load() {
		g.suspects() // the group may have looked before it joined
	}
	return true
}

// pursue brings the reader up to where its group is. It ends when the reader is
// live again, or gone.
func (l *listener) pursue() {
	for l.ctx.Err() == nil {
		if l.doubtful() && !l.assured() {
			return
		}
		found, again, err := l.next()
		if err == nil {
			err = l.replay(found)
		}
		switch {
		case errors.Is(err, errStop):
			return
		case err != nil:
			l.end(err)
			return
		case l.rejoin():
			return
		case len(found) == 0:
			l.pause(max(again, time.Millisecond))
		}
	}
}

// assured asks for the reader's rights, and ends it if it has none.
func (l *listener) assured() bool {
	l.station.gate <- struct{}{}
	err := l.settle()
	<-l.station.gate
	if err != nil {
		l.end(err)
	}
	return err == nil
}

// next answers what comes next; for a reader whose position is no longer kept,
// after it was told so.
func (l *listener) next() ([]*live.Entry, time.Duration, error) {
	err := l.group().source.Check(l.ctx, l.at)
	if err == nil {
		var found []*live.Entry
		var again time.Duration
		if found, again, err = l.group().source.Next(l.ctx, l.at); err == nil {
			return found, again, nil
		}
	}
	if !errors.Is(err, live.ErrGone) {
		return nil, 0, err
	}
	head, err := l.group().source.Head(l.ctx)
	if err != nil {
		return nil, 0, err
	}
	return nil, 0, l.resync(head)
}

// errStop says that the reader is gone.
var errStop = errors.New("broadcast: the reader is gone")

func (l *listener) resync(head int64) error {
	behind := community.LiveCursor(l.feed.Stream, head)
	m, err := l.group().answer(l.viewer, l.feed.Resync(behind), behind)
	if err != nil {
		return err
	}
	if !l.put(m) {
		return errStop
	}
	l.at = head
	return nil
}

// replay puts what the entries are to the reader, until its rights are in doubt.
func (l *listener) replay(found []*live.Entry) error {
	for _, e := range found {
		if l.doubtful() {
			return nil
		}
		m, err := l.group().message(l.viewer, e)
		if err != nil {
			return err
		}
		if m != nil && !l.put(m) {
			return errStop
		}
		l.at = e.Seq
	}
	return nil
}

func (l *listener) put(m *Message) bool {
	if !l.to.Put(l.ctx, m) {
		return false
	}
	l.station.sent.Add(1)
	return true
}

func (l *listener) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.ctx.Done():
	}
}

// end says why nothing more comes.
func (l *listener) end(err error) {
	if l.ctx.Err() == nil {
		l.to.End(err)
	}
	l.mu.Lock()
	left := l.left
	l.mu.Unlock()
	if left == nil || left() { // else leave runs already
		l.leave()
	}
}

// leave lets go of all that the reader holds.
func (l *listener) leave() {
	l.mu.Lock()
	g, deaf, gone := l.group(), l.deaf, l.gone
	l.gone = true
	l.mu.Unlock()
	if gone {
		return
	}
	if deaf != nil {
		deaf()
	}
	if g != nil {
		g.drop(l)
		l.station.leave(g)
	}
}

// revive makes the reader live again at once if it can be, and has a goroutine
// of its own bring it there if not.
func (l *listener) revive() {
	if l.doubtful() && !l.assured() {
		return
	}
	if !l.rejoin() {
		go l.pursue()
	}
}

package broadcast

import (
	"bytes"
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
	at     int64     // the last entry that the reader got
	last   *Message  // what it was told of a state
	failed int64     // the last entry that there was an error with
	turned int64     // of the group's turns, what the rights are known for
	asked  time.Time // when the rights were asked for
	place  int       // among the live of its group; -1 when away; guarded by the group's mu

	in      atomic.Pointer[group]
	doubted atomic.Bool // something happened that concerns its viewer

	mu   sync.Mutex // guards the rest
	deaf func()     // ends the listening to its viewer's own stream
	left func() bool
	gone bool
	out  func(error) // tells the feed that its reader is here no more
	// begun says that the reader is counted.
	begun bool
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
			l.part(err)
			return err
		}
	}
	if err := l.start(after); err != nil {
		l.part(err)
		return err
	}
	l.enroll(context.AfterFunc(l.ctx, l.leave))
	if l.group().source.Check(l.ctx, l.at) != nil || !l.rejoin() {
		go l.pursue()
	}
	return nil
}

// enroll counts the reader, unless it has left already.
func (l *listener) enroll(left func() bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left = left; !l.gone {
		l.begun = true
		l.station.readers.Add(1)
	}
}

// beyond is a position that no source has.
const beyond = int64(1) << 62

func (l *listener) start(after *community.Cursor) (err error) {
	if l.feed.State {
		return nil // before the first state
	}
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
	l.asked = time.Now()
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
	if l.feed.State {
		l.at = 0 // others may see it otherwise
	}
	l.listen()
	out := l.join() // before it is out as who it was
	l.mu.Lock()
	was, before := l.in.Swap(next), l.out
	l.out = out
	if l.gone { // and so nobody else will leave the group
		was, before, l.out = next, out, nil
	}
	l.mu.Unlock()
	if before != nil {
		before(errOther)
	}
	if was != nil {
		l.station.leave(was)
	}
	return nil
}

// errOther says that a reader is here as somebody else by now, or with other
// rights.
var errOther = errors.New("broadcast: the reader has other rights")

// join tells the feed that its reader is here, if it wants to know.
func (l *listener) join() (out func(error)) {
	if l.feed.Join == nil {
		return nil
	}
	return l.feed.Join(l.viewer)
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
	if m != nil && !l.knows(m) && !l.to.Offer(m) {
		l.station.sentBack.Add(1)
		return false
	}
	l.got(m, seq)
	return true
}

// knows says whether the message tells how something stands and the reader was
// told just that last.
func (l *listener) knows(m *Message) bool {
	return l.feed.State && l.last != nil && (l.last == m || bytes.Equal(l.last.JSON, m.JSON))
}

// got says that the reader has the entry, and the message if it is one.
func (l *listener) got(m *Message, seq int64) {
	l.at = seq
	if m != nil && l.feed.State {
		l.last = m
	}
}

// rejoin makes the reader live, if it has caught up.
func (l *listener) rejoin() bool {
	g, turned := l.group(), l.turned
	if l.doubtful() || !g.join(l) {
		return false
	}
	if l.ctx.Err() != nil {
		g.drop(l) // it may have left before it joined
	} else if l.doubted.Load() || turned != g.turns.Load() {
		g.suspects() // the group may have looked before it joined
	}
	return true
}

// pursue brings the reader up to where its group is. It ends when the reader is
// live again, or gone.
func (l *listener) pursue() {
	for l.ctx.Err() == nil {
		if (l.doubtful() || time.Since(l.asked) > recheck) && !l.assured() {
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
	behind := l.feed.Behind(head)
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
		if !l.afford() {
			return nil
		}
		m, err := l.message(e)
		if err != nil {
			return err
		}
		if l.doubtful() {
			return nil
		}
		if m != nil && !l.put(m) {
			return errStop
		}
		l.got(m, e.Seq)
	}
	return nil
}

// put hands the reader a message that it does not know, and waits for room.
func (l *listener) put(m *Message) bool {
	if l.knows(m) {
		return true
	}
	if !l.to.Put(l.ctx, m) {
		return false
	}
	l.station.sent.Add(1)
	return true
}

// message answers what the entry is to the reader. The first error with it may be
// another's, or come of a right that is gone: the reader's rights are then in
// doubt, and only what comes once they were asked for is an error of its own.
func (l *listener) message(e *live.Entry) (m *Message, err error) {
	if l.failed == e.Seq {
		m, err = l.group().execute(l.viewer, e)
	} else {
		m, err = l.group().message(l.viewer, e)
	}
	if err != nil && l.failed != e.Seq && !broke(err) || errors.Is(err, errTurned) {
		l.failed = e.Seq
		l.doubted.Store(true)
		return nil, nil
	}
	return m, err
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
		l.part(err)
	}
}

// leave is what a reader does that left by itself.
func (l *listener) leave() { l.part(nil) }

// part lets go of all that the reader holds.
func (l *listener) part(why error) {
	l.mu.Lock()
	g, deaf, out, gone, begun := l.group(), l.deaf, l.out, l.gone, l.begun
	l.gone, l.out = true, nil
	l.mu.Unlock()
	if gone {
		return
	}
	if begun {
		l.station.readers.Add(-1)
	}
	if out != nil {
		out(why)
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

package live

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"
)

// ring is how many of its latest entries a watched stream keeps in memory.
// Readers farther behind read from the log.
const ring = 512

// Hub tells the readers of streams that there is news. It keeps the latest
// entries of each watched stream, so that an entry is not read from the store
// once for every reader, and holds nothing for a reader but its position.
type Hub struct {
	log   *Log
	mu    sync.Mutex
	feeds map[Stream]*feed
	// news is closed and made anew whenever any entry was announced here.
	news chan struct{}
	// told, if set, passes on what was written here to other processes.
	told func(Stream, int64)
}

// feed is a stream that somebody watches.
type feed struct {
	stream   Stream
	watchers int // guarded by Hub.mu

	mu     sync.Mutex
	known  bool // last is known
	last   int64
	latest []*Entry // the entries up to last, contiguous
	hint   int64    // the greatest number heard of
	wake   chan struct{}

	filling sync.Mutex // one reader at a time extends the feed from the log
	looked  time.Time  // when that was last done; guarded by filling
}

func newHub(l *Log) *Hub {
	return &Hub{log: l, feeds: map[Stream]*feed{}, news: make(chan struct{})}
}

// announce takes a committed entry. It is called in the writer's turn and
// waits for nobody.
func (h *Hub) announce(e *Entry) {
	h.mu.Lock()
	f := h.feeds[e.Stream]
	close(h.news)
	h.news = make(chan struct{})
	told := h.told
	h.mu.Unlock()
	if f != nil {
		f.take(e)
	}
	if told != nil {
		told(e.Stream, e.Seq)
	}
}

// Hint says that another process wrote entries of the stream up to seq. A hint
// that never comes only delays what polling finds.
func (h *Hub) Hint(s Stream, seq int64) {
	h.mu.Lock()
	f := h.feeds[s]
	close(h.news)
	h.news = make(chan struct{})
	h.mu.Unlock()
	if f != nil {
		f.hear(seq)
	}
}

// anyNews answers a channel that is closed at the next announcement.
func (h *Hub) anyNews() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.news
}

// Watched is how many streams have readers at this moment.
func (h *Hub) Watched() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.feeds)
}

func (h *Hub) watch(s Stream) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.feeds[s]
	if !ok {
		f = &feed{stream: s, wake: make(chan struct{})}
		h.feeds[s] = f
	}
	f.watchers++
	return f
}

func (h *Hub) leave(f *feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.watchers--; f.watchers == 0 {
		delete(h.feeds, f.stream)
	}
}

// Follow hands on every entry of the stream behind after: those the log holds,
// and then each new one as it is committed, until ctx ends. Its last word is an
// error: ErrGone when the log does not hold what the reader needs next, or
// whatever went wrong; the end of ctx ends it without one.
func (l *Log) Follow(ctx context.Context, s Stream, after int64) iter.Seq2[*Entry, error] {
	return l.FollowPulse(ctx, s, after, 0)
}

// FollowPulse is Follow for a reader who also wants to look around while
// nothing happens: it gets a nil entry each time that nothing came for as long
// as the pulse.
func (l *Log) FollowPulse(ctx context.Context, s Stream, after int64, pulse time.Duration) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		f := l.hub.watch(s)
		defer l.hub.leave(f)
		if err := l.check(ctx, s, after); err != nil {
			yield(nil, err)
			return
		}
		for at := after; ; {
			found, err := l.next(ctx, f, at, pulse)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(found) == 0 && !yield(nil, nil) {
				return
			}
			for _, e := range found {
				at = e.Seq
				if e.Kind != Tombstone && !yield(e, nil) {
					return
				}
			}
		}
	}
}

// next waits until there are entries behind at and answers some; none when a
// pulse went by.
func (l *Log) next(ctx context.Context, f *feed, at int64, pulse time.Duration) ([]*Entry, error) {
	begun := time.Now()
	for {
		found, state, wake := f.behind(at)
		switch {
		case len(found) > 0:
			return found, nil
		case state == lagging:
			if found, err := l.read(ctx, f.stream, at); err != nil || len(found) > 0 {
				return found, err
			}
		case state == stale:
			if grown, err := l.extend(ctx, f, at, 0); err != nil {
				return nil, err
			} else if grown {
				continue
			}
		}
		if state != current {
			if err := l.check(ctx, f.stream, at); err != nil {
				return nil, err
			}
		}
		left := pulse - time.Since(begun)
		if pulse > 0 && left <= 0 {
			return nil, nil
		}
		if err := l.rest(ctx, f, at, l.patience(state, left), wake); err != nil {
			return nil, err
		}
	}
}

// pause is how long a reader lets pass that found a number taken and its entry
// missing.
const pause = 20 * time.Millisecond

// patience is how long a reader waits before it looks into the log unasked, or
// up from it; 0 is for ever.
func (l *Log) patience(state standing, pulse time.Duration) time.Duration {
	wait := max(l.o.Poll, 0)
	if state != current {
		wait = pause
	}
	if pulse > 0 && (wait == 0 || pulse < wait) {
		wait = pulse
	}
	return wait
}

// rest waits for news, or until it is time to look whether other processes had
// some.
func (l *Log) rest(ctx context.Context, f *feed, at int64, wait time.Duration, wake <-chan struct{}) error {
	var timer <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wake:
		return nil
	case <-timer:
		if l.o.Poll < 0 && wait != pause {
			return nil // nobody else writes: there can be no news
		}
		_, err := l.extend(ctx, f, at, wait)
		return err
	}
}

// extend reads the log behind the feed's last entry, one reader for all, and
// says whether there was more. It leaves the log alone if it was looked at less
// than fresh ago.
func (l *Log) extend(ctx context.Context, f *feed, at int64, fresh time.Duration) (bool, error) {
	f.filling.Lock()
	defer f.filling.Unlock()
	if fresh > 0 && time.Since(f.looked) < fresh/2 {
		return false, nil
	}
	last := f.startAt(at)
	found, err := l.read(ctx, f.stream, last)
	if errors.Is(err, ErrGone) {
		return false, ErrGone
	}
	if err != nil {
		return false, err
	}
	f.looked = time.Now()
	return f.grow(found, len(found) == readLimit), nil
}

package forum

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

// calmPace is the least time between two deliveries of a calm feed.
const calmPace = time.Second

// Kinds of entries that stand in no log: a calm feed makes them.
const (
	newTopics live.Kind = "topics.new" // its one word is how many
	passed    live.Kind = "passed"     // nothing that anybody wants to know
)

// calm makes the feed one that counts topics which are not on the screen. at is
// where the reader starts.
func (h *Hall) calm(ctx context.Context, f *community.Feed, s *sieve, after *community.Cursor) (at *community.Cursor, err error) {
	since, at, err := h.beginning(ctx, f.Stream, after)
	switch {
	case errors.Is(err, live.ErrGone): // told so by a cursor that no log has, and counted for from now on
		if since, err = h.log.Head(ctx, f.Stream); err != nil {
			return nil, err
		}
		nowhere := community.LiveCursor(f.Stream, -1)
		f.Since, at = fmt.Sprintf("anew %d", since), &nowhere
	case err != nil:
		return nil, err
	default:
		f.Since = strconv.FormatInt(since, 10)
	}
	var from atomic.Int64
	from.Store(since)
	f.Pace = calmPace
	f.Cursor = func(seq int64) community.Cursor { return community.SinceCursor(f.Stream, seq, from.Load()) }
	f.Open = func(wake func()) live.Source {
		return &calm{tap: h.log.Tap(f.Stream, wake), since: &from, news: h.newNews(s, from.Load(), MaxNewTopics), latest: map[string]*live.Entry{}}
	}
	return at, nil
}

// beginning is the number since which a reader counts, and where it starts.
func (h *Hall) beginning(ctx context.Context, s live.Stream, after *community.Cursor) (since int64, at *community.Cursor, err error) {
	if after == nil {
		if since, err = h.log.Head(ctx, s); err != nil {
			return 0, nil, err
		}
		from := community.LiveCursor(s, since)
		return since, &from, nil
	}
	seq, since, err := after.OpenSince("after", s)
	if err != nil {
		return 0, after, nil // it is refused, but rights come first
	}
	since = min(since, seq)
	return since, after, h.countable(ctx, s, since)
}

// calm is a Source of what readers who began at one place are to know: of each
// topic on the screen, and of the space, the last that happened; and how many
// other topics are new. That much it holds in memory, however much happens.
type calm struct {
	tap   *live.Tap
	since *atomic.Int64

	mu sync.Mutex
	*news
	// latest are entries by the id of the topic on the screen; by none, of the
	// space.
	latest map[string]*live.Entry
}

var _ live.Source = (*calm)(nil)

// Next answers what is behind at, each thing once.
func (c *calm) Next(ctx context.Context, at int64) ([]*live.Entry, time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	again, err := c.catchUp(ctx)
	if err != nil {
		return nil, 0, err
	}
	if found := c.behind(at); len(found) > 0 {
		return found, 0, nil
	}
	return nil, again, nil
}

// catchUp takes all that happened since it was last asked.
func (c *calm) catchUp(ctx context.Context) (again time.Duration, err error) {
	for {
		found, again, err := c.tap.Next(ctx, c.at)
		if errors.Is(err, live.ErrGone) {
			return 0, errors.Join(err, c.restart(ctx))
		}
		if err != nil || len(found) == 0 {
			return again, err
		}
		others, err := c.take(ctx, found)
		if err != nil {
			return 0, err
		}
		for _, e := range others {
			c.keep(e)
		}
	}
}

func (c *calm) keep(e *live.Entry) {
	switch id, ok := topicOf(e); {
	case ok:
		c.latest[string(id)] = e
	case e.Kind != live.Tombstone:
		c.latest[""] = e
	}
}

// restart begins anew from the end, when what comes next is not kept.
func (c *calm) restart(ctx context.Context) error {
	head, err := c.tap.Head(ctx)
	if err != nil {
		return err
	}
	c.since.Store(head)
	c.at, c.changed, c.count, c.over = head, 0, 0, false
	clear(c.active)
	clear(c.latest)
	return nil
}

// behind answers what a reader at the position lacks. What is no news to anybody
// is there as the last entry, so that readers get to where the source is.
func (c *calm) behind(at int64) (found []*live.Entry) {
	for _, e := range c.latest {
		if e.Seq > at {
			found = append(found, e)
		}
	}
	if c.changed > at {
		found = append(found, c.made(newTopics, c.changed, strconv.Itoa(c.told())))
	}
	slices.SortFunc(found, func(a, b *live.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	if n := len(found); c.at > at && (n == 0 || found[n-1].Seq < c.at) {
		found = append(found, c.made(passed, c.at))
	}
	return found
}

func (c *calm) made(kind live.Kind, seq int64, about ...string) *live.Entry {
	return &live.Entry{Stream: community.Stream(c.space), Seq: seq, Kind: kind, About: about}
}

// newTopicsEvent is the event of a made entry.
func newTopicsEvent(e *live.Entry, c community.Cursor) *NewTopicsEvent {
	n, _ := strconv.Atoi(e.About[0]) // as it was made
	return &NewTopicsEvent{c, n}
}

// Check says whether a reader can start behind the position.
func (c *calm) Check(ctx context.Context, at int64) error {
	if at < c.since.Load() {
		return live.ErrGone
	}
	return c.tap.Check(ctx, at)
}

// Head is where the log ends.
func (c *calm) Head(ctx context.Context) (int64, error) { return c.tap.Head(ctx) }

// Close ends it.
func (c *calm) Close() { c.tap.Close() }

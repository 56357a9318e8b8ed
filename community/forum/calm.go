package forum

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

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

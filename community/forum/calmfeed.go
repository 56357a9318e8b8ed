package forum

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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

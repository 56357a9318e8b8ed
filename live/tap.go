package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/store"
)

// Source is where readers find what they lack. It keeps no position for them
// and may be asked by many at once.
type Source interface {
	// Next answers what comes behind at, in order, as much as is at hand; none
	// when there is nothing more. again, if not zero, is when to ask once more
	// though nobody was woken. ErrGone says that what comes next is not kept.
	Next(ctx context.Context, at int64) (found []*Entry, again time.Duration, err error)
	// Check says with ErrGone that a reader cannot start behind the position.
	Check(ctx context.Context, at int64) error
	// Head is where a reader starts who has just fetched the page.
	Head(ctx context.Context) (int64, error)
	// Close ends it: its wake function is called no more.
	Close()
}

// Tap is a stream of the log as a Source. It has no goroutine: its wake
// function is called when there is news.
type Tap struct {
	log  *Log
	feed *feed
	wake func()
}

var _ Source = (*Tap)(nil)

// Tap opens the stream. wake is called in the writer's turn: it must be quick
// and must not call the log.
func (l *Log) Tap(s Stream, wake func()) *Tap {
	t := &Tap{log: l, wake: wake}
	t.feed = l.hub.open(s, t)
	return t
}

// Close ends the tap.
func (t *Tap) Close() { t.log.hub.leave(t.feed, t) }

// pause is how long a reader lets pass that found a number taken and its entry
// missing.
const pause = 20 * time.Millisecond

// Next answers the entries behind at, without a gap: from memory, or else from
// the log.
func (t *Tap) Next(ctx context.Context, at int64) ([]*Entry, time.Duration, error) {
	for {
		found, state := t.feed.behind(at)
		if len(found) > 0 || state == current {
			return found, 0, nil
		}
		if state == lagging {
			found, _, err := t.log.read(ctx, t.feed.stream, at)
			if err != nil || len(found) > 0 {
				return found, 0, err
			}
		} else if grown, err := t.log.extend(ctx, t.feed, at); err != nil {
			return nil, 0, err
		} else if grown || t.level(at) {
			continue
		}
		return nil, pause, t.Check(ctx, at)
	}
}

// level says whether the reader has all there is after all.
func (t *Tap) level(at int64) bool {
	found, state := t.feed.behind(at)
	return len(found) > 0 || state == current
}

// Check says whether a reader may start behind the position.
func (t *Tap) Check(ctx context.Context, at int64) error {
	return t.log.Check(ctx, t.feed.stream, at)
}

// Head is the number of the stream's last entry.
func (t *Tap) Head(ctx context.Context) (int64, error) { return t.log.Head(ctx, t.feed.stream) }

// Check says with ErrGone that a reader of the stream cannot start behind the
// position.
func (l *Log) Check(ctx context.Context, s Stream, at int64) error {
	c, err := l.course(ctx, s)
	if err != nil {
		return err
	}
	if at < c.Gone || at > c.Seq {
		return ErrGone
	}
	return nil
}

// Head is the number of the stream's last entry.
func (l *Log) Head(ctx context.Context, s Stream) (int64, error) {
	c, err := l.course(ctx, s)
	if err != nil {
		return 0, err
	}
	return c.Seq, nil
}

// course is where the stream stands; at its beginning if nothing happened yet.
func (l *Log) course(ctx context.Context, s Stream) (*course, error) {
	c, err := courses.Get(ctx, l.store, string(s))
	if errors.Is(err, store.ErrNotFound) {
		return &course{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", s, err)
	}
	return c, nil
}

package live_test

import (
	"context"
	"iter"
	"time"

	"veche/live"
)

// follow is a reader with a goroutine of its own: all entries behind after, and
// then each new one, until ctx ends or an error does.
func follow(ctx context.Context, l *live.Log, s live.Stream, after int64) iter.Seq2[*live.Entry, error] {
	return func(yield func(*live.Entry, error) bool) {
		news := make(chan struct{}, 1)
		tap := l.Tap(s, func() {
			select {
			case news <- struct{}{}:
			default:
			}
		})
		defer tap.Close()
		if err := tap.Check(ctx, after); err != nil {
			yield(nil, err)
			return
		}
		for at := after; ; {
			found, again, err := tap.Next(ctx, at)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range found {
				at = e.Seq
				if e.Kind != live.Tombstone && !yield(e, nil) {
					return
				}
			}
			if len(found) == 0 && !rest(ctx, news, again) {
				return
			}
		}
	}
}

func rest(ctx context.Context, news <-chan struct{}, again time.Duration) bool {
	var timer <-chan time.Time
	if again > 0 {
		timer = time.After(again)
	}
	select {
	case <-news:
	case <-timer:
	case <-ctx.Done():
		return false
	}
	return true
}

package live

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"veche/store"
)

// Tail tells the hub of what other processes append, until ctx ends. A hint
// wakes it at once; without one it looks every Options.Poll, one read for each
// lane however many streams are tapped, so that hints that are lost, late or
// doubled cost a moment and never an entry. Where no other process writes there
// is nothing to do.
func (l *Log) Tail(ctx context.Context) {
	if l.o.Poll < 0 {
		return
	}
	at := l.opened
	for ctx.Err() == nil {
		wait := l.o.Poll
		if err := l.tailOnce(ctx, &at); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "the log could not be read for other processes' news", "error", err)
			wait = max(wait, time.Second)
		}
		l.await(ctx, l.hub.hinted, wait)
	}
}

func (l *Log) tailOnce(ctx context.Context, at *Moment) error {
	for lane := range at {
		for more := true; more; {
			found, err := entries.Find(ctx, l.store, store.Query{
				Where: []store.Cond{store.Eq("lane", lane), store.Between("place", at[lane]+1, nil)},
				Sort:  []string{"place"}, Limit: readLimit,
			})
			if err != nil {
				return fmt.Errorf("read lane %d behind %d: %w", lane, at[lane], err)
			}
			for _, e := range found {
				l.hub.spread(e)
			}
			more = l.advance(&at[lane], found) && len(found) == readLimit
		}
	}
	return nil
}

// advance moves the place behind the entries, and says whether it moved. What
// comes behind a missing entry is told already but looked at again, as long as
// the missing one may still come.
func (l *Log) advance(at *int64, found []*Entry) bool {
	from := *at
	for _, e := range found {
		if e.Place != *at+1 && !l.store.Transactional() && l.o.Now().Sub(e.At) < l.o.Grace {
			break
		}
		*at = e.Place
	}
	return *at > from
}

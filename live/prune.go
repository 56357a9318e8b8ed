package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/store"
)

// Prune removes entries older than the retention that every one of the named
// consumers has seen, and says how many. Readers behind them get ErrGone from
// the same commit on.
func (l *Log) Prune(ctx context.Context, consumers ...string) (total int, err error) {
	before := l.o.Now().Add(-l.o.Retention)
	for lane := range lanes {
		for {
			n, err := l.pruneSome(ctx, lane, before, consumers)
			if err != nil {
				return total, fmt.Errorf("prune lane %d: %w", lane, err)
			}
			if n == 0 {
				break
			}
			total += n
		}
	}
	return total, nil
}

func (l *Log) pruneSome(ctx context.Context, lane int, before time.Time, consumers []string) (int, error) {
	oldest, err := entries.Find(ctx, l.store, store.Query{
		Where: []store.Cond{store.Eq("lane", lane)}, Sort: []string{"place"}, Limit: readLimit,
	})
	if err != nil {
		return 0, err
	}
	seen, err := l.seenByAll(ctx, lane, consumers)
	if err != nil {
		return 0, err
	}
	n := 0
	for n < len(oldest) && oldest[n].At.Before(before) && oldest[n].Place <= seen {
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, l.store.Do(ctx, func(tx store.Tx) error { return l.remove(ctx, tx, oldest[:n]) })
}

// remove deletes the entries and moves their streams' beginnings behind them.
func (l *Log) remove(ctx context.Context, tx store.Tx, old []*Entry) error {
	gone := map[Stream]int64{}
	for _, e := range old {
		gone[e.Stream] = max(gone[e.Stream], e.Seq)
	}
	for s, seq := range gone {
		_, err := courses.Update(ctx, tx, string(s), func(c *course) error {
			c.Gone = max(c.Gone, seq)
			return nil
		})
		if err != nil {
			return fmt.Errorf("move the beginning of %s: %w", s, err)
		}
	}
	if err := l.lose(ctx, tx, old[len(old)-1]); err != nil {
		return err
	}
	for _, e := range old {
		if err := entries.Delete(ctx, tx, e.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// lose notes how much of its lane is gone, for those who follow with a bookmark.
func (l *Log) lose(ctx context.Context, tx store.Tx, last *Entry) error {
	_, err := laneHeads.Update(ctx, tx, goneID(last.Lane), func(t *tally) error {
		t.Seq = max(t.Seq, last.Place)
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what lane %d loses: %w", last.Lane, err)
	}
	return nil
}

func (l *Log) seenByAll(ctx context.Context, lane int, consumers []string) (int64, error) {
	seen := int64(1<<63 - 1)
	for _, name := range consumers {
		at, err := l.position(ctx, l.store, positionID(name, lane))
		if err != nil {
			return 0, err
		}
		seen = min(seen, at)
	}
	return seen, nil
}

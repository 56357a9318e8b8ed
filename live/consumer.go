package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"veche/store"
)

// Consumer derives something from the whole log: counts, notifications, an
// index.
type Consumer struct {
	// Name keeps the consumer's position; changing it begins from the start.
	Name string
	// Handle takes entries in order: those of one stream always, those of
	// different streams as their lanes run. What it writes with tx and the new
	// position are kept together or not at all; it may be called again.
	Handle func(ctx context.Context, tx store.Tx, found []*Entry) error
}

func positionID(name string, lane int) string { return fmt.Sprintf("%s:%d", name, lane) }

// moved says that another process advanced the same consumer meanwhile.
var errMoved = errors.New("live: the consumer was moved")

// Consume runs the consumer until ctx ends. Errors are logged, and what failed
// is tried again after a while. Several processes may run the same consumer:
// each entry still counts once.
func (l *Log) Consume(ctx context.Context, c Consumer) {
	for ctx.Err() == nil {
		news := l.hub.anyNews()
		n, err := l.CatchUp(ctx, c)
		wait := l.o.Poll
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "a consumer of the log failed and will try again", "consumer", c.Name, "error", err)
			news, wait = nil, time.Second
		} else if n > 0 {
			continue
		}
		l.await(ctx, news, wait)
	}
}

func (l *Log) await(ctx context.Context, news <-chan struct{}, wait time.Duration) {
	var timer <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
	case <-news:
	case <-timer:
	}
}

// CatchUp hands the consumer all that it has not seen, and says how many
// entries that were.
func (l *Log) CatchUp(ctx context.Context, c Consumer) (total int, err error) {
	for lane := range lanes {
		for {
			n, err := l.step(ctx, c, lane)
			if errors.Is(err, errMoved) {
				continue
			}
			if err != nil {
				return total, fmt.Errorf("consumer %s: %w", c.Name, err)
			}
			if n == 0 {
				break
			}
			total += n
		}
	}
	return total, nil
}

// step hands on the next few entries of the lane.
func (l *Log) step(ctx context.Context, c Consumer, lane int) (int, error) {
	id := positionID(c.Name, lane)
	at, err := l.position(ctx, l.store, id)
	if err != nil {
		return 0, err
	}
	found, err := l.readLane(ctx, lane, at)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return len(found), l.store.Do(ctx, func(tx store.Tx) error {
		now, err := l.position(ctx, tx, id)
		if err != nil {
			return err
		}
		if now != at {
			return errMoved
		}
		if err := c.Handle(ctx, tx, alive(found)); err != nil {
			return err
		}
		_, err = positions.Inc(ctx, tx, id, "seq", found[len(found)-1].Place-at)
		return err
	})
}

func (l *Log) position(ctx context.Context, on store.Ops, id string) (int64, error) {
	p, err := positions.Get(ctx, on, id)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up position %s: %w", id, err)
	}
	return p.Seq, nil
}

// Lag is how far behind the log's end the consumer is, in entries. Places that
// stayed empty or were pruned count too.
func (l *Log) Lag(ctx context.Context, name string) (int64, error) {
	ids := make([]string, lanes)
	for lane := range ids {
		ids[lane] = positionID(name, lane)
	}
	at, err := positions.GetMany(ctx, l.store, ids)
	if err != nil {
		return 0, fmt.Errorf("look up the positions of %s: %w", name, err)
	}
	ends, err := l.Moment(ctx) // last, so that nobody is ahead of it
	if err != nil {
		return 0, err
	}
	behind := int64(0)
	for lane, end := range ends {
		if p, ok := at[ids[lane]]; ok {
			end -= p.Seq
		}
		behind += end
	}
	return behind, nil
}

// readLane answers the next entries of the lane. A place that is missing is
// waited for, on an engine without transactions, as long as the grace is; what
// was pruned is passed over.
func (l *Log) readLane(ctx context.Context, lane int, at int64) ([]*Entry, error) {
	found, err := entries.Find(ctx, l.store, store.Query{
		Where: []store.Cond{store.Eq("lane", lane), store.Between("place", at+1, nil)},
		Sort:  []string{"place"}, Limit: readLimit,
	})
	if err != nil {
		return nil, fmt.Errorf("read lane %d behind %d: %w", lane, at, err)
	}
	if l.store.Transactional() {
		return found, nil
	}
	for i, e := range found {
		if e.Place != at+1+int64(i) && l.o.Now().Sub(e.At) < l.o.Grace {
			return found[:i], nil
		}
		at = e.Place - 1 - int64(i)
	}
	return found, nil
}

func alive(found []*Entry) []*Entry {
	out := make([]*Entry, 0, len(found))
	for _, e := range found {
		if e.Kind != Tombstone {
			out = append(out, e)
		}
	}
	return out
}

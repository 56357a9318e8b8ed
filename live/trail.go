package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/store"
)

// Bookmark is how far a reader has come in the whole log, for one that keeps
// that itself, outside the store: an index on this machine's disk.
type Bookmark [lanes]Mark

// Mark is the last entry that was read of a lane.
type Mark struct {
	Place int64 `json:"place"`
	// Entry and At tell it from the one that has its place after the log was
	// restored from a copy; empty where only the place is known.
	Entry string    `json:"entry,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Reached says whether all that the log held at the moment was read.
func (b Bookmark) Reached(m Moment) bool {
	for lane, mark := range b {
		if mark.Place < m[lane] {
			return false
		}
	}
	return true
}

// Bookmark is the log's end, now.
func (l *Log) Bookmark(ctx context.Context) (Bookmark, error) {
	var b Bookmark
	ends, err := l.Moment(ctx)
	for lane, end := range ends {
		b[lane].Place = end
	}
	return b, err
}

// Follow hands take every entry behind the bookmark, those of one stream in
// order, with the bookmark behind them, until ctx ends or an error does. ErrGone
// says that entries behind the bookmark are no longer held, or that it is not of
// this log. An entry may come with none of its kind alive: then only the
// bookmark moves.
func (l *Log) Follow(ctx context.Context, at Bookmark, take func(context.Context, []*Entry, Bookmark) error) error {
	if err := l.holds(ctx, at); err != nil {
		return err
	}
	for ctx.Err() == nil {
		news := l.hub.anyNews()
		found, err := l.walk(ctx, &at)
		if err == nil && len(found) > 0 {
			err = take(ctx, alive(found), at)
		}
		if err != nil {
			return err
		}
		if len(found) == 0 {
			l.await(ctx, news, l.o.Poll)
		}
	}
	return ctx.Err()
}

// walk reads the next entries of every lane that has any, and moves the bookmark.
func (l *Log) walk(ctx context.Context, at *Bookmark) (all []*Entry, err error) {
	ends, err := l.Moment(ctx)
	if err != nil {
		return nil, err
	}
	for lane := range lanes {
		if at[lane].Place >= ends[lane] {
			continue // so that to look in vain costs one read
		}
		found, err := l.readLane(ctx, lane, at[lane].Place)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			continue
		}
		if found[0].Place != at[lane].Place+1 {
			if err := l.kept(ctx, lane, at[lane].Place); err != nil {
				return nil, err
			}
		}
		last := found[len(found)-1]
		at[lane] = Mark{Place: last.Place, Entry: last.ID, At: last.At}
		all = append(all, found...)
	}
	return all, nil
}

// holds says ErrGone unless the log goes on behind the bookmark.
func (l *Log) holds(ctx context.Context, at Bookmark) error {
	ends, err := l.Moment(ctx)
	if err != nil {
		return err
	}
	for lane, mark := range at {
		if mark.Place > ends[lane] {
			return ErrGone
		}
		if err := l.kept(ctx, lane, mark.Place); err != nil {
			return err
		}
		if err := l.same(ctx, lane, mark); err != nil {
			return err
		}
	}
	return nil
}

// kept says ErrGone when entries behind the place were pruned.
func (l *Log) kept(ctx context.Context, lane int, place int64) error {
	gone, err := laneHeads.Get(ctx, l.store, goneID(lane))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look up what lane %d lost: %w", lane, err)
	}
	if err == nil && place < gone.Seq {
		return ErrGone
	}
	return nil
}

// same says ErrGone when another entry has the mark's place.
func (l *Log) same(ctx context.Context, lane int, mark Mark) error {
	if mark.Entry == "" {
		return nil
	}
	found, err := entries.Find(ctx, l.store, store.Query{
		Where: []store.Cond{store.Eq("lane", lane), store.Between("place", mark.Place, mark.Place+1)},
		Sort:  []string{"place"}, Limit: 1,
	})
	if err != nil {
		return fmt.Errorf("look up place %d of lane %d: %w", mark.Place, lane, err)
	}
	if len(found) > 0 && (found[0].ID != mark.Entry || !found[0].At.Equal(mark.At)) {
		return ErrGone
	}
	return nil
}

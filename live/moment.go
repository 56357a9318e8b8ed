package live

import (
	"context"
	"fmt"

	"veche/store"
)

// Moment is an instant in the whole log. Whoever takes one before reading
// documents, and then asks where streams stood at that moment, gets positions
// behind which lies every change that the documents may lack: a page that
// hands them out leaves no hole before its subscription.
type Moment [lanes]int64

// Moment is now.
func (l *Log) Moment(ctx context.Context) (Moment, error) {
	ids := make([]string, lanes)
	for i := range ids {
		ids[i] = laneID(i)
	}
	heads, err := laneHeads.GetMany(ctx, l.store, ids)
	if err != nil {
		return Moment{}, fmt.Errorf("tell the moment: %w", err)
	}
	var m Moment
	for i, id := range ids {
		if head, ok := heads[id]; ok {
			m[i] = head.Seq
		}
	}
	return m, nil
}

// PositionsAt tells for each stream the number of its last entry at the
// moment; 0 for a stream in which nothing had happened. It costs one read, and
// one more for each stream in which something has happened since.
func (l *Log) PositionsAt(ctx context.Context, m Moment, streams []Stream) (map[Stream]int64, error) {
	ids := make([]string, len(streams))
	for i, s := range streams {
		ids[i] = string(s)
	}
	found, err := courses.GetMany(ctx, l.store, ids)
	if err != nil {
		return nil, fmt.Errorf("look up streams: %w", err)
	}
	out := make(map[Stream]int64, len(streams))
	for _, s := range streams {
		c, ok := found[string(s)]
		if !ok {
			out[s] = 0
		} else if c.Place <= m[laneOf(s)] {
			out[s] = c.Seq
		} else if out[s], err = l.back(ctx, c, m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// back walks from the stream's end to its last entry at the moment.
func (l *Log) back(ctx context.Context, c *course, m Moment) (int64, error) {
	before := c.Seq + 1
	for before > c.Gone+1 {
		found, err := entries.Find(ctx, l.store, store.Query{
			Where: []store.Cond{store.Between(store.IDField, entryID(c.ID, c.Gone+1), entryID(c.ID, before))},
			Desc:  true, Limit: 16,
		})
		if err != nil {
			return 0, fmt.Errorf("walk back %s: %w", c.ID, err)
		}
		for _, e := range found {
			if e.Place <= m[e.Lane] {
				return e.Seq, nil
			}
			before = e.Seq
		}
		if len(found) == 0 {
			break
		}
	}
	return c.Gone, nil
}

package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/store"
)

// ErrGone answers a position that the log does not hold: older than what is
// kept, or newer than what there is (the log was restored from a copy). The
// reader must fetch the page anew and start from its cursor.
var ErrGone = errors.New("live: the log no longer holds this position")

// The defaults of Options.
const (
	// DefaultRetention is how long entries are kept.
	DefaultRetention = 7 * 24 * time.Hour
	// DefaultGrace is how long a missing number is waited for, on an engine
	// without transactions.
	DefaultGrace = 2 * time.Second
	// DefaultPoll is how often the log is looked into, where other processes may
	// write to it and no hint came: rights that another process changed must bite
	// here within a second.
	DefaultPoll = 500 * time.Millisecond
)

// Options are the log's settings; zero values mean the defaults.
type Options struct {
	Retention time.Duration
	Grace     time.Duration
	// Poll is negative where no other process writes to the store.
	Poll time.Duration
	// Now is the clock.
	Now func() time.Time
}

// Log keeps entries in the store and tells its Hub of each new one.
type Log struct {
	store store.Store
	hub   *Hub
	o     Options
	// opened is when this process began to hear of what others write.
	opened Moment
}

// Open makes the log's collections ready.
func Open(ctx context.Context, s store.Store, o Options) (*Log, error) {
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	if o.Poll == 0 {
		o.Poll = DefaultPoll
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
	}
	if err := s.Ensure(ctx, entries.Spec(), courses.Spec(), laneHeads.Spec(), positions.Spec()); err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	for lane := range lanes { // so that no two writers race to make one
		for _, id := range []string{laneID(lane), goneID(lane)} {
			if _, err := laneHeads.Inc(ctx, s, id, "seq", 0); err != nil {
				return nil, fmt.Errorf("open lane %d of the log: %w", lane, err)
			}
		}
	}
	l := &Log{store: s, hub: NewHub(), o: o}
	var err error
	l.opened, err = l.Moment(ctx)
	return l, err
}

// Hub is where the log's news are told.
func (l *Log) Hub() *Hub { return l.hub }

// Append writes the event's entry, in the same Do as the deed itself and after
// the deed's own writes. Watchers are told once it is committed.
func (l *Log) Append(ctx context.Context, tx store.Tx, e Event) error {
	for {
		entry, err := l.number(ctx, tx, e)
		if err == nil {
			err = entries.Insert(ctx, tx, entry)
		}
		if errors.Is(err, store.ErrExists) && !l.store.Transactional() {
			continue // a reader closed this number, or another writer began the stream
		}
		if err != nil {
			return fmt.Errorf("append %s to %s: %w", e.Kind, e.Stream, err)
		}
		tx.OnCommit(func() { l.hub.announce(entry) })
		return nil
	}
}

// number takes the next numbers of the stream and of its lane.
func (l *Log) number(ctx context.Context, tx store.Tx, e Event) (*Entry, error) {
	lane := laneOf(e.Stream)
	place, err := laneHeads.Inc(ctx, tx, laneID(lane), "seq", 1)
	if err != nil {
		return nil, fmt.Errorf("take a place in lane %d: %w", lane, err)
	}
	c, err := courses.Update(ctx, tx, string(e.Stream), func(c *course) error {
		c.Seq++
		c.Place = place
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		c = &course{ID: e.Stream, Seq: 1, Place: place}
		err = courses.Insert(ctx, tx, c)
	}
	if err != nil {
		return nil, fmt.Errorf("take a number: %w", err)
	}
	return &Entry{
		ID: entryID(e.Stream, c.Seq), Stream: e.Stream, Seq: c.Seq, Kind: e.Kind,
		Actor: e.Actor, About: e.About, At: l.o.Now(), Lane: lane, Place: place,
	}, nil
}

// readLimit is how many entries are read at once.
const readLimit = 256

// read answers entries of the stream behind after, contiguous from after+1 on,
// as many as there are up to readLimit. more says that the log holds, or may
// hold, others behind them: there are many, or the next number is taken and its
// entry has yet to come.
func (l *Log) read(ctx context.Context, s Stream, after int64) (found []*Entry, more bool, err error) {
	found, err = entries.Find(ctx, l.store, store.Query{
		Where: []store.Cond{store.Between(store.IDField, entryID(s, after+1), string(s)+"$")},
		Limit: readLimit,
	})
	if err != nil {
		return nil, false, fmt.Errorf("read %s behind %d: %w", s, after, err)
	}
	for i, e := range found {
		if e.Seq != after+1+int64(i) {
			return found[:i], true, l.missing(ctx, s, after+1+int64(i), e, i)
		}
	}
	return found, len(found) == readLimit, nil
}

// missing deals with the number seq, which is not there though next, a later
// one, is. It is an error only when it was pruned; a number that was taken and
// abandoned gets a tombstone when it was waited for long enough.
func (l *Log) missing(ctx context.Context, s Stream, seq int64, next *Entry, before int) error {
	c, err := courses.Get(ctx, l.store, string(s))
	if err != nil {
		return fmt.Errorf("look up %s: %w", s, err)
	}
	if seq <= c.Gone {
		if before > 0 {
			return nil // pruned meanwhile; the next read will say so
		}
		return ErrGone
	}
	if l.store.Transactional() || l.o.Now().Sub(next.At) < l.o.Grace {
		return nil
	}
	return l.bury(ctx, s, seq)
}

// bury closes the number with a tombstone. Its real entry, should it still
// come, finds the number taken and asks for another.
func (l *Log) bury(ctx context.Context, s Stream, seq int64) error {
	lane := laneOf(s)
	place, err := laneHeads.Inc(ctx, l.store, laneID(lane), "seq", 1)
	if err != nil {
		return fmt.Errorf("take a place in lane %d: %w", lane, err)
	}
	stone := &Entry{ID: entryID(s, seq), Stream: s, Seq: seq, Kind: Tombstone, At: l.o.Now(), Lane: lane, Place: place}
	err = entries.Insert(ctx, l.store, stone)
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("close number %d of %s: %w", seq, s, err)
	}
	return nil
}

package live

import (
	"context"
	"errors"
)

// standing is how a reader's position relates to a feed.
type standing int

const (
	current standing = iota // the reader has all that is known of
	stale                   // there is more in the log than the feed holds
	lagging                 // the reader is farther behind than the feed reaches
)

// behind answers the entries in memory behind at; with none, how the reader
// stands.
func (f *feed) behind(at int64) ([]*Entry, standing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.last - int64(len(f.latest)) + 1
	switch {
	case !f.known, at >= f.last && f.hint > f.last:
		return nil, stale
	case at >= f.last:
		return nil, current
	case at+1 < first:
		return nil, lagging
	}
	return f.latest[at+1-first:], current
}

// startAt is where the log is to be read from: behind the feed's last entry,
// or behind the first reader if there is none yet.
func (f *feed) startAt(at int64) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.known {
		f.known, f.last = true, at
	}
	return f.last
}

// lose forgets where the feed is, when the log does not hold what comes next: it
// goes on from where its next reader is.
func (f *feed) lose() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known, f.latest = false, nil
}

// take adds an entry that was committed, if it is the next one; if not, it is a
// hint that the log holds more.
func (f *feed) take(e *Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known && e.Seq == f.last+1 {
		f.add(e)
	}
	f.heard(e.Seq)
}

// heard wakes the taps, if the number is news.
func (f *feed) heard(seq int64) {
	if seq <= f.hint {
		return
	}
	f.hint = seq
	for t := range f.taps {
		t.wake()
	}
}

// grow adds what was read from the log, and says whether any of it was new.
// more says that the log may hold yet more behind it.
func (f *feed) grow(found []*Entry, more bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.last
	for _, e := range found {
		if e.Seq == f.last+1 {
			f.add(e)
		}
	}
	if f.heard(f.last); more {
		f.heard(f.last + 1)
	}
	return f.last > before
}

// add never moves what is in memory already: readers hold slices of it.
func (f *feed) add(e *Entry) {
	if len(f.latest) >= 2*ring {
		f.latest = append(make([]*Entry, 0, 2*ring), f.latest[ring:]...)
	}
	f.latest = append(f.latest, e)
	f.last = e.Seq
}

// extend reads the log behind the feed's last entry, one reader for all, and
// says whether there was more.
func (l *Log) extend(ctx context.Context, f *feed, at int64) (bool, error) {
	f.filling.Lock()
	defer f.filling.Unlock()
	from := f.startAt(at)
	found, more, err := l.read(ctx, f.stream, from)
	if err == nil && len(found) == 0 {
		err = l.Check(ctx, f.stream, from)
	}
	if errors.Is(err, ErrGone) {
		f.lose()
		return false, nil // the reader's own position may be good
	}
	if err != nil {
		return false, err
	}
	return f.grow(found, more), nil
}

package community

import (
	"context"
	"errors"
	"time"

	"veche/live"
)

// Streams of the live log.
const (
	// StreamCommunity is where members joining and leaving is told.
	StreamCommunity live.Stream = "community"
)

// Stream is where what happens to the thing with the id is told:
// "topic:topic_…", "space:space_…", "member:member_…".
func Stream[ID ~string](id ID) live.Stream {
	return live.Stream(IDPrefix(string(id)) + ":" + string(id))
}

// LiveCursor is the place in a stream behind the entry with the number.
func LiveCursor(s live.Stream, seq int64) Cursor { return NewCursor("live "+string(s), seq) }

// OpenLive answers the number of a cursor made by LiveCursor for the stream;
// any other is BAD_INPUT for the field after.
func (c Cursor) OpenLive(s live.Stream) (int64, error) {
	seq, _, err := c.OpenSince("after", s)
	return seq, err
}

// SinceCursor is LiveCursor for a reader that counts what is behind the number
// since.
func SinceCursor(s live.Stream, seq, since int64) Cursor {
	return NewCursor("live "+string(s), seq, since)
}

// OpenSince answers the numbers of a cursor made by SinceCursor for the stream.
// Who comes with one made by LiveCursor begins there. Any other is BAD_INPUT for
// the field.
func (c Cursor) OpenSince(field string, s live.Stream) (seq, since int64, err error) {
	name := "live " + string(s)
	if values, err := c.Open(field, name, int64(0), int64(0)); err == nil {
		return values[0].(int64), values[1].(int64), nil
	}
	values, err := c.Open(field, name, int64(0))
	if err != nil {
		return 0, 0, err
	}
	return values[0].(int64), values[0].(int64), nil
}

// Watcher tells anew who watches a stream: roles, sessions and memberships change
// while a subscription runs. It answers UNAUTHENTICATED when the session has
// ended.
type Watcher func(ctx context.Context) (Viewer, error)

// Feed is what a subscription reads: where its entries come from, who may read
// them, and what each is to whom.
type Feed struct {
	// Stream names what is read.
	Stream live.Stream
	// Open opens the source; wake is told of news.
	Open func(wake func()) live.Source
	// Admit says whether the viewer may read, or why not: NOT_FOUND, mostly.
	Admit func(context.Context, Viewer) (Admission, error)
	// Event makes the event of an entry as things stand now and as the viewer
	// may see them; ErrNoEvent for an entry that is none.
	Event func(context.Context, Viewer, *live.Entry) (any, error)
	// Resync makes the event for a reader whose position is no longer kept.
	Resync func(Cursor) any
	// Pace is the least time between two deliveries to readers who keep up; what
	// comes between waits. Zero delivers at once.
	Pace time.Duration
	// Since names where the reader began, for feeds whose events depend on it:
	// readers of different names make a group each.
	Since string
	// Cursor makes the cursor behind the entry with the number; nil is LiveCursor.
	Cursor func(seq int64) Cursor
	// State says that what is read is how something stands, not what happened:
	// whoever comes is told that first, whatever cursor it brings.
	State bool
	// Join, if set, is told of each reader who may read, once as each viewer that
	// it is. leave is told when that ended: of nil if the reader left by itself,
	// else of why it is not that viewer here any more. Both must be quick.
	Join func(Viewer) (leave func(why error))
}

// Behind is the cursor from which a reader goes on behind the entry with the
// number.
func (f *Feed) Behind(seq int64) Cursor {
	if f.Cursor != nil {
		return f.Cursor(seq)
	}
	return LiveCursor(f.Stream, seq)
}

// ErrNoEvent leaves out an entry that is nothing to who subscribed.
var ErrNoEvent = errors.New("community: not an event here")

// Admission is the right to read a Feed.
type Admission struct {
	// Audience names those who are all answered alike, save for fields that the
	// schema marks with @perViewer.
	Audience string
	// Places are the streams in which something may happen that changes the
	// admission, beside the viewer's own; Turns says whether an entry of theirs
	// does.
	Places []live.Stream
	Turns  func(*live.Entry) bool
}

// ResyncRequired is the event for a reader whose cursor is older than what the
// log keeps. The page must be fetched anew; what happens from now on follows
// behind Cursor.
type ResyncRequired struct {
	Cursor Cursor
}

// IsTopicEvent and what follows mark the places in whose events it may come.
func (*ResyncRequired) IsTopicEvent() {}

// IsSpaceEvent is of spaces.
func (*ResyncRequired) IsSpaceEvent() {}

// IsBoardEvent is of boards.
func (*ResyncRequired) IsBoardEvent() {}

// IsCalendarEvent is of calendars.
func (*ResyncRequired) IsCalendarEvent() {}

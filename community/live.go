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
	values, err := c.Open("after", "live "+string(s), int64(0))
	if err != nil {
		return 0, err
	}
	return values[0].(int64), nil
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
	// Since makes readers who start behind different cursors a group each: for
	// feeds whose events depend on where the reader began.
	Since bool
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

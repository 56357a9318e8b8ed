package community

import (
	"context"

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

// Watcher tells who watches a stream, anew for every event: roles, sessions and
// memberships change while a subscription runs. It answers UNAUTHENTICATED when
// the session has ended.
type Watcher func(ctx context.Context) (Viewer, error)

package socket

import (
	"context"
	"slices"
	"sync"

	"github.com/gorilla/websocket"

	"veche/server/broadcast"
)

// frame is a message on its way out. Its kind is that of a control frame, or
// zero for text.
type frame struct {
	kind  int
	data  []byte
	event *broadcast.Message // in place of data, for the operation it is of
	of    *operation         // nil for the socket's own
	last  bool               // of its operation
	ack   bool               // of the connection
}

var (
	keepAlive = encode("ka", nil, nil)
	ping      = encode("ping", nil, nil)
)

// outbox holds what waits for the reader. Mostly nothing does: a frame for which
// the kernel has room is handed to it at once by whoever brings it, and a
// goroutine writes only as long as there is something to wait for.
type outbox struct {
	mu    sync.Mutex
	queue []frame
	busy  bool          // somebody writes
	free  sync.Cond     // told when busy ends
	room  chan struct{} // closed when there is room again; nil if nobody waits
}

// offer gives the frame to the reader without waiting. It says false when the
// outbox is full; what is offered to a socket that has ended is gone.
func (c *conn) offer(f frame) bool { return c.admit(f) == nil }

// put waits while the outbox is full, and says false when ctx or the socket
// ended meanwhile.
func (c *conn) put(ctx context.Context, f frame) bool {
	for ctx.Err() == nil && c.ctx.Err() == nil {
		full := c.admit(f)
		if full == nil {
			return true
		}
		select {
		case <-full:
		case <-ctx.Done():
		case <-c.ctx.Done():
		}
	}
	return false
}

// admit takes the frame, or answers a channel that is closed when it is worth
// while to come again. The last message of an operation is always taken: there
// are no more of them than operations, and who ends many must not wait for one.
func (c *conn) admit(f frame) (full <-chan struct{}) {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case c.ctx.Err() != nil:
	case !o.busy && len(o.queue) == 0:
		c.start(f)
	case len(o.queue) >= c.config.Outbox && !f.last:
		if o.room == nil {
			o.room = make(chan struct{})
		}
		return o.room
	default:
		o.queue = append(o.queue, f)
	}
	return nil
}

// urge puts the frames before all that waits. A reader who has not taken the
// last such gets no more of them.
func (c *conn) urge(frames ...frame) {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.ctx.Err() != nil || len(o.queue) > 0 && o.queue[0].kind == frames[0].kind && o.queue[0].of == nil && !o.queue[0].ack {
		return
	}
	if o.busy {
		o.queue = slices.Insert(o.queue, 0, frames...)
		return
	}
	c.start(frames[0])
	if len(frames) > 1 {
		o.queue = append(o.queue, frames[1:]...)
		c.goOn(nil)
	}
}

// start writes the frame while nothing else is being written: as much as the
// kernel takes at once, and the rest, or all of what has to be waited for, by a
// goroutine.
func (c *conn) start(f frame) {
	if c.shot == nil || f.ack {
		c.out.queue = append(c.out.queue, f)
		c.goOn(nil)
		return
	}
	if !c.wanted(f) {
		return
	}
	if rest, err := c.try(f); err != nil {
		c.end(err)
	} else if len(rest) > 0 {
		c.goOn(rest)
	}
}

// goOn has a goroutine write the rest of a frame, and all that waits.
func (c *conn) goOn(rest []byte) {
	if !c.out.busy {
		c.out.busy = true
		go c.write(rest)
	}
}

// take answers the next frame to write. When there is none, or the socket has
// to end, writing is over.
func (c *conn) take() (f frame, ok bool) {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 || c.ctx.Err() != nil {
		c.restUnhurried()
		o.busy = false
		o.free.Broadcast()
		return frame{}, false
	}
	return o.shift(), true
}

func (o *outbox) shift() frame {
	f := o.queue[0]
	o.queue[0] = frame{}
	if o.queue = o.queue[1:]; len(o.queue) == 0 {
		o.queue = nil // quiet sockets hold no memory for it
	}
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
	return f
}

// seize makes the caller the only one who writes, for good, and answers what
// still waits.
func (c *conn) seize() []frame {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.busy {
		o.free.Wait()
	}
	o.busy = true
	waiting := o.queue
	o.queue = nil
	return waiting
}

// wanted says whether the client still listens to the frame's operation. An
// operation's last message frees the id just before it is written: until then
// the client can complete what is queued, and from then on it may use the id
// again.
func (c *conn) wanted(f frame) bool {
	switch {
	case f.of == nil:
		return true
	case f.last:
		return c.live.remove(f.of)
	}
	return !f.of.completed.Load()
}

// beat asks for a sign of life, again and again. The older dialect's is not
// answered by clients, so a WebSocket ping goes with it. Both go before messages:
// a reader who is behind must still get to show life.
func (c *conn) beat() {
	switch {
	case !c.acknowledged():
	case c.dialect.older:
		c.urge(frame{data: keepAlive}, frame{kind: websocket.PingMessage})
	default:
		c.urge(frame{data: ping})
	}
	if c.ctx.Err() == nil { // else hurry may have stopped it, for good
		c.pulse.Reset(c.config.PingEvery)
	}
}

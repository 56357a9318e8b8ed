package socket

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// frame is a message on its way out. Its kind is that of a control frame, or
// zero for text.
type frame struct {
	kind int
	data []byte
	of   *operation // nil for the socket's own
	last bool       // of its operation
	ack  bool       // of the connection
}

var (
	keepAlive = encode("ka", nil, nil)
	ping      = encode("ping", nil, nil)
)

// put gives the frame to the writer. It waits while the outbox is full, and
// says false when ctx or the socket ended meanwhile.
func (c *conn) put(ctx context.Context, f frame) bool {
	if ctx.Err() != nil || c.ctx.Err() != nil {
		return false
	}
	select {
	case c.out <- f:
		return true
	case <-ctx.Done():
	case <-c.ctx.Done():
	}
	return false
}

// write is the one goroutine that writes, until the socket has to end.
func (c *conn) write() {
	c.stall = time.AfterFunc(c.config.WriteTimeout, func() { c.end(CloseSlowReader) })
	c.stall.Stop()
	late := time.After(c.config.InitTimeout)
	beat := time.NewTicker(c.config.PingEvery)
	defer beat.Stop()
	for c.ctx.Err() == nil {
		if err := c.writeNext(late, beat.C); err != nil {
			c.end(writeError(err))
			_ = c.ws.Close() // the reader need not wait for an answer
			return
		}
	}
	c.farewell()
}

// writeNext waits for something to do and does it. Pings go before messages: a
// reader who is behind must still get to show life.
func (c *conn) writeNext(late, beat <-chan time.Time) error {
	select {
	case <-beat:
		return c.beat()
	default:
	}
	select {
	case <-c.ctx.Done():
	case <-late:
		if !c.acknowledged() {
			c.end(CloseInitTimeout)
		}
	case f := <-c.out:
		return c.deliver(f)
	case <-beat:
		return c.beat()
	}
	return nil
}

// writeError makes a timeout the reader's fault, as it is.
func writeError(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return CloseSlowReader
	}
	return err
}

// beat asks for a sign of life. The older dialect's is not answered by clients,
// so a WebSocket ping goes with it.
func (c *conn) beat() error {
	if !c.acknowledged() {
		return nil
	}
	if !c.dialect.older {
		return c.send(frame{data: ping})
	}
	if err := c.send(frame{data: keepAlive}); err != nil {
		return err
	}
	return c.send(frame{kind: websocket.PingMessage})
}

// piece is how much of a message goes out as one frame, in bytes: what a reader
// must take within WriteTimeout.
const piece = 64 << 10

// worthwhile is the size in bytes from which compression pays.
const worthwhile = 512

// deliver writes one frame from the outbox, unless the client has completed its
// operation. Operations are let in just before the ack is written, so that who
// has it may subscribe, and nothing comes before it.
func (c *conn) deliver(f frame) error {
	if f.of != nil && !c.wanted(f) {
		return nil
	}
	if !f.ack {
		return c.send(f)
	}
	close(c.ready)
	if err := c.send(f); err != nil || !c.dialect.older {
		return err
	}
	return c.send(frame{data: keepAlive})
}

// wanted says whether the client still listens to the operation. An operation's
// last message frees the id just before it is written: until then the client can
// complete what is queued, and from then on it may use the id again.
func (c *conn) wanted(f frame) bool {
	if f.last {
		return c.live.remove(f.of)
	}
	return !f.of.completed.Load()
}

func (c *conn) send(f frame) error {
	defer c.stall.Stop()
	c.progress()
	if f.kind != 0 {
		return c.ws.WriteControl(f.kind, f.data, c.until)
	}
	c.ws.EnableWriteCompression(len(f.data) >= worthwhile)
	if len(f.data) <= piece {
		return c.ws.WriteMessage(websocket.TextMessage, f.data)
	}
	return c.sendLong(f.data)
}

// sendLong writes a message in pieces, so that a reader on a thin line counts as
// alive while it takes them.
func (c *conn) sendLong(data []byte) error {
	to, err := c.ws.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), piece)
		if _, err := to.Write(data[:n]); err != nil {
			return err
		}
		data = data[n:]
		c.progress()
		c.alive() // pings wait behind this message
	}
	return to.Close()
}

// progress gives the reader WriteTimeout from now. The write itself may take
// longer, so that a reader who wakes up in time still gets the close frame; a
// socket that is ending gets no more time.
func (c *conn) progress() {
	if c.ctx.Err() != nil {
		return
	}
	c.stall.Reset(c.config.WriteTimeout)
	c.giveUpAfter(c.config.WriteTimeout + c.config.closeWait())
}

func (c *conn) giveUpAfter(d time.Duration) {
	c.until = time.Now().Add(d)
	_ = c.ws.SetWriteDeadline(c.until)
}

// farewell writes what still waits, then the close frame. A slow reader gets
// only the latter, and a peer that closed first its own code back.
func (c *conn) farewell() {
	why, byPeer := closeOf(context.Cause(c.ctx))
	if why == CloseLost {
		return
	}
	c.giveUpAfter(c.config.closeWait())
	if !byPeer && why != CloseSlowReader && !c.flush() {
		return
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, why.frame(), c.until) // the last word; the peer may be gone
}

func (c *conn) flush() bool {
	for {
		select {
		case f := <-c.out:
			if c.deliver(f) != nil {
				return false
			}
		default:
			return true
		}
	}
}

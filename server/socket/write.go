package socket

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// piece is how much goes out at once, in bytes: what a reader must take within
// WriteTimeout.
const piece = 64 << 10

// worthwhile is the size in bytes from which compression pays.
const worthwhile = 512

// scratch holds frames while they are put together.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// assembled has use see the frame as it goes over the line: a header of RFC
// 6455, section 5.2, final and unmasked, and the payload.
func assembled(f frame, use func([]byte)) {
	buf := scratch.Get().(*[]byte)
	*buf = f.appendTo((*buf)[:0])
	use(*buf)
	if cap(*buf) <= 4*piece {
		scratch.Put(buf)
	}
}

func (f frame) appendTo(buf []byte) []byte {
	opcode := byte(f.kind)
	if f.kind == 0 {
		opcode = websocket.TextMessage
	}
	length := len(f.data)
	if f.event != nil {
		length = len(f.of.lead) + len(f.event.JSON) + len("}")
	}
	buf = append(buf, 0x80|opcode)
	switch {
	case length < 126:
		buf = append(buf, byte(length))
	case length < 1<<16:
		buf = binary.BigEndian.AppendUint16(append(buf, 126), uint16(length))
	default:
		buf = binary.BigEndian.AppendUint64(append(buf, 127), uint64(length))
	}
	return f.appendPayload(buf)
}

func (f frame) appendPayload(buf []byte) []byte {
	if f.event == nil {
		return append(buf, f.data...)
	}
	return append(append(append(buf, f.of.lead...), f.event.JSON...), '}')
}

// try hands the frame to the kernel as far as that takes it without waiting,
// and answers the rest.
func (c *conn) try(f frame) (rest []byte, err error) {
	assembled(f, func(data []byte) {
		var n int
		if n, err = c.shot.fire(data); n < len(data) {
			rest = append([]byte(nil), data[n:]...)
		}
	})
	return rest, err
}

// write writes, waiting for the reader, until there is nothing more to write or
// the socket has to end.
func (c *conn) write(rest []byte) {
	err := c.push(rest)
	for err == nil {
		f, ok := c.take()
		if !ok {
			return
		}
		err = c.deliver(f)
	}
	c.end(writeError(err))
	_ = c.ws.Close() // the reader need not wait for an answer
	c.take()
}

// writeError makes a timeout the reader's fault, as it is.
func writeError(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return CloseSlowReader
	}
	return err
}

// deliver writes one frame from the outbox, unless the client has completed its
// operation. Operations are let in just before the ack is written, so that who
// has it may subscribe, and nothing comes before it.
func (c *conn) deliver(f frame) error {
	if !c.wanted(f) {
		return nil
	}
	if !f.ack {
		return c.send(f)
	}
	c.late.Stop()
	close(c.ready)
	if err := c.send(f); err != nil || !c.dialect.older {
		return err
	}
	return c.send(frame{data: keepAlive})
}

// send writes the frame, however long that takes.
func (c *conn) send(f frame) (err error) {
	if !c.squeezed {
		assembled(f, func(data []byte) { err = c.push(data) })
		return err
	}
	defer c.stall.Stop()
	c.progress()
	if f.kind != 0 {
		return c.ws.WriteControl(f.kind, f.data, c.until)
	}
	data := f.data
	if f.event != nil {
		data = f.appendPayload(nil)
	}
	c.ws.EnableWriteCompression(len(data) >= worthwhile)
	return c.sendSqueezed(data)
}

// push writes bytes in pieces, so that a reader on a thin line counts as alive
// while it takes them.
func (c *conn) push(data []byte) error {
	defer c.stall.Stop()
	for len(data) > 0 {
		c.progress()
		n := min(len(data), piece)
		if _, err := c.ws.NetConn().Write(data[:n]); err != nil {
			return err
		}
		if data = data[n:]; len(data) > 0 {
			c.alive() // pings wait behind this frame
		}
	}
	return nil
}

// sendSqueezed is push through the compression of gorilla, in frames of its own.
func (c *conn) sendSqueezed(data []byte) error {
	to, err := c.ws.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), piece)
		if _, err := to.Write(data[:n]); err != nil {
			return err
		}
		if data = data[n:]; len(data) > 0 {
			c.progress()
			c.alive()
		}
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
	if c.ctx.Err() != nil { // just now: hurry may have been before this
		c.giveUpAfter(c.config.closeWait())
	}
}

func (c *conn) giveUpAfter(d time.Duration) {
	c.until = time.Now().Add(d)
	_ = c.ws.SetWriteDeadline(c.until)
	_ = c.ws.NetConn().SetWriteDeadline(c.until)
}

// restUnhurried takes back the deadline, under which nothing could be written
// later without waiting.
func (c *conn) restUnhurried() {
	if c.ctx.Err() == nil {
		_ = c.ws.NetConn().SetWriteDeadline(time.Time{})
	}
}

// farewell writes what still waits, then the close frame. A slow reader gets
// only the latter, and a peer that closed first its own code back.
func (c *conn) farewell() {
	waiting := c.seize()
	why, byPeer := closeOf(context.Cause(c.ctx))
	if why == CloseLost {
		return
	}
	c.giveUpAfter(c.config.closeWait())
	if !byPeer && why != CloseSlowReader {
		for _, f := range waiting {
			if c.deliver(f) != nil {
				return
			}
		}
	}
	_ = c.send(frame{kind: websocket.CloseMessage, data: why.frame()}) // the last word; the peer may be gone
}

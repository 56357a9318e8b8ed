package socket

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"

	"veche/server/limits"
)

// conn is one socket. Its context ends when the socket must, with the Close or
// the read or write error as the cause; everything else follows from that.
type conn struct {
	config *Config
	exec   graphql.GraphExecutor
	ctx    context.Context
	end    context.CancelCauseFunc
	done   chan struct{} // closed when nothing of the socket is left
	left   func()        // gives the client's place to another

	ws       *websocket.Conn
	dialect  *dialect
	out      outbox
	shot     *shot       // nil where every write has to be waited for
	squeezed bool        // whether messages may be compressed
	stall    *time.Timer // fires when the reader takes nothing; the writer's own
	until    time.Time   // when the writer gives up; its own
	late     *time.Timer // fires when there is no ack in time
	pulse    *time.Timer // fires at every ping

	initialized bool            // whether connection_init came; the reader's own
	ready       chan struct{}   // closed with connection_ack
	base        context.Context // of the operations; set before ready

	live  operations
	tempo tempo          // the reader's own
	work  sync.WaitGroup // operations and Authorize
}

func newConn(config *Config, r *http.Request, exec graphql.GraphExecutor) *conn {
	c := &conn{
		config: config,
		exec:   exec,
		done:   make(chan struct{}),
		ready:  make(chan struct{}),
	}
	c.out.free.L = &c.out.mu
	c.squeezed = config.Compression && strings.Contains(r.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	c.ctx, c.end = context.WithCancelCause(context.WithoutCancel(r.Context())) // the request ends before
	return c
}

// sendBuffer bounds what the kernel holds for a reader, in bytes: a slow reader
// costs no more than that, and is noticed sooner.
const sendBuffer = 256 << 10

// run serves the socket until all of it has ended.
func (c *conn) run(ws *websocket.Conn) {
	c.ws, c.dialect = ws, dialects[ws.Subprotocol()]
	if c.dialect == nil {
		c.end(CloseSubprotocol)
	}
	if tcp, ok := ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // a hint; without it only memory differs
	}
	if !c.squeezed {
		c.shot = newShot(ws.NetConn())
	}
	c.stall = time.AfterFunc(c.config.WriteTimeout, func() { c.end(CloseSlowReader) })
	c.stall.Stop()
	c.late = time.AfterFunc(c.config.InitTimeout, func() { c.end(CloseInitTimeout) })
	c.pulse = time.AfterFunc(time.Hour, c.beat)
	c.pulse.Reset(c.config.PingEvery) // only now: beat uses c.pulse
	parted := make(chan struct{})
	context.AfterFunc(c.ctx, func() {
		defer close(parted)
		c.hurry()
		c.farewell()
	})
	c.read()
	<-parted
	_ = ws.Close() // nobody is left to tell
	c.work.Wait()
	why, _ := closeOf(context.Cause(c.ctx))
	c.config.Closed(context.WithoutCancel(c.ctx), why)
}

// hurry makes what still blocks end soon, once the socket has to.
func (c *conn) hurry() {
	c.late.Stop()
	c.pulse.Stop()
	c.live.cancel()
	soon := time.Now().Add(c.config.closeWait())
	_ = c.ws.NetConn().SetReadDeadline(soon)
	_ = c.ws.NetConn().SetWriteDeadline(soon)
}

func (c *conn) read() {
	c.ws.SetCloseHandler(func(int, string) error { return nil }) // the writer answers
	c.ws.SetPongHandler(func(string) error { c.alive(); return nil })
	c.ws.SetPingHandler(func(data string) error {
		c.put(c.ctx, frame{kind: websocket.PongMessage, data: []byte(data)})
		c.alive()
		return nil
	})
	for c.ctx.Err() == nil {
		data, err := c.next()
		if err != nil {
			c.end(err)
			break
		}
		c.aside(data)
	}
	c.part()
}

// aside does what the message asks for on a stack that is soon given back: the
// reader's own stays as small as waiting for the next message lets it.
func (c *conn) aside(data []byte) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.receive(data)
	}()
	<-done
}

// alive gives the client ReadTimeout from now. The order matters: hurry may
// have set its deadline just before.
func (c *conn) alive() {
	_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(c.config.ReadTimeout))
	if c.ctx.Err() != nil {
		_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(c.config.closeWait()))
	}
}

// next reads one message. Its limit counts bytes after decompression, which
// gorilla's own does not.
func (c *conn) next() ([]byte, error) {
	c.alive()
	format, from, err := c.ws.NextReader()
	if err != nil {
		return nil, readError(err)
	}
	if format != websocket.TextMessage {
		return nil, CloseInvalid.because("not text")
	}
	var data bytes.Buffer // grows by twice, where io.ReadAll copies five times as much
	if _, err := data.ReadFrom(io.LimitReader(from, c.config.MaxFrame+1)); err != nil {
		return nil, readError(err)
	}
	if int64(data.Len()) > c.config.MaxFrame {
		return nil, CloseTooLarge
	}
	return data.Bytes(), nil
}

// readError turns silence and broken frames into their Close; errors of the
// network and the peer's close frame stay as they are.
func readError(err error) error {
	var network net.Error
	var theirs *websocket.CloseError
	switch {
	case errors.As(err, &network) && network.Timeout():
		return CloseIdle
	case errors.As(err, &network), errors.As(err, &theirs), errors.Is(err, io.EOF):
		return err
	}
	return CloseProtocol
}

// part reads on, without heed, until the peer closes too or the deadline
// passes. A connection that is closed with bytes unread is reset, and the reset
// can overtake our close frame.
func (c *conn) part() {
	ignore := func(string) error { return nil }
	c.ws.SetPingHandler(ignore)
	c.ws.SetPongHandler(ignore)
	_ = c.ws.SetReadDeadline(time.Now().Add(c.config.closeWait()))
	for {
		if _, _, err := c.ws.NextReader(); err != nil {
			return
		}
	}
}

// payloadLevel is how deep in a message the fields of an operation stand.
const payloadLevel = 2

// mayDecode says whether the message is to be decoded, and answers what is to
// be called then. What would be much work is taken for none of the protocol's.
func (c *conn) mayDecode(data []byte) (done func(), err error) {
	if limits.JSON(data, payloadLevel) != nil {
		return nil, CloseInvalid.because("too many values, too deep, or too long a document")
	}
	ctx := c.ctx
	if c.acknowledged() {
		ctx = c.base
	}
	if done, err = c.config.Read(ctx, len(data)); err != nil {
		return nil, CloseOverBudget
	}
	return done, nil
}

// receive does what one message asks for.
func (c *conn) receive(data []byte) {
	done, err := c.mayDecode(data)
	if err != nil {
		c.end(err)
		return
	}
	m, err := c.dialect.parse(data)
	done()
	switch {
	case err != nil && c.dialect.older:
		c.put(c.ctx, frame{data: connectionError(err.Error())})
	case err != nil:
		c.end(err)
	case m.kind == kindInit:
		c.init(m)
	case m.kind == kindSubscribe:
		c.subscribe(m)
	case m.kind == kindComplete:
		c.complete(m.id)
	case m.kind == kindPing:
		c.put(c.ctx, frame{data: encode("pong", nil, m.payload)})
	case m.kind == kindTerminate:
		c.end(CloseNormal)
	}
}

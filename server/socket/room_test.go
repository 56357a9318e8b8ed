package socket

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// pipes is a listener in memory: nothing of it is buffered, and its time is that
// of the test's bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// room is a served transport inside a bubble.
type room struct {
	*door
	*pipes
	stop  context.CancelFunc
	start time.Time
	at    atomic.Int64 // when the last socket ended, after the start
}

// inRoom runs the test in a bubble, which fails it if a goroutine is left.
func inRoom(t *testing.T, config Config, test func(t *testing.T, r *room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &room{
			door:  &door{house: newHouse(), ended: make(chan Close, 1000)},
			pipes: &pipes{make(chan net.Conn), make(chan struct{})},
			start: time.Now(),
		}
		config.Closed = func(_ context.Context, why Close) {
			r.at.Store(int64(time.Since(r.start)))
			r.ended <- why
		}
		config.Ending = ending
		r.Transport = New(config)
		graph := r.server()
		graph.AddTransport(r.Transport)
		base, stop := context.WithCancel(t.Context())
		r.stop = stop
		server := http.Server{Handler: graph, BaseContext: func(net.Listener) context.Context { return base }}
		go server.Serve(r.pipes)
		test(t, r)
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		server.Close()
		stop()
	})
}

func (r *room) dial(t *testing.T, subprotocol string) *client {
	t.Helper()
	ws, _, err := r.dialer(subprotocol).Dial("ws://room", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return &client{ws, t}
}

func (r *room) dialer(subprotocol string) *websocket.Dialer {
	return &websocket.Dialer{
		Subprotocols: []string{subprotocol},
		NetDial: func(string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			r.conns <- theirs
			return ours, nil
		},
	}
}

func (r *room) wantEnd(t *testing.T, why Close, at time.Duration) {
	t.Helper()
	if got := <-r.ended; got != why {
		t.Errorf("ended with %v, want %v", got, why)
	}
	if got := time.Duration(r.at.Load()); got != at {
		t.Errorf("ended after %v, want %v", got, at)
	}
}

// listen reads until the socket is closed, as clients do all the time, and
// answers what was heard when.
func (c *client) listen(r *room, heard func(at time.Duration, text string)) {
	_ = c.SetReadDeadline(time.Time{})
	for {
		_, text, err := c.ReadMessage()
		if err != nil {
			heard(time.Since(r.start), err.Error())
			return
		}
		heard(time.Since(r.start), string(text))
	}
}

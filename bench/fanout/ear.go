package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// ear is one socket that listens.
type ear struct {
	conn   net.Conn
	in     frames
	stuck  bool // it never reads
	heard  atomic.Int32
	ended  atomic.Bool // before its time; err says why
	err    error
	tally  tally
	late   []int32 // how late each measured post was, in microseconds
	warm   int     // posts up to this number are not measured
	latest int64   // when the last post came
	bytes  int     // of all posts
}

// buffer is what a client reads at once: a few frames.
const buffer = 2 << 10

// perSource is how many sockets have one source address; each has some 28,000
// ports on Linux.
const perSource = 20_000

// tight is what the kernel takes for a socket that never reads, in bytes, so
// that it is stuck soon.
const tight = 4 << 10

func newEar(v *venue, t trial, i int, stuck bool) (*ear, error) {
	var from net.Dialer
	if i >= perSource {
		from.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i/perSource))}
	}
	if stuck {
		from.Control = func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) {
				_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, tight) // else it is stuck later
			})
		}
	}
	conn, err := from.DialContext(context.Background(), "tcp", v.Addr)
	if err != nil {
		return nil, err
	}
	e := &ear{
		conn: conn, in: frames{Reader: bufio.NewReaderSize(conn, max(buffer, t.payload+256))}, stuck: stuck,
		tally: newTally(t.warm() + t.events), late: make([]int32, 0, t.events), warm: t.warm(),
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	if err := e.enter(v, v.rooms[i%len(v.rooms)]); err != nil {
		return nil, fmt.Errorf("socket %d: %w", i, err)
	}
	return e, conn.SetDeadline(time.Time{})
}

// enter opens the WebSocket and subscribes.
func (e *ear) enter(v *venue, to room) error {
	path := "/graphql"
	if v.raw {
		path = "/?topic=" + string(to.id)
	}
	if err := e.upgrade(path); err != nil || v.raw {
		return err
	}
	if err := e.say(textFrame, []byte(`{"type":"connection_init"}`)); err != nil {
		return err
	}
	_, text, err := e.in.next()
	if err != nil {
		return fmt.Errorf("wait for connection_ack: %w", err)
	}
	if !bytes.Contains(text, []byte(`"connection_ack"`)) {
		return fmt.Errorf("connection_init was answered with %.200q", text)
	}
	return e.say(textFrame, subscribe(to))
}

func (e *ear) upgrade(path string) error {
	_, err := fmt.Fprintf(e.conn, "GET %s HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n", path)
	if err != nil {
		return err
	}
	status, err := e.in.ReadString('\n')
	if err != nil || !strings.Contains(status, " 101 ") {
		return fmt.Errorf("the upgrade was answered with %q: %w", status, err)
	}
	for {
		header, err := e.in.ReadSlice('\n')
		if err != nil || len(bytes.TrimSpace(header)) == 0 {
			return err
		}
	}
}

func (e *ear) say(kind byte, text []byte) error {
	_, err := e.conn.Write(masked(kind, text))
	return err
}

// listen reads until the socket ends.
func (e *ear) listen() {
	for {
		kind, text, err := e.in.next()
		if err == nil {
			err = e.hear(kind, text)
		}
		if err != nil {
			e.err = err
			e.ended.Store(true)
			return
		}
	}
}

func (e *ear) hear(kind byte, text []byte) error {
	now := time.Now().UnixNano()
	switch kind {
	case pingFrame:
		return e.say(pongFrame, text)
	case closeFrame:
		return closing(text)
	}
	if p, ok := postIn(text); ok {
		e.note(p, now, len(text))
		return nil
	}
	if bytes.Contains(text, []byte(`"type":"ping"`)) {
		return e.say(textFrame, []byte(`{"type":"pong"}`))
	}
	return fmt.Errorf("heard %.300q", text)
}

func (e *ear) note(p heard, now int64, length int) {
	if !e.tally.note(p.number) {
		return
	}
	e.bytes += length
	e.latest = now
	if p.number > e.warm {
		e.late = append(e.late, int32((now-p.sent)/1000))
	}
	e.heard.Add(1)
}

// wasCut reads what still waits for a socket that never read, to see whether it
// ends.
func (e *ear) wasCut(until time.Time) bool {
	_ = e.conn.SetReadDeadline(until)
	for {
		kind, _, err := e.in.next()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
		if err != nil || kind == closeFrame {
			return true
		}
	}
}

package ferret

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// gate passes commands on to FerretDB, one at a time, and answers back.
type gate struct {
	address  string
	upstream string
	turn     chan struct{} // full while a command or a transaction has its turn
	shim     shim          // used in one's turn alone
	replica  atomic.Pointer[replica]

	shut  chan struct{}
	mu    sync.Mutex
	conns map[net.Conn]bool // nil once shut
}

var errShut = errors.New("the gate is shut")

func newGate(address, upstream string) *gate {
	return &gate{
		address:  address,
		upstream: upstream,
		turn:     make(chan struct{}, 1),
		shim:     shim{unique: map[string][][]string{}},
		shut:     make(chan struct{}),
		conns:    map[net.Conn]bool{},
	}
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		panic(fmt.Sprintf("FerretDB's own address %q: %v", uri, err))
	}
	return u.Host
}

// open serves connections until the function it answers is called.
func (g *gate) open(listener net.Listener) (shut func()) {
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			talks.Go(func() { g.talk(client) })
		}
	})
	return func() {
		listener.Close()
		close(g.shut)
		g.mu.Lock()
		for conn := range g.conns {
			conn.Close()
		}
		g.conns = nil
		g.mu.Unlock()
		talks.Wait()
	}
}

// keep notes an open connection, to be closed when the gate shuts.
func (g *gate) keep(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.conns == nil {
		return false
	}
	g.conns[conn] = true
	return true
}

func (g *gate) drop(conn net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, conn)
}

// take waits for one's turn.
func (g *gate) take() error {
	select {
	case g.turn <- struct{}{}:
		return nil
	case <-g.shut:
		return errShut
	}
}

// talk serves one connection of the driver, by one of its own to FerretDB.
func (g *gate) talk(client net.Conn) {
	defer client.Close()
	if !g.keep(client) {
		return
	}
	defer g.drop(client)
	server, err := net.Dial("tcp", g.upstream)
	if err != nil {
		return
	}
	defer server.Close()

	in, line := bufio.NewReader(client), &line{conn: server, in: bufio.NewReader(server)}
	defer func() {
		if r := g.replica.Load(); r != nil {
			_ = r.abandon(line) // FerretDB is gone too
		}
	}()
	for {
		request, err := readFrame(in)
		if err != nil {
			return
		}
		reply, err := g.answer(line, request)
		if err != nil {
			return // the driver sees a broken connection
		}
		if _, err := client.Write(reply.bytes); err != nil {
			return
		}
	}
}

// answer gives the reply to one request of the driver.
func (g *gate) answer(line *line, request frame) (frame, error) {
	if request.op() != opMsg { // the handshake
		reply, err := line.exchange(request)
		if err != nil {
			return frame{}, err
		}
		return g.introduce(reply)
	}
	command, err := request.document()
	if err != nil {
		return frame{}, err
	}
	switch command[0].Key {
	case "hello", "isMaster", "ismaster":
		reply, err := line.exchange(request)
		if err != nil {
			return frame{}, err
		}
		return g.introduce(reply)
	case "ping", "endSessions", "killCursors":
		return line.exchange(request)
	}
	reply, err := g.dispatch(line, command)
	if err != nil {
		return frame{}, err
	}
	return messageFrame(request.id(), reply)
}

func (g *gate) dispatch(line *line, command bson.D) (bson.D, error) {
	if r := g.replica.Load(); r != nil {
		if _, inside := lookup(command, "autocommit"); inside {
			return r.command(line, command)
		}
	}
	if err := g.take(); err != nil {
		return nil, err
	}
	defer func() { <-g.turn }()
	return g.pass(line, command)
}

// pass sends a command on, with what FerretDB lacks made good.
func (g *gate) pass(line *line, command bson.D) (bson.D, error) {
	reply, err := line.ask(g.shim.request(command))
	if err != nil {
		return nil, err
	}
	return g.shim.reply(reply), nil
}

// introduce has a replica set's gate tell that it is one.
func (g *gate) introduce(reply frame) (frame, error) {
	if g.replica.Load() == nil {
		return reply, nil
	}
	doc, err := reply.document()
	if err != nil {
		return frame{}, err
	}
	return reply.with(append(bson.D{
		{Key: "setName", Value: setName},
		{Key: "setVersion", Value: int32(1)},
		{Key: "hosts", Value: bson.A{g.address}},
		{Key: "primary", Value: g.address},
		{Key: "me", Value: g.address},
		{Key: "secondary", Value: false},
	}, doc...))
}

// line is a connection to FerretDB.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

func (l *line) exchange(request frame) (frame, error) {
	if _, err := l.conn.Write(request.bytes); err != nil {
		return frame{}, err
	}
	return readFrame(l.in)
}

// ask sends a command of the gate's making.
func (l *line) ask(command bson.D) (bson.D, error) {
	request, err := messageFrame(0, command)
	if err != nil {
		return nil, err
	}
	reply, err := l.exchange(request)
	if err != nil {
		return nil, err
	}
	return reply.document()
}

func readFrame(r io.Reader) (frame, error) {
	var head [headLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	size := frame{head[:]}.size()
	if size < headLen || size > maxFrame {
		return frame{}, errors.New("a frame of impossible size")
	}
	whole := make([]byte, size)
	copy(whole, head[:])
	_, err := io.ReadFull(r, whole[headLen:])
	return frame{whole}, err
}

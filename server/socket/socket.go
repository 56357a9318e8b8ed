// Package socket lets people stay connected: it carries GraphQL over WebSocket,
// so that clients can ask, act and be told of what happens on one connection.
//
// It is a graphql.Transport for gqlgen's handler.Server and speaks two
// subprotocols, chosen when the socket opens: graphql-transport-ws (PROTOCOL.md
// of the graphql-ws library) and the older graphql-ws (PROTOCOL.md of
// subscriptions-transport-ws). Its promises:
//
//   - Every message is answered as the protocol says, or the socket is closed
//     with one of the named Close values. No socket just goes quiet.
//   - The ids of live operations are unique. After the client completes an
//     operation nothing of it is sent any more, not even what was queued, so
//     the id is free at once.
//   - Messages of one operation keep their order. Each operation runs in its own
//     goroutine, with its own context, which ends when the client completes the
//     operation or the socket ends.
//   - Nobody waits for a slow reader except that reader's own operations. What
//     the kernel takes at once is written by whoever brings it. The rest waits in
//     an outbox of Config.Outbox messages for a goroutine that writes; an
//     operation that finds the outbox full waits, which for a subscription means
//     that it goes back to the log. A reader who takes nothing for
//     Config.WriteTimeout is closed with CloseSlowReader, and comes back with its
//     cursor.
//   - Memory for one socket is bounded by the outbox and one response of each of
//     Config.MaxOperations operations, whatever the reader does.
//   - A panic in an operation is one error of that operation.
//   - When Drain returns, no goroutine of a socket is left.
package socket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/server/broadcast"
)

// Config says how sockets behave. The zero value works; a field that is zero
// takes the default named beside it.
type Config struct {
	// InitTimeout is how long a new socket may take until its connection_init
	// is answered; 10 s.
	InitTimeout time.Duration
	// PingEvery is the time between the server's pings; 25 s.
	PingEvery time.Duration
	// ReadTimeout is how long a client may be silent, pongs included; three
	// times PingEvery.
	ReadTimeout time.Duration
	// WriteTimeout is how long a reader may take nothing of what is being
	// written; 10 s. A socket that ends has half of it to take its last
	// messages, and half to answer the close frame.
	WriteTimeout time.Duration
	// MaxFrame is the longest message a client may send, in bytes after
	// decompression; 1 MiB.
	MaxFrame int64
	// MaxOperations is how many operations may be live on one socket; 100.
	MaxOperations int
	// OperationsPerSecond is how many operations a socket may start in a second;
	// more are refused with RATE_LIMITED. Any number, if it is zero.
	OperationsPerSecond int
	// Outbox is how many messages may wait for the reader; 64.
	Outbox int
	// CheckOrigin says whether a browser's page may open a socket. By default
	// the Origin header must be absent or name the host that is asked.
	CheckOrigin func(*http.Request) bool
	// Enter lets a client open a socket, or says why it may not, and answers what
	// is to be called when the socket has ended.
	Enter func(*http.Request) (leave func(), err error)
	// Compression offers permessage-deflate to clients.
	Compression bool
	// Authorize is called once for the payload of connection_init, nil when the
	// client sent none. The context it answers is the base of all operations,
	// and must come from the one it is given. If that context is canceled later,
	// the socket is closed with CloseSessionEnded. An error closes the socket
	// with CloseForbidden, and is told to the client if it is a *community.Error.
	Authorize func(ctx context.Context, initPayload map[string]any) (context.Context, error)
	// Operation is called before each operation, in its goroutine, to read again
	// who asks. The context it answers must come from the one it is given, and
	// canceling it ends the operation with the cause as its error. An error or
	// cause of kind UNAUTHENTICATED or FORBIDDEN closes the socket with
	// CloseSessionEnded; any other refuses the one operation.
	Operation func(ctx context.Context) (context.Context, error)
	// Subscribe takes over subscriptions, to be told without a goroutine for each
	// socket. Without it they are executed like other operations.
	Subscribe func(context.Context, broadcast.Subscription, broadcast.Reader) gqlerror.List
	// Ending prepares the context of an operation so that a subscription can say
	// why it ended of itself, and answers how to ask for it, once its responses
	// are over: nil for an ordinary end. Errors do what those of Operation do.
	Ending func(ctx context.Context) (context.Context, func() error)
	// Read is called before a message of so many bytes is decoded, with the
	// context of the operations once there is one. It answers what is to be
	// called behind it; an error closes the socket with CloseOverBudget.
	Read func(ctx context.Context, size int) (done func(), err error)
	// Closed is told once for each socket how it ended, after its last
	// goroutine. The context is the request's, without its end.
	Closed func(ctx context.Context, why Close)
}

func (c Config) withDefaults() Config {
	orDefault(&c.InitTimeout, 10*time.Second)
	orDefault(&c.PingEvery, 25*time.Second)
	orDefault(&c.ReadTimeout, 3*c.PingEvery)
	orDefault(&c.WriteTimeout, 10*time.Second)
	orDefault(&c.MaxFrame, 1<<20)
	orDefault(&c.MaxOperations, 100)
	orDefault(&c.Outbox, 64)
	if c.Authorize == nil {
		c.Authorize = func(ctx context.Context, _ map[string]any) (context.Context, error) { return ctx, nil }
	}
	if c.Enter == nil {
		c.Enter = func(*http.Request) (func(), error) { return func() {}, nil }
	}
	if c.Operation == nil {
		c.Operation = func(ctx context.Context) (context.Context, error) { return ctx, nil }
	}
	if c.Ending == nil {
		c.Ending = func(ctx context.Context) (context.Context, func() error) {
			return ctx, func() error { return nil }
		}
	}
	if c.Read == nil {
		c.Read = func(context.Context, int) (func(), error) { return func() {}, nil }
	}
	if c.Closed == nil {
		c.Closed = func(context.Context, Close) {}
	}
	return c
}

func orDefault[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// closeWait bounds each half of a socket's end: writing the last of it, and
// hearing the peer's close frame.
func (c Config) closeWait() time.Duration { return c.WriteTimeout / 2 }

// Transport is the door for sockets, to be added to a handler.Server. It is
// safe for use by many goroutines.
type Transport struct {
	config   *Config
	upgrader websocket.Upgrader

	mu       sync.Mutex
	sockets  map[*conn]struct{}
	draining bool
}

var _ graphql.Transport = (*Transport)(nil)

// New makes a transport without sockets.
func New(config Config) *Transport {
	config = config.withDefaults()
	return &Transport{
		config: &config,
		upgrader: websocket.Upgrader{
			HandshakeTimeout:  config.WriteTimeout,
			Subprotocols:      []string{transportWS.name, graphqlWS.name},
			ReadBufferSize:    readBuffer,
			WriteBufferPool:   &sync.Pool{},
			CheckOrigin:       config.CheckOrigin,
			EnableCompression: config.Compression,
		},
		sockets: map[*conn]struct{}{},
	}
}

// Supports says whether the request asks for a WebSocket.
func (t *Transport) Supports(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

// readBuffer is how much is read from a socket at once, in bytes. Clients say
// little: larger messages are read past the buffer.
const readBuffer = 512

// Do opens the socket, which lives on when Do has returned: so nothing of the
// HTTP server's, its buffers above all, is held as long as people stay. It
// refuses new sockets with 503 once Drain was called.
func (t *Transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	left, err := t.config.Enter(r)
	if err != nil {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "Too many sockets; try again later.", http.StatusTooManyRequests)
		return
	}
	c := newConn(t.config, r, exec)
	c.left = left
	if !t.enter(c) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, CloseGoingAway.Reason, http.StatusServiceUnavailable)
		left()
		return
	}
	ws, err := t.upgrader.Upgrade(w, r, nil)
	if err != nil { // Upgrade has told the client
		t.leave(c)
		return
	}
	go func() {
		defer t.leave(c)
		c.run(ws)
	}()
}

func (t *Transport) enter(c *conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.draining {
		return false
	}
	t.sockets[c] = struct{}{}
	return true
}

func (t *Transport) leave(c *conn) {
	c.end(nil)
	c.left()
	close(c.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sockets, c)
}

// Sockets is how many sockets are open.
func (t *Transport) Sockets() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.sockets)
}

// Waiting is how many messages wait in the outboxes of all sockets, and in the
// fullest of them.
func (t *Transport) Waiting() (all, most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.sockets {
		c.out.mu.Lock()
		n := len(c.out.queue)
		c.out.mu.Unlock()
		all, most = all+n, max(most, n)
	}
	return all, most
}

// Drain tells all sockets with CloseGoingAway to come back, lets no new ones in,
// and waits until all have ended. Many are told some at a time, in no order, so
// that they do not all come to the next server at once; those who wait for their
// turn are served meanwhile. A reader that does not answer holds it up for twice
// half of Config.WriteTimeout at most, an operation that ignores its context
// for as long as it pleases; when ctx ends first, its cause is the error.
func (t *Transport) Drain(ctx context.Context) error {
	all := t.shut()
	for some := range slices.Chunk(all, farewells) {
		for _, c := range some {
			c.end(CloseGoingAway)
		}
		if len(all) > farewells {
			wait(ctx, pace(ctx, len(all)))
		}
	}
	for _, c := range all {
		select {
		case <-c.done:
		case <-ctx.Done():
			return fmt.Errorf("wait for sockets to end: %w", context.Cause(ctx))
		}
	}
	return nil
}

// farewells is how many sockets are told to go at once; the next ones follow 10
// ms later: 5,000 clients a second find another server.
const farewells = 50

// pace is how long to wait between farewells: less if a third of the time that
// there is would not do for all.
func pace(ctx context.Context, sockets int) time.Duration {
	wait := 10 * time.Millisecond
	if end, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(end)/3*farewells/time.Duration(sockets))
	}
	return wait
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// shut lets nobody in any more, and answers who is there, in no order.
func (t *Transport) shut() []*conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.draining = true
	all := make([]*conn, 0, len(t.sockets))
	for c := range t.sockets {
		all = append(all, c)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

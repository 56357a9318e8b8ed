package server

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
	"veche/server/broadcast"
	"veche/server/limits"
	"veche/server/socket"
)

// limited says whether each client is held to its share.
func (s *Server) limited() bool { return s.config.RateLimit != "off" }

func (c Config) bounds() limits.Bounds {
	return limits.Bounds{Cost: c.MaxCost, Depth: c.MaxDepth, Member: c.MemberRate, Guest: c.GuestRate, Open: c.MaxOpen}.WithDefaults()
}

// gate opens the entrance for the schema.
func (s *Server) gate(schema *ast.Schema) *limits.Gate {
	var budgets *limits.Budgets
	if s.limited() {
		budgets = s.parts.Budgets
	}
	s.entrance = limits.New(s.config.bounds(), schema, budgets)
	return s.entrance
}

// perSecond is how many operations a socket may start in a second: a page that
// mounts starts some at once.
const perSecond = 100

func (s *Server) pace() int {
	if !s.limited() {
		return 0
	}
	return perSecond
}

// later is when to try to open another socket, stream or subscription.
const later = 10 * time.Second

// enter lets a socket or a stream in, if its address has not too many.
// Addresses of proxies stand for many people.
func (s *Server) enter(r *http.Request) (leave func(), err error) {
	address := s.proxies.address(r)
	s.entrance.Patience().Greet(r.Context(), limits.Network(address))
	if s.proxies.has(address) {
		return func() {}, nil
	}
	from := limits.Network(address)
	if !s.streams.Enter(from) {
		return nil, community.RateLimited(later)
	}
	return func() { s.streams.Leave(from) }, nil
}

// subscribe is the station's, for an actor who has not too many subscriptions.
func (s *Server) subscribe(ctx context.Context, wanted broadcast.Subscription, to broadcast.Reader) gqlerror.List {
	if s.readers == nil {
		return s.station.Subscribe(ctx, wanted, to)
	}
	who := limits.Actor(resolvers.RequestFrom(ctx))
	if !s.readers.Enter(who) {
		ctx := graphql.WithOperationContext(ctx, wanted.Operation)
		return gqlerror.List{resolvers.Present(ctx, community.RateLimited(later))}
	}
	context.AfterFunc(ctx, func() { s.readers.Leave(who) })
	return s.station.Subscribe(ctx, wanted, to)
}

// readBuffer is how much the kernel may hold of what nobody has read yet, in
// bytes: by itself it takes some megabytes of a body that is refused.
const readBuffer = 128 << 10

// connection drops a new connection of an address that has too many. A proxy may
// have any number.
func (s *Server) connection(c net.Conn, state http.ConnState) {
	if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
		_ = tcp.SetReadBuffer(readBuffer) // a hint
	}
	switch state {
	case http.StateNew, http.StateClosed, http.StateHijacked:
	default:
		return
	}
	from, _, err := net.SplitHostPort(c.RemoteAddr().String())
	if err != nil || s.proxies.has(from) {
		return
	}
	switch from = limits.Network(from); {
	case state != http.StateNew:
		s.callers.Leave(from)
	case !s.callers.Enter(from):
		s.callers.Join(from) // its end will be told too
		_ = c.Close()
	}
}

// read lets a message of a socket be decoded: a long one is paid for, and waits
// for its turn.
func (s *Server) read(ctx context.Context, size int) (done func(), err error) {
	if err := s.entrance.Body(ctx, int64(size)); err != nil {
		return nil, err
	}
	return s.entrance.Turn(ctx, size)
}

// closed has who is cut off for what they sent wait before they may open another
// socket.
func (s *Server) closed(ctx context.Context, why socket.Close) {
	if offences[why.Code] {
		s.entrance.Patience().Note(limits.Network(resolvers.RequestFrom(ctx).Device.Address), maxBody)
	}
}

// offences are ends of sockets that clients bring about.
var offences = map[int]bool{
	socket.CloseTooLarge.Code: true, socket.CloseProtocol.Code: true, socket.CloseInvalid.Code: true,
	socket.CloseTooManyOperations.Code: true, socket.CloseOverBudget.Code: true,
}

// mayRead has who asks pay for a body that is large, before it is read.
func (s *Server) mayRead(r *http.Request) error {
	return s.entrance.Body(r.Context(), r.ContentLength)
}

package server

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
	"veche/server/broadcast"
)

// events is GraphQL over Server-Sent Events: the graphql-sse protocol in
// distinct connections mode. A request that accepts text/event-stream, by POST
// or by GET, is answered with an event "next" for each response and with
// "complete" at the end. The events of a subscription have its cursor as their
// id: a browser's EventSource that was cut off sends the last one as
// Last-Event-ID, and goes on behind it.
type events struct {
	// draining ends when the server stops: streams then break off without
	// "complete", so that their clients come back.
	draining context.Context
	server   *Server
}

// pulse is how often a quiet stream says that it is alive, so that nothing
// between client and server takes it for dead.
const pulse = 15 * time.Second

// answer streams the responses to the operation, or what is wrong with it.
func (e events) answer(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, operation *graphql.OperationContext, errs gqlerror.List) {
	leave, err := e.server.enter(r)
	if err != nil {
		e.server.refuse(w, r, err)
		return
	}
	defer leave()
	base, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(e.draining, cancel)()
	header := w.Header()
	header.Set("Content-Type", eventStream+"; charset=utf-8")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	s := &stream{w: w, control: http.NewResponseController(w)}
	ctx := graphql.WithOperationContext(graphql.StartOperationTrace(base), operation)
	defer func() {
		if p := recover(); p != nil {
			s.finish(&graphql.Response{Errors: gqlerror.List{resolvers.Present(ctx, resolvers.Recover(ctx, p))}})
		}
	}()
	switch {
	case len(errs) > 0:
		s.finish(exec.DispatchError(ctx, errs))
	case operation.Operation.Operation == ast.Subscription:
		wanted := broadcast.Subscription{Exec: exec, Operation: operation, Since: lastEvent(r)}
		e.follow(base, s, wanted)
	default:
		responses, ctx := exec.DispatchOperation(ctx, operation)
		s.finish(responses(ctx))
	}
}

// lastEvent is where a client that comes back goes on.
func lastEvent(r *http.Request) *community.Cursor {
	id := community.Cursor(r.Header.Get("Last-Event-ID"))
	if id == "" {
		return nil
	}
	return &id
}

// follow streams a subscription.
func (e events) follow(ctx context.Context, s *stream, wanted broadcast.Subscription) {
	o := newOutlet()
	if errs := e.server.subscribe(ctx, wanted, o); len(errs) > 0 {
		s.finish(wanted.Exec.DispatchError(graphql.WithOperationContext(ctx, wanted.Operation), errs))
		return
	}
	if s.open() != nil {
		return
	}
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	for {
		select {
		case m := <-o.heard:
			if s.tell(m) != nil {
				return
			}
		case err := <-o.ended:
			if o.drain(s) == nil {
				e.finish(ctx, s, wanted, err)
			}
			return
		case <-beat.C:
			if s.write([]byte(":\n\n")) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// finish tells why a subscription is over, if there is a reason.
func (e events) finish(ctx context.Context, s *stream, wanted broadcast.Subscription, why error) {
	if why == nil {
		s.finish(nil)
		return
	}
	ctx = graphql.WithOperationContext(ctx, wanted.Operation)
	s.finish(wanted.Exec.DispatchError(ctx, gqlerror.List{resolvers.Present(ctx, why)}))
}

// stream writes events to one client.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// tell writes one event of a subscription, under its cursor.
func (s *stream) tell(m *broadcast.Message) error {
	return s.write(bytes.Join([][]byte{[]byte("id: " + string(m.Cursor) + "\nevent: next\ndata: "), m.JSON, []byte("\n\n")}, nil))
}

func (s *stream) finish(last *graphql.Response) {
	if last != nil {
		text := bytes.Join([][]byte{[]byte("event: next\ndata: "), encoded(last), []byte("\n\n")}, nil)
		if s.write(text) != nil {
			return
		}
	}
	_ = s.write([]byte("event: complete\ndata:\n\n")) // the client may have gone
}

// open lets the client see at once that it is connected, and says when to come
// back should the stream break off: not all at once.
func (s *stream) open() error {
	return s.write(fmt.Appendf(nil, "retry: %d\n\n", 500+rand.IntN(2500)))
}

func (s *stream) write(text []byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(10 * time.Second)) // not every writer has deadlines
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}

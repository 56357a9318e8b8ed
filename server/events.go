package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
)

// events is GraphQL over Server-Sent Events: the graphql-sse protocol in
// distinct connections mode. A request that accepts text/event-stream, by POST
// or by GET, is answered with an event "next" for each response and with
// "complete" at the end.
type events struct {
	// draining ends when the server stops: streams then break off without
	// "complete", so that their clients come back.
	draining context.Context
}

// pulse is how often a quiet stream says that it is alive, so that nothing
// between client and server takes it for dead.
const pulse = 15 * time.Second

// Supports takes requests that ask for an event stream.
func (events) Supports(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream") &&
		(r.Method == http.MethodPost || r.Method == http.MethodGet)
}

// Do runs the operation and streams its responses.
func (e events) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, err := parameters(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	ctx, ending := resolvers.WithEnding(r.Context())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.draining, cancel)()
	ctx = graphql.StartOperationTrace(ctx)
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	s := stream{w, http.NewResponseController(w)}
	operation, errs := exec.CreateOperationContext(ctx, params)
	ctx = graphql.WithOperationContext(ctx, operation)
	if len(errs) == 0 && r.Method == http.MethodGet && operation.Operation.Operation == ast.Mutation {
		errs = gqlerror.List{resolvers.Present(ctx, community.BadInput("query", "A mutation goes by POST."))}
	}
	if len(errs) > 0 {
		s.finish(exec.DispatchError(ctx, errs))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	if s.write([]byte(":\n\n")) != nil { // so that the client sees at once that it is connected
		return
	}
	for response := range s.alive(ctx, responses) {
		if s.send("next", response) != nil {
			return
		}
	}
	if e.draining.Err() != nil {
		return
	}
	if err := ending.Err(); err != nil {
		s.finish(exec.DispatchError(ctx, gqlerror.List{resolvers.Present(ctx, err)}))
		return
	}
	s.finish(nil)
}

// stream writes events to one client.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// alive hands on the responses, and keeps the stream from looking dead between
// them.
func (s stream) alive(ctx context.Context, responses graphql.ResponseHandler) func(func(*graphql.Response) bool) {
	return func(yield func(*graphql.Response) bool) {
		next := make(chan *graphql.Response)
		go func() {
			defer close(next)
			for {
				response := responses(ctx)
				if response == nil {
					return
				}
				select {
				case next <- response:
				case <-ctx.Done():
					return
				}
			}
		}()
		beat := time.NewTicker(pulse)
		defer beat.Stop()
		for {
			select {
			case response, more := <-next:
				if !more || !yield(response) {
					return
				}
			case <-beat.C:
				if s.write([]byte(":\n\n")) != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

func (s stream) send(event string, response *graphql.Response) error {
	data, err := json.Marshal(response)
	if err != nil {
		return err
	}
	return s.write(bytes.Join([][]byte{[]byte("event: " + event + "\ndata: "), data, []byte("\n\n")}, nil))
}

func (s stream) finish(last *graphql.Response) {
	if last != nil && s.send("next", last) != nil {
		return
	}
	_ = s.write([]byte("event: complete\ndata:\n\n")) // the client may have gone
}

func (s stream) write(text []byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(10 * time.Second)) // not every writer has deadlines
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}

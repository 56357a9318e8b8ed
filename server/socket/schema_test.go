package socket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

const sdl = `
type Query { hello: String! name: String! partial: String panics: String refused: String again: String! unencodable: String! }
type Mutation { add(a: Int!, b: Int!): Int! }
type Subscription {
	count(to: Int!): Int! hold: Int! stubborn: Int! flood(size: Int!): String! big(size: Int!): String!
	fails: Int! unstarted: Int! panicsLater: Int!
}`

type nameKey struct{}

// field answers one root field, as the code that gqlgen generates would.
type field func(ctx context.Context, args map[string]any) graphql.ResponseHandler

// house is a schema whose fields do what a test needs.
type house struct {
	schema *ast.Schema
	fields map[string]field

	holding atomic.Int64  // holds and stubborn ones that run
	flooded atomic.Int64  // responses that floods were asked for
	release chan struct{} // ends the stubborn ones
}

func newHouse() *house {
	h := &house{
		schema:  gqlparser.MustLoadSchema(&ast.Source{Input: sdl}),
		release: make(chan struct{}),
	}
	h.fields = map[string]field{
		"hello": once(`{"hello":"world"}`), "again": again(`{"again":"x"}`),
		"name": name, "partial": partial, "panics": panics, "refused": refused,
		"unencodable": unencodable, "add": add,
		"count": count, "hold": h.hold, "stubborn": h.stubborn, "flood": h.flood, "big": big,
		"fails": fails, "unstarted": unstarted, "panicsLater": panicsLater,
	}
	return h
}

// server is a handler.Server with this schema and a presenter like the real one.
func (h *house) server() *handler.Server {
	s := handler.New(h)
	s.SetRecoverFunc(func(context.Context, any) error { return errors.New("panicked") })
	s.SetErrorPresenter(func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		var told *community.Error
		if errors.As(err, &told) {
			shown.Message, shown.Extensions = told.Message, map[string]any{"code": told.Kind}
		}
		return shown
	})
	return s
}

func (h *house) Schema() *ast.Schema { return h.schema }

func (h *house) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (h *house) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	asked := op.Operation.SelectionSet[0].(*ast.Field)
	return h.fields[asked.Name](ctx, asked.ArgumentMap(op.Variables))
}

func data(format string, args ...any) *graphql.Response {
	return &graphql.Response{Data: fmt.Appendf(nil, format, args...)}
}

func once(text string) field {
	return func(context.Context, map[string]any) graphql.ResponseHandler {
		return graphql.OneShot(data("%s", text))
	}
}

func again(text string) field {
	return func(context.Context, map[string]any) graphql.ResponseHandler {
		return func(context.Context) *graphql.Response { return data("%s", text) }
	}
}

func name(ctx context.Context, _ map[string]any) graphql.ResponseHandler {
	return graphql.OneShot(data(`{"name":%q}`, ctx.Value(nameKey{})))
}

func partial(context.Context, map[string]any) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		graphql.RegisterExtension(ctx, "cost", 1)
		return &graphql.Response{Data: []byte(`{"partial":null}`), Errors: gqlerror.List{{Message: "half"}}}
	}
}

func panics(context.Context, map[string]any) graphql.ResponseHandler { panic("at once") }

func refused(ctx context.Context, _ map[string]any) graphql.ResponseHandler {
	r := graphql.ErrorResponse(ctx, "not today")
	return func(context.Context) *graphql.Response { return r }
}

func unencodable(context.Context, map[string]any) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		graphql.RegisterExtension(ctx, "x", make(chan int))
		return data("{}")
	}
}

func add(_ context.Context, args map[string]any) graphql.ResponseHandler {
	a, _ := graphql.UnmarshalInt64(args["a"])
	b, _ := graphql.UnmarshalInt64(args["b"])
	return graphql.OneShot(data(`{"add":%d}`, a+b))
}

func count(_ context.Context, args map[string]any) graphql.ResponseHandler {
	to, _ := graphql.UnmarshalInt64(args["to"])
	var n int64
	return func(context.Context) *graphql.Response {
		if n++; n > to {
			return nil
		}
		return data(`{"count":%d}`, n)
	}
}

func (h *house) hold(context.Context, map[string]any) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		h.holding.Add(1)
		defer h.holding.Add(-1)
		<-ctx.Done()
		return nil
	}
}

func (h *house) stubborn(context.Context, map[string]any) graphql.ResponseHandler {
	return func(context.Context) *graphql.Response {
		h.holding.Add(1)
		defer h.holding.Add(-1)
		<-h.release
		return data(`{"stubborn":1}`)
	}
}

func (h *house) flood(_ context.Context, args map[string]any) graphql.ResponseHandler {
	size, _ := graphql.UnmarshalInt(args["size"])
	return func(context.Context) *graphql.Response {
		h.flooded.Add(1)
		return data(`{"flood":"%s"}`, strings.Repeat("x", size))
	}
}

func big(_ context.Context, args map[string]any) graphql.ResponseHandler {
	size, _ := graphql.UnmarshalInt(args["size"])
	return graphql.OneShot(data(`{"big":"%s"}`, strings.Repeat("0123456789", size/10)))
}

type endingKey struct{}

// ending is a Config.Ending for the resolver fails.
func ending(ctx context.Context) (context.Context, func() error) {
	var why atomic.Value
	return context.WithValue(ctx, endingKey{}, &why), func() error {
		err, _ := why.Load().(error)
		return err
	}
}

// fails tells of an error as resolvers do: from the goroutine that feeds the
// channel, which it then closes.
func fails(ctx context.Context, _ map[string]any) graphql.ResponseHandler {
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		select {
		case numbers <- 1:
		case <-ctx.Done():
			return
		}
		if why, ok := ctx.Value(endingKey{}).(*atomic.Value); ok {
			why.Store(community.Conflict("The topic was closed."))
		}
	}()
	return func(ctx context.Context) *graphql.Response {
		select {
		case n, ok := <-numbers:
			if ok {
				return data(`{"fails":%d}`, n)
			}
		case <-ctx.Done():
		}
		return nil
	}
}

func unstarted(ctx context.Context, _ map[string]any) graphql.ResponseHandler {
	graphql.AddError(ctx, community.NotFound("topic"))
	return func(context.Context) *graphql.Response { return nil }
}

func panicsLater(context.Context, map[string]any) graphql.ResponseHandler {
	first := true
	return func(context.Context) *graphql.Response {
		if !first {
			panic("later")
		}
		first = false
		return data(`{"panicsLater":1}`)
	}
}

// eventually waits for what other goroutines are about to do.
func eventually(t interface {
	Helper()
	Fatalf(string, ...any)
}, what string, holds func() bool,
) {
	t.Helper()
	for start := time.Now(); !holds(); time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("not so after 10 s: %s", what)
		}
	}
}

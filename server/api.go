package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/dataloaders"
	"veche/graph"
	"veche/live"
	"veche/resolvers"
	"veche/server/broadcast"
	"veche/server/limits"
	"veche/server/socket"
)

// api is the GraphQL endpoint with all its transports.
func (s *Server) api() http.Handler {
	root := &resolvers.Root{
		Roll: s.parts.Roll, Hall: s.parts.Hall, Boards: s.parts.Boards,
		Index: s.parts.Index, Ledger: s.parts.Ledger, Almanac: s.parts.Almanac,
	}
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: root})
	h := handler.New(schema)
	s.station = broadcast.New(s.parts.Log, schema.Schema())
	gate := s.gate(schema.Schema())
	s.station.Began = s.parts.Lookout.Subscribed
	s.station.Price, s.station.Charge = gate.EventPrice, gate.Charge
	s.sockets = socket.New(s.socketConfig())
	h.AddTransport(guarded{s.sockets, gate})
	h.AddTransport(guarded{requests{events{s.draining, s}}, gate})
	h.SetQueryCache(gate.Cache())
	h.SetParserTokenLimit(gate.MaxTokens())
	h.SetErrorPresenter(resolvers.Present)
	h.SetRecoverFunc(resolvers.Recover)
	s.parts.Lookout.Operations(h.Use)
	h.Use(limits.Costs{Gate: gate})
	h.Use(introspection(s.config.Introspection)) // before a document is kept
	if s.parts.Trusted != nil {
		h.Use(s.parts.Trusted)
	} else {
		h.Use(s.parts.Documents)
	}
	h.Use(limits.Documents{Gate: gate})
	if s.limited() {
		h.AroundRootFields(limits.NewSignIns().Around)
	}
	h.AroundRootFields(once)
	h.AroundResponses(s.fresh)
	return h
}

// guarded is a transport whose operations come through the gate.
type guarded struct {
	graphql.Transport
	gate *limits.Gate
}

// Do hands on the executor behind the gate.
func (g guarded) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	g.Transport.Do(w, r, g.gate.Around(exec))
}

// fresh gives every response, and so every event of a subscription, loaders of
// its own.
func (s *Server) fresh(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	moment, err := s.moment(ctx, graphql.GetOperationContext(ctx).RawQuery)
	if err != nil {
		return &graphql.Response{Errors: gqlerror.List{resolvers.Present(ctx, err)}}
	}
	source := dataloaders.Source{Roll: s.parts.Roll, Hall: s.parts.Hall, Boards: s.parts.Boards, Almanac: s.parts.Almanac}
	return next(dataloaders.With(ctx, source.Fresh(resolvers.RequestFrom(ctx).Viewer, moment)))
}

// moment is when the response began, for an operation that asks for live
// cursors: they must be older than all else in the response.
func (s *Server) moment(ctx context.Context, query string) (live.Moment, error) {
	if !strings.Contains(query, "liveCursor") {
		return live.Moment{}, nil
	}
	return s.parts.Log.Moment(ctx)
}

func (s *Server) socketConfig() socket.Config {
	return socket.Config{
		CheckOrigin: s.originAllowed,
		Compression: s.config.Compression == "on",
		Authorize: func(ctx context.Context, payload map[string]any) (context.Context, error) {
			authorization, _ := payload["authorization"].(string)
			if authorization == "" {
				authorization, _ = payload["Authorization"].(string)
			}
			if authorization == "" {
				return ctx, nil // a guest, or whoever the upgrade request said
			}
			request, err := s.request(ctx, authorization, resolvers.RequestFrom(ctx).Device)
			if err != nil {
				return nil, err
			}
			return resolvers.WithRequest(ctx, request), nil
		},
		Operation: func(ctx context.Context) (context.Context, error) {
			request := *resolvers.RequestFrom(ctx)
			var err error
			if request.Viewer, err = request.Watcher(ctx); err != nil {
				return nil, err
			}
			return resolvers.WithRequest(ctx, &request), nil
		},
		Subscribe:           s.subscribe,
		Enter:               s.enter,
		Read:                s.read,
		Closed:              s.closed,
		OperationsPerSecond: s.pace(),
	}
}

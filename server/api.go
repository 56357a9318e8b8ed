package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"veche/dataloaders"
	"veche/graph"
	"veche/live"
	"veche/resolvers"
	"veche/server/broadcast"
	"veche/server/socket"
)

// maxTokens bounds a document before it is parsed: the parser recurses, and a
// megabyte of brackets would overflow its stack.
const maxTokens = 5000

// parsed is how many documents are kept parsed and validated.
const parsed = 1000

// api is the GraphQL endpoint with all its transports.
func (s *Server) api() http.Handler {
	root := &resolvers.Root{Roll: s.parts.Roll, Hall: s.parts.Hall}
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: root})
	h := handler.New(schema)
	s.station = broadcast.New(s.parts.Log, schema.Schema())
	s.station.Began = s.parts.Lookout.Subscribed
	s.sockets = socket.New(s.socketConfig())
	h.AddTransport(s.sockets)
	h.AddTransport(events{s.draining, s.station})
	h.AddTransport(requests{})
	h.SetQueryCache(lru.New[*ast.QueryDocument](parsed))
	h.SetParserTokenLimit(maxTokens)
	h.SetErrorPresenter(resolvers.Present)
	h.SetRecoverFunc(resolvers.Recover)
	s.parts.Lookout.Operations(h.Use)
	h.Use(extension.Introspection{})
	h.Use(s.parts.Documents)
	h.AroundRootFields(s.limits.around)
	h.AroundResponses(s.fresh)
	return h
}

// fresh gives every response, and so every event of a subscription, loaders of
// its own.
func (s *Server) fresh(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	moment, err := s.moment(ctx, graphql.GetOperationContext(ctx).RawQuery)
	if err != nil {
		return graphql.ErrorResponse(ctx, "%v", resolvers.Present(ctx, err).Message)
	}
	source := dataloaders.Source{Roll: s.parts.Roll, Hall: s.parts.Hall}
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
		Subscribe: s.station.Subscribe,
	}
}

// originAllowed lets browsers open a socket from this server's own pages and
// from the configured ones. Programs that are no browsers send no origin.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.config.Origins, origin) {
		return true
	}
	_, host, ok := strings.Cut(origin, "://")
	return ok && strings.EqualFold(host, r.Host)
}

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
	"veche/dataloaders"
	"veche/graph"
	"veche/resolvers"
	"veche/server"
)

// servePlain answers the same schema by the same resolvers and loaders with
// nothing around them: no limits, no budgets, no cost, no persisted documents,
// no sessions, no origins, no idempotency, nothing observed, and a transport
// that does what it must for a sound request.
func servePlain(folder, addr string) error {
	parts, err := server.Assemble(context.Background(), server.Config{Data: folder, LogRequests: "off"}, nil)
	if err != nil {
		return err
	}
	h := handler.New(graph.NewExecutableSchema(graph.Config{Resolvers: &resolvers.Root{Roll: parts.Roll, Hall: parts.Hall}}))
	h.AddTransport(plain{})
	h.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	h.SetErrorPresenter(resolvers.Present)
	source := dataloaders.Source{Roll: parts.Roll, Hall: parts.Hall}
	h.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		moment, err := parts.Log.Moment(ctx)
		if err != nil {
			return graphql.ErrorResponse(ctx, "%v", err)
		}
		return next(dataloaders.With(ctx, source.Fresh(community.Viewer{}, moment)))
	})
	return http.ListenAndServe(addr, h)
}

// plain is the least of transports.
type plain struct{}

func (plain) Supports(*http.Request) bool { return true }

func (plain) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx := graphql.StartOperationTrace(r.Context())
	var params graphql.RawParams
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if err := d.Decode(&params); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	operation, errs := exec.CreateOperationContext(ctx, &params)
	if len(errs) > 0 {
		http.Error(w, errs.Error(), http.StatusBadRequest)
		return
	}
	ctx = graphql.WithOperationContext(ctx, operation)
	responses, ctx := exec.DispatchOperation(ctx, operation)
	response := responses(ctx)
	if len(response.Errors) > 0 {
		http.Error(w, response.Errors.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(`{"data":}`)+len(response.Data)))
	for _, part := range [][]byte{[]byte(`{"data":`), response.Data, []byte("}")} {
		_, _ = w.Write(part) // the client may have gone
	}
}

package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
)

// requests is GraphQL over HTTP by POST and GET, as the GraphQL over HTTP draft
// says. gqlgen's own transport scans and copies every response once more before
// it writes it. A client that would rather have an event stream gets one.
//
// The draft of August 2026 recommends 422 for what is well-formed but not valid,
// and 294 for data with errors. We answer 400 and 200, as the drafts before it:
// clients, caches and the audits of today know no other.
type requests struct{ streams events }

const methods = "GET, HEAD, POST, OPTIONS"

// Supports takes whatever is no socket.
func (requests) Supports(*http.Request) bool { return true }

// Do runs the operation and writes its response.
func (t requests) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	defer func() {
		if p := recover(); p != nil {
			t.streams.server.refuse(w, r, resolvers.Recover(r.Context(), p))
		}
	}()
	kind, err := negotiated(r)
	if err != nil {
		t.streams.server.refuse(w, r, err)
		return
	}
	params, err := t.parameters(r)
	if err != nil {
		t.streams.server.refuse(w, r, err)
		return
	}
	ctx := graphql.StartOperationTrace(r.Context())
	operation, errs := exec.CreateOperationContext(ctx, params)
	subscribes := false
	if len(errs) == 0 {
		subscribes = operation.Operation.Operation == ast.Subscription
		if err := fits(operation.Operation.Operation, r); err != nil {
			t.streams.server.refuse(w, r, err)
			return
		}
	}
	if kind == eventStream || subscribes {
		t.streams.answer(w, r, exec, operation, errs)
		return
	}
	ctx = graphql.WithOperationContext(ctx, operation)
	if len(errs) > 0 {
		answer(w, kind, exec.DispatchError(ctx, errs))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	answer(w, kind, responses(ctx))
}

// parameters reads the operation; a long request waits for its turn.
func (t requests) parameters(r *http.Request) (*graphql.RawParams, error) {
	size := 0
	if body, ok := r.Body.(whole); ok {
		size = len(body.text)
	}
	done, err := t.streams.server.entrance.Turn(r.Context(), size)
	if err != nil {
		return nil, err
	}
	defer done()
	return parameters(r)
}

// negotiated is the media type to answer in, if the request is one to be
// answered.
func negotiated(r *http.Request) (string, error) {
	offered := []string{responseJSON, plainJSON, eventStream}
	switch r.Method {
	case http.MethodGet, http.MethodPost:
	case http.MethodHead: // nobody hears a stream
		offered = offered[:2]
	default:
		return "", refusal{http.StatusMethodNotAllowed, community.BadInput("", "Operations go by POST, or queries by GET.")}
	}
	if len(r.URL.RawQuery) > maxQuery {
		return "", refusal{http.StatusRequestURITooLong, community.BadInput("", "The URL is longer than %d bytes; send the operation by POST.", maxQuery)}
	}
	kind, ok := accepted(r.Header.Values("Accept"), offered...)
	if !ok {
		return "", refusal{http.StatusNotAcceptable, community.BadInput("", "Answers are %s, %s or %s, and none of these is accepted.", responseJSON, plainJSON, eventStream)}
	}
	return kind, nil
}

// fits refuses a mutation by a safe method, and a subscription to whom cannot
// take a stream.
func fits(operation ast.Operation, r *http.Request) error {
	switch {
	case operation == ast.Mutation && r.Method != http.MethodPost:
		return refusal{http.StatusMethodNotAllowed, community.BadInput("query", "A mutation goes by POST.")}
	case operation == ast.Subscription && (r.Method == http.MethodHead || !acceptsStream(r.Header.Values("Accept"))):
		return community.BadInput("query", "A subscription goes over a socket, or accepts %s.", eventStream)
	}
	return nil
}

// statusFor is 200 for what was executed, whatever came of it. Plain JSON has no
// other status for a request that was well-formed.
func statusFor(kind string, response *graphql.Response) int {
	if kind == plainJSON || response.Data != nil || len(response.Errors) == 0 {
		return http.StatusOK
	}
	code, _ := response.Errors[0].Extensions["code"].(community.Kind)
	if status, ok := statuses[code]; ok {
		return status
	}
	return http.StatusBadRequest
}

// closing is what goes behind the data; nil if the extensions are no JSON.
func closing(extensions map[string]any) []byte {
	if len(extensions) == 0 {
		return []byte("}")
	}
	text, err := json.Marshal(extensions)
	if err != nil {
		return nil
	}
	return append(append([]byte(`,"extensions":`), text...), '}')
}

// answer writes the response. Most are data alone, which is JSON already.
func answer(w http.ResponseWriter, kind string, response *graphql.Response) {
	parts := [][]byte{[]byte(`{"data":`), response.Data, closing(response.Extensions)}
	if len(response.Errors) > 0 || response.Data == nil || parts[2] == nil {
		parts = [][]byte{encoded(response)}
	}
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(length))
	if len(response.Errors) > 0 {
		delay(w.Header(), response.Errors[0])
	}
	w.WriteHeader(statusFor(kind, response))
	for _, part := range parts {
		_, _ = w.Write(part) // the client may have gone
	}
}

// encoded is the response in JSON. That to a request that was not executed has
// no data at all, rather than null.
func encoded(response *graphql.Response) []byte {
	out := struct {
		Errors     gqlerror.List    `json:"errors,omitempty"`
		Data       *json.RawMessage `json:"data,omitempty"`
		Extensions map[string]any   `json:"extensions,omitempty"`
	}{Errors: response.Errors, Extensions: response.Extensions}
	if response.Data != nil {
		out.Data = &response.Data
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		panic(err) // whoever recovers tells the client of an error that can be encoded
	}
	return bytes.TrimRight(body.Bytes(), "\n")
}

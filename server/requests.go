package server

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
)

// requests is GraphQL over HTTP by POST and GET, as the GraphQL over HTTP draft
// says (media types and status codes: sections 5 and 6). gqlgen's own transport
// scans and copies every response once more before it writes it.
type requests struct{}

// The media types of answers.
const (
	responseJSON = "application/graphql-response+json"
	plainJSON    = "application/json"
)

// Supports takes every request that asks for no socket and no stream.
func (requests) Supports(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && (r.Method == http.MethodPost || r.Method == http.MethodGet)
}

// Do runs the operation and writes its response.
func (requests) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	kind := accepted(r.Header.Get("Accept"))
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	params, err := parameters(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	ctx := graphql.StartOperationTrace(r.Context())
	operation, errs := exec.CreateOperationContext(ctx, params)
	ctx = graphql.WithOperationContext(ctx, operation)
	if len(errs) > 0 {
		status := http.StatusOK // a well-formed request, as plain JSON knows no better
		if kind == responseJSON {
			status = http.StatusBadRequest
		}
		status = delayed(w, status, errs)
		answer(w, status, exec.DispatchError(ctx, errs))
		return
	}
	switch operation.Operation.Operation {
	case ast.Mutation:
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, community.BadInput("query", "A mutation goes by POST."))
			return
		}
	case ast.Subscription:
		refuse(w, http.StatusBadRequest, community.BadInput("query", "A subscription goes over a socket, or accepts text/event-stream."))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	answer(w, http.StatusOK, responses(ctx))
}

// parameters reads the operation from the body of a POST or the query of a GET.
func parameters(r *http.Request) (*graphql.RawParams, error) {
	params := &graphql.RawParams{Headers: r.Header}
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		params.Query, params.OperationName = q.Get("query"), q.Get("operationName")
		if err := decode(q.Get("variables"), &params.Variables); err != nil {
			return nil, err
		}
		return params, decode(q.Get("extensions"), &params.Extensions)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != plainJSON {
		return nil, community.BadInput("", "The body must be application/json.")
	}
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if err := d.Decode(params); err != nil {
		return nil, errNotJSON
	}
	return params, nil
}

var errNotJSON = community.BadInput("", "This is not the JSON of a GraphQL request.")

func decode(text string, into *map[string]any) error {
	if text == "" {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return errNotJSON
	}
	return nil
}

// accepted is the media type to answer in: that of the current draft where the
// client names it first or names none, plain JSON for older clients.
func accepted(accept string) string {
	for part := range strings.SplitSeq(accept, ",") {
		switch kind, _, _ := strings.Cut(strings.TrimSpace(part), ";"); strings.TrimSpace(kind) {
		case responseJSON, "*/*", "application/*":
			return responseJSON
		case plainJSON:
			return plainJSON
		}
	}
	return responseJSON
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
func answer(w http.ResponseWriter, status int, response *graphql.Response) {
	parts := [][]byte{[]byte(`{"data":`), response.Data, closing(response.Extensions)}
	if len(response.Errors) > 0 || response.Data == nil || parts[2] == nil {
		var body bytes.Buffer
		e := json.NewEncoder(&body)
		e.SetEscapeHTML(false)
		if err := e.Encode(response); err != nil {
			refuse(w, http.StatusInternalServerError, err)
			return
		}
		parts = [][]byte{body.Bytes()}
	}
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(status)
	for _, part := range parts {
		_, _ = w.Write(part) // the client may have gone
	}
}

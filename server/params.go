package server

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"veche/community"
	"veche/server/persisted"
)

// parameters reads the operation from the body of a POST or the query of a GET.
func parameters(r *http.Request) (*graphql.RawParams, error) {
	read := fromQuery
	if r.Method == http.MethodPost {
		read = fromBody
	}
	fields, err := read(r)
	if err != nil {
		return nil, err
	}
	p := &graphql.RawParams{Headers: r.Header}
	var document string
	for name, into := range map[string]any{
		"query": &p.Query, "operationName": &p.OperationName, persisted.DocumentID: &document,
		"variables": &p.Variables, "extensions": &p.Extensions,
	} {
		if err := decode(name, fields[name], into); err != nil {
			return nil, err
		}
	}
	if document != "" {
		p.Extensions = persisted.Name(p.Extensions, document)
	}
	if _, sent := fields["query"]; !sent && !persisted.Named(p.Extensions) {
		return nil, community.BadInput("query", "The query is missing: there is neither a text nor the name of one.")
	}
	return p, nil
}

// fromBody reads the fields of a JSON object. Those that nobody knows are let be.
func fromBody(r *http.Request) (fields map[string]json.RawMessage, err error) {
	kind, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset, ok := options["charset"]; err != nil || kind != plainJSON || ok && !strings.EqualFold(charset, "utf-8") {
		return nil, refusal{http.StatusUnsupportedMediaType, community.BadInput("", "The body must be %s, in UTF-8.", plainJSON)}
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, refusal{http.StatusUnsupportedMediaType, community.BadInput("", "The body must not be compressed.")}
	}
	var body []byte
	if b, ok := r.Body.(whole); ok {
		body = b.text
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) > 0 && first[0] == '[' {
		return nil, community.BadInput("", "Batches are not taken: send each operation by itself.")
	}
	if !utf8.Valid(body) || json.Unmarshal(body, &fields) != nil || fields == nil {
		return nil, community.BadInput("", "The body is not the JSON object of a GraphQL request.")
	}
	return fields, nil
}

// fromQuery reads the fields from a URL. Its empty parameters are as good as
// none.
func fromQuery(r *http.Request) (map[string]json.RawMessage, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, community.BadInput("", "The query of the URL is not encoded as a form.")
	}
	fields := map[string]json.RawMessage{}
	for name, all := range values {
		switch {
		case len(all) > 1:
			return nil, community.BadInput(name, "This is given more than once.")
		case all[0] == "":
		case name == "variables" || name == "extensions":
			fields[name] = json.RawMessage(all[0])
		default:
			fields[name], _ = json.Marshal(all[0]) // a string
		}
	}
	return fields, nil
}

// decode reads a string or an object. A field that is not there, or null, is
// nothing.
func decode(name string, text json.RawMessage, into any) error {
	if text == nil {
		return nil
	}
	kind := "a string"
	if _, ok := into.(*map[string]any); ok {
		kind = "an object"
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil || d.More() {
		return community.BadInput(name, "This must be %s.", kind)
	}
	return nil
}

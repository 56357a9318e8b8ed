package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// vars are an operation's variables.
type vars = map[string]any

// outcome is a response of the API.
type outcome struct {
	Data   json.RawMessage `json:"data"`
	Errors []fault         `json:"errors"`
}

// fault is an error as clients see it.
type fault struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code  string `json:"code"`
		Field string `json:"field"`
	} `json:"extensions"`
}

// String is the fault in a line: where, what kind, which field, and the words.
func (f fault) String() string {
	var parts []string
	if len(f.Path) > 0 {
		path := make([]string, len(f.Path))
		for i, step := range f.Path {
			path[i] = fmt.Sprint(step)
		}
		parts = append(parts, strings.Join(path, "."))
	}
	parts = append(parts, f.Extensions.Code)
	if f.Extensions.Field != "" {
		parts = append(parts, f.Extensions.Field)
	}
	return strings.Join(parts, " ") + ": " + f.Message
}

// try sends an operation by POST.
func (h *house) try(ctx context.Context, who, query string, v vars) (*outcome, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		return nil, err
	}
	r, err := h.request(ctx, who, body, "application/graphql-response+json, application/json")
	if err != nil {
		return nil, err
	}
	response, err := h.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var a outcome
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return nil, fmt.Errorf("read an answer with status %d: %w", response.StatusCode, err)
	}
	return &a, nil
}

// request is a POST that comes from somebody.
func (h *house) request(ctx context.Context, who string, body []byte, accept string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	credential, err := h.credential(who)
	if credential != "" {
		r.Header.Set("Authorization", credential)
	}
	return r, err
}

// patience bounds how long any one thing may take.
const patience = 30 * time.Second

// ask sends an operation and answers whatever came.
func (h *house) ask(who, query string, v vars) *outcome {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	a, err := h.try(ctx, who, query, v)
	if err != nil {
		h.t.Fatalf("%s asks %s: %v", who, query, err)
	}
	return a
}

// get sends an operation that must succeed, and answers its data.
func (h *house) get(who, query string, v vars) tree {
	h.t.Helper()
	a := h.ask(who, query, v)
	for _, f := range a.Errors {
		h.t.Fatalf("%s asks %s %v: %s", who, query, v, f)
	}
	return read(a.Data)
}

// tree is decoded JSON.
type tree struct{ any }

func read(data []byte) tree {
	var t tree
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&t.any) != nil {
		return tree{}
	}
	return t
}

// at goes down a path such as "topic.posts.nodes.0.id"; what is not there is
// nothing.
func (t tree) at(path string) tree {
	for step := range strings.SplitSeq(path, ".") {
		switch now := t.any.(type) {
		case map[string]any:
			t.any = now[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(now) {
				return tree{}
			}
			t.any = now[i]
		default:
			return tree{}
		}
	}
	return t
}

func (t tree) text() string {
	s, _ := t.any.(string)
	return s
}

func (t tree) number() int {
	n, _ := t.any.(json.Number)
	i, _ := n.Int64()
	return int(i)
}

func (t tree) list() []tree {
	all, _ := t.any.([]any)
	out := make([]tree, len(all))
	for i, v := range all {
		out[i] = tree{v}
	}
	return out
}

// raw is the JSON again.
func (t tree) raw(test testing.TB) []byte {
	data, err := json.Marshal(t.any)
	if err != nil {
		test.Fatal(err)
	}
	return data
}

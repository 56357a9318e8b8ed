package server

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"veche/server/observe"
)

// spans keeps what an exporter is given.
type spans struct {
	mu  sync.Mutex
	all []sdk.ReadOnlySpan
}

func (s *spans) ExportSpans(_ context.Context, some []sdk.ReadOnlySpan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, some...)
	return nil
}

func (s *spans) Shutdown(context.Context) error { return nil }

// named is the span of the trace that has the name; of any trace, if it is "".
func (s *spans) named(t *testing.T, name, trace string) sdk.ReadOnlySpan {
	t.Helper()
	var names []string
	for _, span := range s.all {
		if names = append(names, span.Name()); span.Name() == name && (trace == "" || span.SpanContext().TraceID().String() == trace) {
			return span
		}
	}
	t.Fatalf("no span %q of trace %q in %q", name, trace, names)
	return nil
}

// TestTraces follows a trace that a client began down to the store, and finds
// those of what comes by a socket to be their own.
func TestTraces(t *testing.T) {
	kept := &spans{}
	h := openSeen(t, observe.Options{Requests: "off", Spans: kept}, "anna")
	h.build("hall")
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	h.traced(t, trace, `{"query": "query Hall { space(slug: \"hall\") { id name } }"}`)
	ear, err := h.listen("anna", `subscription Watch($s: ID!) { spaceEvents(spaceId: $s) { __typename } }`, vars{"s": h.spaces["hall"]})
	if err != nil {
		t.Fatal(err)
	}
	h.settled(ear, 0)
	h.get("anna", `mutation($s: ID!) { createTopic(input: {spaceId: $s, title: "sekret", body: "sekret"}) { topic { id } } }`, vars{"s": h.spaces["hall"]})
	ear.hear(patience)
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	at := kept.named(t, "find spaces", trace)
	for _, name := range []string{"Query.space", "query", "/graphql"} {
		above := kept.named(t, name, trace)
		if at.Parent().SpanID() != above.SpanContext().SpanID() {
			t.Errorf("%q is not right above %q", name, at.Name())
		}
		at = above
	}
	if !at.Parent().IsRemote() {
		t.Errorf("the client's span is not above the request's: %v", at.Parent())
	}
	for _, name := range []string{"subscription", "event"} {
		if span := kept.named(t, name, ""); span.Parent().IsValid() {
			t.Errorf("%q by a socket has the parent %v", name, span.Parent())
		}
	}
	kept.named(t, "insert topics", "")
	kept.wantNoSecrets(t)
}

func (h *house) traced(t *testing.T, trace, body string) {
	t.Helper()
	r, err := h.request(t.Context(), "anna", []byte(body), "application/json")
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	response, err := h.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
}

// wantNoSecrets finds neither ids, texts, addresses nor browsers.
func (s *spans) wantNoSecrets(t *testing.T) {
	for _, span := range s.all {
		for _, a := range span.Attributes() {
			for _, secret := range []string{"sekret", "127.0.0.1", "localhost", "_01", "Go-http-client", "veche_s_"} {
				if strings.Contains(a.Value.String(), secret) {
					t.Errorf("span %q says %s=%s", span.Name(), a.Key, a.Value.String())
				}
			}
		}
	}
}

package server

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/server/observe"
)

// BenchmarkSeen is what a topic page costs by who looks on, without the network:
// unseen is the measure of the others.
func BenchmarkSeen(b *testing.B) {
	for name, o := range map[string]observe.Options{
		"unseen":  {Requests: "off"},
		"slow":    {},
		"all":     {Requests: "all"},
		"numbers": {Numbers: true},
		"traces":  {Requests: "off", Spans: nowhere{}},
	} {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		b.Run(name, func(b *testing.B) { benchmarkPage(b, o) })
	}
}

type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                        { return nil }

func benchmarkPage(b *testing.B, o observe.Options) {
	c := inFolder(b.TempDir())
	engine, err := openStore(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	parts, err := seen(b.Context(), observe.New(o), engine, c, cheap)
	if err != nil {
		b.Fatal(err)
	}
	defer parts.Close()
	topic := fillTopic(b, parts)
	body, _ := json.Marshal(map[string]any{
		"query": `query Page($id: ID!) { topic(id: $id) { id title body postCount liveCursor author { id name }
		posts(first: 20) { pageInfo { hasNextPage endCursor } nodes { id number html createdAt author { id name role } reactions { kind count } } } } }`,
		"variables": vars{"id": topic},
	})
	handler := New(c, parts).Handler()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/graphql", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != 200 || strings.Contains(w.Body.String(), `"errors"`) {
			b.Fatalf("%d %.300s", w.Code, w.Body)
		}
	}
}

// fillTopic makes a topic of 20 posts.
func fillTopic(b *testing.B, p *Parts) community.TopicID {
	m, err := p.Roll.Create(b.Context(), members.NewMember{Email: "olga@example.org", Password: password, Handle: "olga", Name: "Olga"}, community.RoleOwner)
	if err != nil {
		b.Fatal(err)
	}
	owner := community.Viewer{ID: m.ID, Role: community.RoleOwner, Scopes: community.AllScopes}
	space, err := p.Hall.CreateSpace(b.Context(), owner, forum.NewSpace{Name: "hall", Visibility: forum.Public})
	if err != nil {
		b.Fatal(err)
	}
	topic, err := p.Hall.OpenTopic(b.Context(), owner, forum.NewTopic{SpaceID: space.ID, Title: "topic", Body: "body"})
	if err != nil {
		b.Fatal(err)
	}
	for range 20 {
		if _, err := p.Hall.Reply(b.Context(), owner, forum.NewPost{TopicID: topic.ID, Body: "reply"}); err != nil {
			b.Fatal(err)
		}
	}
	return topic.ID
}

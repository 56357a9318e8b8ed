package server

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"veche/community"
	"veche/store"
)

// trap is a store that panics when a collection is read, once it is set on one.
type trap struct {
	store.Store
	on atomic.Pointer[string]
}

func (t *trap) set(collection string) { t.on.Store(&collection) }

func (t *trap) step(spec *store.Spec) {
	if on := t.on.Load(); on != nil && *on == spec.Name {
		panic("the floor of " + spec.Name + " gave way")
	}
}

func (t *trap) Get(ctx context.Context, spec *store.Spec, id string) (any, error) {
	t.step(spec)
	return t.Store.Get(ctx, spec, id)
}

func (t *trap) GetMany(ctx context.Context, spec *store.Spec, ids []string) (map[string]any, error) {
	t.step(spec)
	return t.Store.GetMany(ctx, spec, ids)
}

func (t *trap) Find(ctx context.Context, spec *store.Spec, q store.Query) ([]any, error) {
	t.step(spec)
	return t.Store.Find(ctx, spec, q)
}

// journal is what was logged, for many goroutines.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// lines are the lines that were logged since the last call.
func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return strings.Split(strings.TrimSpace(j.text.String()), "\n")
}

// openTrapped starts a server that logs into the journal and can be set to panic.
func openTrapped(t *testing.T, people ...string) (*house, *trap, *journal) {
	t.Helper()
	c, j, was := inFolder(t.TempDir()), &journal{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelError})))
	t.Cleanup(func() { slog.SetDefault(was) })
	engine, err := openStore(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	floor := &trap{Store: engine}
	parts, err := over(t.Context(), floor, c, cheap)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, c, parts, people...), floor, j
}

var errorID = regexp.MustCompile(`"id":"(\w{12})"`)

// wantInside wants INTERNAL errors that tell nothing but one id, and one line in
// the log that has the id and the stack.
func wantInside(t *testing.T, body string, j *journal) {
	t.Helper()
	ids := errorID.FindAllStringSubmatch(body, -1)
	if strings.Contains(body, "floor") || len(ids) == 0 || strings.Count(body, `"code":"INTERNAL"`) != len(ids) {
		t.Fatalf("want INTERNAL with an id: %s", body)
	}
	for _, id := range ids {
		if id[1] != ids[0][1] {
			t.Errorf("more than one id: %s", body)
		}
	}
	lines := j.lines()
	if len(lines) != 1 || !strings.Contains(lines[0], "id="+ids[0][1]) || !strings.Contains(lines[0], "gave way") || !strings.Contains(lines[0], ".go:") {
		t.Errorf("want one line with %s and a stack, got %d:\n%s", ids[0][1], len(lines), strings.Join(lines, "\n"))
	}
}

// TestPanics lets the floor give way under resolvers, loaders and events.
func TestPanics(t *testing.T) {
	h, floor, j := openTrapped(t, "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	h.get("anna", reply, vars{"t": topic, "b": "раз"})
	anna := community.Viewer{ID: h.residents["anna"].id, Role: community.RoleMember, Scopes: community.AllScopes}
	lives := func() {
		t.Helper()
		floor.set("")
		h.get("anna", `query($t: ID!) { topic(id: $t) { space { slug } posts { nodes { author { handle } } } } }`, vars{"t": topic})
	}
	for name, c := range map[string]struct{ collection, query string }{
		"in a resolver":            {"spaces", `{ space(slug: "hall") { id } }`},
		"in a loader":              {"spaces", `{ topic(id: "` + topic + `") { id } }`},
		"in a loader, many a time": {"members", `{ topic(id: "` + topic + `") { posts { nodes { author { handle } } } } }`},
	} {
		t.Run(name, func(t *testing.T) {
			floor.set(c.collection)
			wantInside(t, h.send(bodied(inJSON(c.query))).body, j)
			lives()
		})
	}
	t.Run("before there is an operation", func(t *testing.T) {
		floor.set("sessions")
		got := h.send(bodied(simple, "Authorization", "Bearer "+h.residents["anna"].token))
		if wantInside(t, got.body, j); got.status != 500 {
			t.Errorf("status %d", got.status)
		}
		lives()
	})
	t.Run("as a stream", func(t *testing.T) {
		floor.set("spaces")
		wantInside(t, h.send(bodied(inJSON(`{ space(slug: "hall") { id } }`), "Accept", eventStream)).body, j)
		lives()
	})
	for name, collection := range map[string]string{"of an event's own": "posts", "in a field of an event": "members"} {
		t.Run(name, func(t *testing.T) {
			w, err := h.dial("guest")
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			before := h.server.station.Readers()
			if err := w.say("subscribe", "1", vars{"variables": vars{"t": topic}, "query": `subscription($t: ID!) {
				topicEvents(topicId: $t) { ... on PostAdded { post { body author { handle } } } } }`}); err != nil {
				t.Fatal(err)
			}
			h.settled(&ear{}, before)
			floor.set(collection)
			writeReply(t, h.parts, anna, topic)
			_, got, err := w.ReadMessage()
			if err != nil {
				t.Fatal(err)
			}
			wantInside(t, string(got), j)
			lives()
		})
	}
}

package server

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"veche/server/observe"
)

// openSeen starts a server whose lookout the test brings.
func openSeen(t *testing.T, o observe.Options, people ...string) *house {
	t.Helper()
	c := inFolder(t.TempDir())
	engine, err := openStore(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := seen(t.Context(), observe.New(o), engine, c, cheap)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, c, parts, people...)
}

// loglines is where a server's log goes.
type loglines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *loglines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

// want waits for a line that fits.
func (l *loglines) want(t *testing.T, pattern string) {
	t.Helper()
	fits := regexp.MustCompile("(?m)" + pattern)
	for begun := time.Now(); time.Since(begun) < patience/6; time.Sleep(5 * time.Millisecond) {
		if fits.MatchString(l.all()) {
			return
		}
	}
	t.Fatalf("no line fits %s in\n%s", pattern, l.all())
}

func (l *loglines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func logInto(l *loglines, least slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: least}))
}

// TestOperationsAreLogged asks in every way and wants a line for each, in which
// nothing stands that is nobody's business.
func TestOperationsAreLogged(t *testing.T) {
	said := &loglines{}
	h := openSeen(t, observe.Options{Requests: "all", Log: logInto(said, slog.LevelInfo)}, "anna")
	h.build("hall")
	anna := string(h.residents["anna"].id)
	h.get("anna", `query Spaces { spaces { nodes { id } } }`, nil)
	said.want(t, `level=INFO msg=operation type=query name=Spaces took=\S+( cost=\d+)? viewer=member member=`+anna+` transport=http status=200$`)
	h.ask("guest", `mutation($b: Markdown!) { addPost(input: {topicId: "topic_secret", body: $b}) { post { id } } }`, vars{"b": "sekret"})
	said.want(t, `type=mutation took=\S+ codes=UNAUTHENTICATED( cost=\d+)? viewer=guest transport=http status=200$`)
	h.ask("guest", `query Wrong { nothing }`, nil)
	said.want(t, `type=refused took=\S+ codes=BAD_INPUT( cost=\d+)? viewer=guest transport=http status=400$`)
	h.ask("veche_s_wrong", `{ spaces { nodes { id } } }`, nil)
	said.want(t, `msg="request refused" transport=http status=401$`)

	const watch = `subscription Watch($s: ID!) { spaceEvents(spaceId: $s) { __typename } }`
	space := vars{"s": h.spaces["hall"]}
	bySocket, err := h.listen("anna", watch, space)
	if err != nil {
		t.Fatal(err)
	}
	said.want(t, `type=subscription name=Watch took=\S+( cost=\d+)? viewer=member member=`+anna+` transport=socket$`)
	if _, err := h.listenSSE("guest", watch, space); err != nil {
		t.Fatal(err)
	}
	said.want(t, `type=subscription name=Watch took=\S+( cost=\d+)? viewer=guest transport=sse status=200$`)
	if _, err := h.listen("guest", watch, vars{"s": "space_sekret"}); err != nil {
		t.Fatal(err)
	}
	said.want(t, `type=subscription name=Watch took=\S+ codes=NOT_FOUND( cost=\d+)? viewer=guest transport=socket$`)
	h.get("anna", `mutation($s: ID!) { createTopic(input: {spaceId: $s, title: "sekret", body: "sekret"}) { topic { id } } }`, space)
	if got, ok := bySocket.hear(patience); !ok || got.outcome == nil {
		t.Fatal("no event came")
	}
	said.want(t, `type=event name=Watch took=\S+( cost=\d+)? transport=broadcast$`)
	if w, err := h.dial("guest"); err != nil || w.say("subscribe", "1", map[string]any{"query": "query Q { spaces { nodes { id } } }"}) != nil {
		t.Fatal("no query by a socket", err)
	} else {
		defer w.Close()
	}
	said.want(t, `type=query name=Q took=\S+( cost=\d+)? viewer=guest transport=socket$`)
	for _, private := range []string{"sekret", "veche_s_", "127.0.0.1", "spaces"} {
		if strings.Contains(said.all(), private) {
			t.Errorf("the log has %q:\n%s", private, said.all())
		}
	}
}

// TestFewOperationsAreLogged wants nothing of what is ordinary at level info.
func TestFewOperationsAreLogged(t *testing.T) {
	for requests, most := range map[string]slog.Level{"": slog.LevelDebug, "off": slog.LevelDebug - 1} {
		said := &loglines{}
		h := openSeen(t, observe.Options{Requests: requests, Log: logInto(said, slog.LevelDebug)})
		h.get("guest", `query Ordinary { spaces { nodes { id } } }`, nil)
		h.ask("guest", `query Wrong { nothing }`, nil)
		h.ask("veche_s_wrong", `{ spaces { nodes { id } } }`, nil)
		time.Sleep(settle)
		if text := said.all(); strings.Contains(text, "level=INFO") || (text != "") != (most == slog.LevelDebug) {
			t.Errorf("%q: the log says\n%s", requests, text)
		}
	}
}

// TestNumbers uses the server and looks at /metrics.
func TestNumbers(t *testing.T) {
	h := openSeen(t, observe.Options{Requests: "off", Numbers: true}, "anna")
	h.build("hall")
	ear, err := h.listen("anna", `subscription($s: ID!) { spaceEvents(spaceId: $s) { __typename } }`, vars{"s": h.spaces["hall"]})
	if err != nil {
		t.Fatal(err)
	}
	h.settled(ear, 0)
	topic := h.get("anna", `mutation($s: ID!) { createTopic(input: {spaceId: $s, title: "t", body: "b"}) { topic { id } } }`,
		vars{"s": h.spaces["hall"]}).at("createTopic.topic.id").text()
	if _, ok := ear.hear(patience); !ok {
		t.Fatal("no event came")
	}
	h.get("guest", `query Mine($t: ID!) { topic(id: $t) { id author { handle } } }`, vars{"t": topic})
	h.ask("guest", `{ nothing }`, nil)
	h.ask("guest", `mutation { addPost(input: {topicId: "x", body: "b"}) { post { id } } }`, nil)
	text := looked(h)
	for _, want := range []string{
		`veche_operation_seconds_count\{code="OK",type="query"\} 1`,
		`veche_operation_seconds_count\{code="OK",type="mutation"\} 2`,
		`veche_operation_seconds_count\{code="UNAUTHENTICATED",type="mutation"\} 1`,
		`veche_operation_seconds_count\{code="BAD_INPUT",type="refused"\} 1`,
		`veche_operation_seconds_count\{code="OK",type="subscription"\} 1`,
		`veche_operation_seconds_count\{code="OK",type="event"\} 1`,
		`veche_operation_store_reads_sum\{type="query"\} [1-9]`,
		`veche_store_seconds_count\{collection="topics",operation="insert"\} 1`,
		`veche_store_seconds_count\{collection="",operation="do"\} [1-9]`,
		`veche_http_answers_total\{status="200"\} [1-9]`,
		`veche_sockets_open 1`, `veche_broadcast_readers 1`, `veche_broadcast_groups 1`,
		`veche_broadcast_messages_total [1-9]`, `veche_broadcast_sent_back_total 0`,
		`veche_outbox_messages 0`, `veche_outbox_fullest 0`,
		`veche_log_lag_entries\{consumer="[a-z.]+"\} 0`, `veche_store_cached_documents [1-9]`,
		`veche_build_info\{`, `go_goroutines `, `process_cpu_seconds_total `,
	} {
		if !regexp.MustCompile("(?m)^" + want).MatchString(text) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	if strings.Contains(text, "Mine") || strings.Contains(text, topic) {
		t.Error("a label is what a client sent")
	}
	if t.Failed() {
		t.Log(regexp.MustCompile("(?m)^(#|.*_bucket|go_|process_).*\n").ReplaceAllString(text, ""))
	}
}

// looked is what /metrics answers when the log's consumers have caught up.
func looked(h *house) string {
	for {
		w := httptest.NewRecorder()
		h.parts.Lookout.Debug().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if !regexp.MustCompile(`(?m)^veche_log_lag_entries.* [1-9]`).MatchString(w.Body.String()) {
			return w.Body.String()
		}
		time.Sleep(settle)
	}
}

package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"veche/community"
)

// TestRun starts the whole server as its command does, uses it, stops it, and
// starts it again on the same folder.
func TestRun(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Listen, c.S3Listen, c.S3Bucket, c.S3Region = freeAddress(t), "127.0.0.1:0", "veche", "us-east-1"
	h := &house{t: t, url: "http://" + c.Listen + "/graphql", client: &http.Client{}, residents: map[string]resident{}, spaces: map[string]community.SpaceID{}}

	first := start(t, c)
	h.firstAnswer(t)
	h.register(t)
	h.wantReady(t)
	wantRefusal(t, c)
	ear, err := h.listen("anna", `subscription { topicEvents(topicId: "x") { __typename } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	ear.hear(patience)
	ear.hear(patience)
	stopped := time.Now()
	first.stop()
	wantHeard(t, ear, "close 1001 Server going away; come back with your cursor")
	first.wantEnd(t)
	t.Logf("stopped within %v", time.Since(stopped))

	second := start(t, c)
	h.firstAnswer(t)
	if got := h.get("anna", `{ viewer { member { name } } }`, nil).at("viewer.member.name").text(); got != "Анна" {
		t.Errorf("after the restart the session is %q's", got)
	}
	second.stop()
	second.wantEnd(t)
}

// freeAddress is one that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// running is a server as its command runs it.
type running struct {
	stop func()
	done chan error
}

func start(t *testing.T, c Config) *running {
	ctx, stop := context.WithCancel(context.Background())
	r := &running{stop, make(chan error, 1)}
	go func() { r.done <- Run(ctx, c) }()
	t.Cleanup(stop)
	return r
}

func (r *running) wantEnd(t *testing.T) {
	t.Helper()
	select {
	case err := <-r.done:
		if err != nil {
			t.Errorf("the server ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the server does not end")
	}
}

// firstAnswer waits for the first query to be answered.
func (h *house) firstAnswer(t *testing.T) {
	t.Helper()
	begun := time.Now()
	for {
		a, err := h.try(t.Context(), "guest", `{ spaces { nodes { id } } }`, nil)
		if err == nil && len(a.Errors) == 0 {
			break
		}
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("no answer within 5 s of the start: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Logf("the first answer came %v after the start", time.Since(begun))
}

// register makes anna a member, over the API.
func (h *house) register(t *testing.T) {
	t.Helper()
	in := h.get("guest", `mutation { register(input: {email: "anna@example.org", password: "`+password+`", handle: "anna", name: "Анна"}) {
		session { token } member { id } } }`, nil).at("register")
	h.residents["anna"] = resident{community.MemberID(in.at("member.id").text()), in.at("session.token").text()}
}

func (h *house) wantReady(t *testing.T) {
	t.Helper()
	begun := time.Now()
	for said := ""; said != "ready\n"; time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatalf("/readyz still says %q", said)
		}
		response, err := h.client.Get(strings.TrimSuffix(h.url, "graphql") + "readyz")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		said = string(text)
	}
	t.Logf("ready %v later", time.Since(begun))
}

// wantRefusal starts a second server on the folder.
func wantRefusal(t *testing.T, c Config) {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	begun := time.Now()
	err := Run(ctx, c)
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second server on the same folder ended with %v", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v to refuse it", took)
	}
}

// TestStopsWithAnOpenStream stops a server that somebody listens to by
// server-sent events.
func TestStopsWithAnOpenStream(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	h.build("hall")
	ear, err := h.listenSSE("guest", `subscription($s: ID!) { spaceEvents(spaceId: $s) { __typename } }`, vars{"s": h.spaces["hall"]})
	if err != nil {
		t.Fatal(err)
	}
	h.get("anna", `mutation($s: ID!) { joinSpace(input: {spaceId: $s}) { space { id } } }`, vars{"s": h.spaces["hall"]})
	time.Sleep(settle)
	begun := time.Now()
	done := make(chan error, 1)
	go func() { done <- h.stop() }()
	select {
	case err = <-done:
	case <-time.After(5 * time.Second):
		t.Error("after 5 s the server has not stopped")
		ear.cancel()
		err = <-done
	}
	if err != nil {
		t.Errorf("after %v it ended with %v", time.Since(begun), err)
	}
}

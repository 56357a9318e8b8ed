package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"veche/store/storetest/ferret"
)

// costly asks for the cost with the answer.
func (h *house) costly(who, query string) (status int, retryAfter string, answer tree) {
	h.t.Helper()
	body, _ := json.Marshal(map[string]any{"query": query, "extensions": vars{"cost": true}})
	r, err := h.request(h.t.Context(), who, body, "application/graphql-response+json")
	if err != nil {
		h.t.Fatal(err)
	}
	response, err := h.client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || !json.Valid(text) {
		h.t.Fatalf("%s: %v", text, err)
	}
	return response.StatusCode, response.Header.Get("Retry-After"), read(text)
}

// TestCostIsTold asks what operations cost.
func TestCostIsTold(t *testing.T) {
	c := inFolder(t.TempDir())
	h := open(t, c, "anna")
	const query = `{ topics(first: 5) { nodes { id } } }`
	_, _, got := h.costly("guest", query)
	if cost := got.at("extensions.cost"); cost.at("cost").number() != 6 || cost.at("limit").number() != 10_000 || cost.at("left").any != nil {
		t.Errorf("without rates: %s", got.raw(t))
	}
	c.Data, c.RateLimit, c.GuestRate = t.TempDir(), "on", 1000
	h = open(t, c, "anna")
	h.get("guest", query, nil)
	_, _, got = h.costly("guest", query)
	if left := got.at("extensions.cost.left").number(); left < 900 || left > 1000-2*6 {
		t.Errorf("a guest who asked twice: %s", got.raw(t))
	}
	_, _, got = h.costly("anna", query)
	if left := got.at("extensions.cost.left").number(); left != 60_000-6 {
		t.Errorf("a member: %s", got.raw(t))
	}
	_, _, got = h.costly("guest", `{ topic(id: "x") { id } }`)
	if got.at("extensions.cost.cost").number() != 1 || got.at("errors.0.extensions.code").text() != "NOT_FOUND" {
		t.Errorf("with an error: %s", got.raw(t))
	}
	plain, err := h.client.Get(h.url + "?query=%7B__typename%7D")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Body.Close()
	if text, _ := io.ReadAll(plain.Body); bytes.Contains(text, []byte("extensions")) {
		t.Errorf("who does not ask is told %s", text)
	}
}

// TestCostIsToldOnSockets asks there.
func TestCostIsToldOnSockets(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	w, err := h.dial("anna")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.say("subscribe", "1", vars{"query": `{ topics { nodes { id } } }`, "extensions": vars{"cost": true}}); err != nil {
		t.Fatal(err)
	}
	_, text, err := w.ReadMessage()
	want := `"payload":{"data":{"topics":{"nodes":[]}},"extensions":{"cost":{"cost":21,"limit":10000}}}}`
	if err != nil || !strings.HasSuffix(string(text), want) {
		t.Errorf("want …%s, got %s, %v", want, text, err)
	}
}

// TestBudgets spends them.
func TestBudgets(t *testing.T) {
	c := inFolder(t.TempDir())
	c.RateLimit, c.GuestRate, c.MemberRate, c.MaxCost = "on", 500, 1000, 200
	h := open(t, c, "anna", "boris")
	token := h.get("anna", `mutation { createApiToken(input: {name: "r", scopes: []}) { token } }`, nil).at("createApiToken.token").text()
	wantFault(t, "more than one operation may cost", "TOO_COMPLEX",
		h.ask("anna", `{ a: topics(first: 100) { nodes { id } } b: topics(first: 100) { nodes { id } } }`, nil))
	const query = `{ topics(first: 99) { nodes { id } } }`
	for _, who := range []string{"guest", "anna", token} {
		asked, last := 0, tree{}
		for ; asked < 100 && last.at("errors").any == nil; asked++ {
			var status int
			var after string
			status, after, last = h.costly(who, query)
			if last.at("errors").any == nil {
				continue
			}
			if says := fmt.Sprint(last.at("errors.0.extensions.retryAfter").any); status != http.StatusTooManyRequests || after == "" || says != after ||
				last.at("errors.0.extensions.code").text() != "RATE_LIMITED" {
				t.Errorf("%.10s: %d, %s, %s", who, status, after, last.raw(t))
			}
		}
		if asked < 4 || asked > 12 {
			t.Errorf("%.10s asked %d times", who, asked)
		}
	}
	h.get("boris", query, nil)
	for name, listen := range map[string]func(string, string, vars) (*ear, error){"a socket": h.listen, "a stream": h.listenSSE} {
		ear, err := listen("anna", query, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := ear.hear(patience)
		if got.outcome == nil {
			t.Fatalf("on %s: %+v", name, got)
		}
		wantFault(t, "on "+name, "RATE_LIMITED", got.outcome)
	}
}

// TestNodesShareABudget asks two servers on one MongoDB in turn.
func TestNodesShareABudget(t *testing.T) {
	c := engines(ferret.Start(t))["mongodb"](t)
	c.RateLimit, c.GuestRate = "on", 500
	nodes := []*house{open(t, c), open(t, c)}
	rounds := 0
	for refused := 0; refused < 2 && rounds < 100; rounds++ {
		refused = 0
		for _, h := range nodes {
			if a := h.ask("guest", `{ topics(first: 49) { nodes { id } } }`, nil); len(a.Errors) > 0 {
				wantFault(t, "a node", "RATE_LIMITED", a)
				refused++
			}
		}
	}
	if rounds < 4 || rounds > 7 {
		t.Errorf("it took %d rounds of 100 points to spend 500", rounds)
	}
}

// TestOpenSockets opens more sockets and subscriptions than a client may.
func TestOpenSockets(t *testing.T) {
	c := inFolder(t.TempDir())
	c.RateLimit, c.MaxOpen = "on", 3
	h := open(t, c, "anna")
	h.build("hall")
	var all []*wire
	for range 10 {
		if w, err := h.dial("guest"); err == nil {
			all = append(all, w)
		} else if !strings.Contains(err.Error(), "bad handshake") {
			t.Fatal(err)
		}
	}
	if len(all) != 3 {
		t.Errorf("%d sockets were let in", len(all))
	}
	for i := range 4 {
		query := `subscription { spaceEvents(spaceId: "` + string(h.spaces["hall"]) + `") { __typename } }`
		if err := all[0].say("subscribe", fmt.Sprint(i), vars{"query": query}); err != nil {
			t.Fatal(err)
		}
	}
	said := make(chan heard, 2)
	all[0].hear(said)
	if got := <-said; got.outcome == nil {
		t.Errorf("the fourth subscription: %+v", got)
	} else {
		wantFault(t, "the fourth subscription", "RATE_LIMITED", got.outcome)
	}
	for _, w := range all {
		w.Close()
	}
	h.wantRoom()
}

// wantRoom waits until a guest may open a socket.
func (h *house) wantRoom() {
	h.t.Helper()
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		w, err := h.dial("guest")
		if err == nil {
			w.Close()
			return
		}
		if time.Since(begun) > patience {
			h.t.Fatal(err)
		}
	}
}

// TestFaultsEnd asks for what is wrong in many places: some of it is told.
func TestFaultsEnd(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	var wrong strings.Builder
	for i := range 500 {
		fmt.Fprintf(&wrong, " emai%d", i)
	}
	for _, who := range []string{"anna", "guest"} {
		if got := h.ask(who, "{ viewer {"+wrong.String()+" } }", nil); len(got.Errors) != 20 || got.Errors[0].Extensions.Code != "BAD_INPUT" {
			t.Errorf("%s: %d errors, %s", who, len(got.Errors), got.Errors[0])
		}
	}
}

// TestLongMessages sends more than a guest may have read.
func TestLongMessages(t *testing.T) {
	c := inFolder(t.TempDir())
	c.RateLimit, c.GuestRate = "on", 1500 // a megabyte costs 2,097
	h := open(t, c)
	w, err := h.dial("guest")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	long := vars{"query": `query($t: String) { __typename @include(if: true) @skip(if: false) member(handle: $t) { id } }`, "variables": vars{"t": strings.Repeat("я", 250_000)}}
	end := make(chan heard, 8)
	for i := range 3 {
		if err := w.say("subscribe", fmt.Sprint(i), long); err != nil {
			break // closed already
		}
	}
	for w.hear(end) {
	}
	last := heard{}
	for len(end) > 0 {
		last = <-end
	}
	if last.end != "close 4903 Budget spent; come back later" {
		t.Errorf("%+v", last)
	}
}

package server

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"veche/server/limits"
)

// TestRequests makes requests that HTTP allows and GraphQL over HTTP treats in
// its own ways.
func TestRequests(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	const query, mutation = `{ viewer { member { handle } } }`, `mutation { logOut { member { id } } }`
	get := func(query string) string { return "?query=" + url.QueryEscape(query) }
	body := func(query string) string {
		text, _ := json.Marshal(map[string]string{"query": query})
		return string(text)
	}
	const jsonBody, newerType = "application/json", "application/graphql-response+json"
	for name, c := range map[string]struct {
		method, path, body string
		header             map[string]string
		status             int
		kind, code         string // of the answer
	}{
		"a query by POST":              {"POST", "", body(query), map[string]string{"Content-Type": jsonBody, "Accept": newerType}, 200, newerType, ""},
		"to an olderType client":       {"POST", "", body(query), map[string]string{"Content-Type": jsonBody, "Accept": jsonBody}, 200, jsonBody, ""},
		"by GET":                       {"GET", get(query), "", nil, 200, newerType, ""},
		"no document":                  {"POST", "", body("{"), map[string]string{"Content-Type": jsonBody, "Accept": newerType}, 400, newerType, "BAD_INPUT"},
		"none, to an olderType client": {"POST", "", body("{ nothing }"), map[string]string{"Content-Type": jsonBody, "Accept": jsonBody}, 200, jsonBody, "BAD_INPUT"},
		"a mutation by GET":            {"GET", get(mutation), "", nil, 405, newerType, "BAD_INPUT"},
		"a mutation by GET, as SSE":    {"GET", get(mutation), "", map[string]string{"Accept": "text/event-stream"}, 405, newerType, "BAD_INPUT"},
		"a mutation from a form":       {"POST", "", body(mutation), map[string]string{"Content-Type": "text/plain"}, 415, newerType, "BAD_INPUT"},
		"no JSON":                      {"POST", "", "query", map[string]string{"Content-Type": jsonBody}, 400, newerType, "BAD_INPUT"},
		"a subscription without SSE":   {"POST", "", body("subscription { spaceEvents(spaceId: \"x\") { __typename } }"), map[string]string{"Content-Type": jsonBody}, 400, newerType, "BAD_INPUT"},
		"too long":                     {"POST", "", strings.Repeat(" ", maxBody+1), map[string]string{"Content-Type": jsonBody}, 413, newerType, "BAD_INPUT"},
		"a token of nobody":            {"POST", "", body(query), map[string]string{"Content-Type": jsonBody, "Authorization": "Bearer veche_s_x"}, 401, newerType, "UNAUTHENTICATED"},
		"no bearer":                    {"POST", "", body(query), map[string]string{"Content-Type": jsonBody, "Authorization": "Basic eA=="}, 401, newerType, "UNAUTHENTICATED"},
		"too deep to parse":            {"POST", "", body(strings.Repeat("{a", 1e5)), map[string]string{"Content-Type": jsonBody, "Accept": newerType}, 400, newerType, "TOO_COMPLEX"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, h.url+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range c.header {
			r.Header.Set(key, value)
		}
		response, err := h.client.Do(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
		if response.StatusCode != c.status || kind != c.kind {
			t.Errorf("%s: want %d %s, got %d %s: %s", name, c.status, c.kind, response.StatusCode, kind, text)
		}
		if has := strings.Contains(string(text), `"code":"`+c.code+`"`); has != (c.code != "") || strings.Contains(string(text), `"errors"`) != has {
			t.Errorf("%s: want the code %q in %s", name, c.code, text)
		}
	}
	h.get("anna", query, nil) // nobody was logged out
}

// TestRateLimit signs in more often than an address may.
func TestRateLimit(t *testing.T) {
	c := inFolder(t.TempDir())
	c.RateLimit = "on"
	h := open(t, c, "anna")
	const wrong = `mutation { logIn(input: {email: "anna@example.org", password: "not that one"}) { member { id } } }`
	for range limits.Burst {
		wantFault(t, "within the burst", "UNAUTHENTICATED", h.ask("guest", wrong, nil))
	}
	got := h.ask("guest", wrong, nil)
	wantFault(t, "beyond it", "RATE_LIMITED", got)
	wantFault(t, "for a new one too", "RATE_LIMITED", h.ask("guest", `mutation { register(input: {email: "b@example.org",
		password: "`+password+`", handle: "boris", name: "Boris"}) { member { id } } }`, nil))
	h.get("anna", `{ viewer { email } }`, nil)
}

// TestClosedRegistration lets nobody in but by an admin.
func TestClosedRegistration(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Registration = "closed"
	h := open(t, c, "anna")
	wantFault(t, "register", "FORBIDDEN", h.ask("guest", `mutation { register(input: {email: "b@example.org",
		password: "`+password+`", handle: "boris", name: "Boris"}) { member { id } } }`, nil))
}

package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

const logInAnna = `mutation { logIn(input: {email: "anna@example.org", password: "` + password + `"}) { session { token } member { handle } } }`

// inJSON is a body with the query.
func inJSON(query string) string {
	text, _ := json.Marshal(vars{"query": query})
	return string(text)
}

// cookieOf is the session cookie that the answer sets.
func cookieOf(t testing.TB, got answered) *http.Cookie {
	t.Helper()
	all := (&http.Response{Header: got.header}).Cookies()
	if len(all) != 1 {
		t.Fatalf("%d cookies in %v: %s", len(all), got.header, got.body)
	}
	return all[0]
}

// signInByCookie is the Cookie header of a session of Anna's.
func (h *house) signInByCookie() string {
	h.t.Helper()
	c := cookieOf(h.t, h.send(bodied(inJSON(logInAnna), sessionHeader, inCookie)))
	return c.Name + "=" + c.Value
}

func TestCookieIsOutOfReach(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	for name, c := range map[string]struct {
		header []string
		cookie string
		secure bool
	}{
		"on this machine":               {nil, plainCookie, false},
		"on this machine, by a browser": {[]string{"Origin", "http://127.0.0.1:8080", "Host", "127.0.0.1:8080"}, plainCookie, false},
		"by name":                       {[]string{"Host", "localhost:8080"}, plainCookie, false},
		"elsewhere":                     {[]string{"Host", "forum.example"}, secureCookie, true},
		"elsewhere, by a browser":       {[]string{"Host", "forum.example", "Origin", "https://forum.example"}, secureCookie, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.send(bodied(inJSON(logInAnna), append(c.header, sessionHeader, inCookie)...))
			cookie := cookieOf(t, got)
			if cookie.Name != c.cookie || cookie.Secure != c.secure || !cookie.HttpOnly ||
				cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.MaxAge <= 0 || cookie.Domain != "" {
				t.Errorf("got %v", cookie)
			}
			if strings.Contains(got.body, cookie.Value) || !strings.Contains(got.body, `"token":null`) {
				t.Errorf("a script can read the token: %s", got.body)
			}
		})
	}
	if got := h.send(bodied(inJSON(logInAnna))); got.header.Get("Set-Cookie") != "" || !strings.Contains(got.body, `"token":"veche_s_`) {
		t.Errorf("without asking for a cookie: %v %s", got.header, got.body)
	}
}

// TestCookieProxied signs in behind a proxy that rewrites the host: the browser's
// origin says that it came by TLS, and an address told by a proxy that nobody
// named does not count.
func TestCookieProxied(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Origins = []string{"https://forum.example"}
	h := open(t, c, "anna")
	cookie := cookieOf(t, h.send(bodied(inJSON(logInAnna), sessionHeader, inCookie, "Origin", "https://forum.example")))
	if cookie.Name != secureCookie || !cookie.Secure {
		t.Errorf("got %v", cookie)
	}
	got := h.send(bodied(simple, sessionHeader, inCookie, "Cookie", cookie.Name+"="+cookie.Value, "Origin", "https://forum.example"))
	if !strings.Contains(got.body, "anna@example.org") {
		t.Errorf("got %s", got.body)
	}
}

// TestForged sends what a page of somebody else's could have a browser send.
func TestForged(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Origins = []string{"https://app.example"}
	h := open(t, c, "anna")
	cookie := h.signInByCookie()
	const anna = "anna@example.org"
	get := queried("query", "{ viewer { email } }")
	for name, c := range map[string]struct {
		sent   sent
		status int
		who    string
	}{
		"with the header":                   {bodied(simple, "Cookie", cookie, sessionHeader, inCookie), 200, anna},
		"without it":                        {bodied(simple, "Cookie", cookie), 403, ""},
		"with a header that says otherwise": {bodied(simple, "Cookie", cookie, sessionHeader, "x"), 403, ""},
		"from the origin that is allowed":   {bodied(simple, "Cookie", cookie, sessionHeader, inCookie, "Origin", "https://app.example"), 200, anna},
		"from another, with the header":     {bodied(simple, "Cookie", cookie, sessionHeader, inCookie, "Origin", "https://evil.example"), 403, ""},
		"from a page without an origin":     {bodied(simple, "Cookie", cookie, sessionHeader, inCookie, "Origin", "null"), 403, ""},
		"text, without the header":          {bodied(simple, "Cookie", cookie, "Content-Type", "text/plain"), 403, ""},
		"text, with it":                     {bodied(simple, "Cookie", cookie, "Content-Type", "text/plain", sessionHeader, inCookie), 415, ""},
		"a query by GET":                    {with(get, "Cookie", cookie), 200, anna},
		"by GET from another":               {with(get, "Cookie", cookie, "Origin", "https://evil.example"), 403, ""},
		"by GET from who is allowed":        {with(get, "Cookie", cookie, "Origin", "https://app.example"), 200, anna},
		"a mutation by GET":                 {with(queried("query", "mutation { logOut { member { id } } }"), "Cookie", cookie), 405, ""},
		"a sign-in from another":            {bodied(inJSON(logInAnna), sessionHeader, inCookie, "Origin", "https://evil.example"), 403, ""},
		"a bearer token beside it":          {bodied(simple, "Cookie", cookie, "Authorization", "Bearer "+h.residents["anna"].token), 200, anna},
		"another cookie, as a guest":        {bodied(simple, "Cookie", "a=b"), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.send(c.sent)
			if got.status != c.status || strings.Contains(got.body, anna) != (c.who == anna) {
				t.Errorf("want %d %q, got %d %s", c.status, c.who, got.status, got.body)
			}
			if got.status == 403 && !strings.Contains(got.body, "FORBIDDEN") {
				t.Errorf("no code: %s", got.body)
			}
		})
	}
}

// with is the request with more headers.
func with(s sent, header ...string) sent {
	more := bodied("", header...)
	delete(more.header, "Content-Type")
	s.header = more.header
	return s
}

func TestCookieIsTakenAway(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	gone := func(got answered) {
		t.Helper()
		if c := cookieOf(t, got); c.MaxAge >= 0 || c.Value != "" || c.Name != plainCookie {
			t.Errorf("got %v", c)
		}
	}
	cookie := h.signInByCookie()
	by := func(query string) answered {
		return h.send(bodied(inJSON(query), "Cookie", cookie, sessionHeader, inCookie))
	}
	gone(by(`mutation { logOut { member { handle } } }`))
	ended := by(`{ viewer { email } }`)
	if gone(ended); ended.status != 401 {
		t.Errorf("an ended session got %d %s", ended.status, ended.body)
	}
	cookie = h.signInByCookie()
	current := ""
	var seen struct {
		Viewer struct {
			Sessions []struct {
				ID      string
				Current bool
			}
		}
	}
	if err := json.Unmarshal(by(`{ viewer { sessions { id current } } }`).fields["data"], &seen); err != nil {
		t.Fatal(err)
	}
	for _, s := range seen.Viewer.Sessions {
		if s.Current {
			current = s.ID
		}
	}
	for _, s := range seen.Viewer.Sessions {
		if !s.Current && by(`mutation { revokeSession(input: {sessionId: "`+s.ID+`"}) { sessionId } }`).header.Get("Set-Cookie") != "" {
			t.Error("another session took the cookie with it")
		}
	}
	gone(by(`mutation { revokeSession(input: {sessionId: "` + current + `"}) { sessionId } }`))
}

// TestSocketByCookie opens a socket as a browser does that is signed in.
func TestSocketByCookie(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	cookie := h.signInByCookie()
	dial := func(origin, cookie string) (*websocket.Conn, int) {
		d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: patience}
		conn, response, err := d.Dial("ws"+strings.TrimPrefix(h.url, "http"), http.Header{"Origin": {origin}, "Cookie": {cookie}})
		if err != nil {
			if response == nil {
				t.Fatal(err)
			}
			return nil, response.StatusCode
		}
		t.Cleanup(func() { conn.Close() })
		return conn, response.StatusCode
	}
	own := strings.TrimSuffix(h.url, "/graphql")
	if _, status := dial("https://evil.example", cookie); status != 403 {
		t.Errorf("a page of another's got %d", status)
	}
	if _, status := dial(own, plainCookie+"=veche_s_x"); status != 401 {
		t.Errorf("an ended session got %d", status)
	}
	conn, _ := dial(own, cookie)
	w := &wire{conn}
	var ack struct{ Type string }
	if err := errors.Join(w.say("connection_init", "", vars{}), w.ReadJSON(&ack), w.say("subscribe", "1", vars{"query": "{ viewer { email } }"})); err != nil {
		t.Fatal(err)
	}
	heard := make(chan heard, 3)
	for len(heard) == 0 && w.hear(heard) {
	}
	if got := <-heard; got.outcome == nil || string(got.Data) != `{"viewer":{"email":"anna@example.org"}}` {
		t.Errorf("got %v", got)
	}
}

// TestStreamByCookie follows a place as EventSource does: by GET, with cookies
// and no header.
func TestStreamByCookie(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	cookie := h.signInByCookie()
	s := queried("query", `{ viewer { email } }`)
	s.header = map[string]string{"Accept": eventStream, "Cookie": cookie}
	if got := h.send(s); !strings.Contains(got.body, "anna@example.org") || !strings.HasPrefix(got.kind, eventStream) {
		t.Errorf("got %d %s", got.status, got.body)
	}
	s.header["Origin"] = "https://evil.example"
	if got := h.send(s); got.status != 403 {
		t.Errorf("from another's page: %d %s", got.status, got.body)
	}
}

package server

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOrigins(t *testing.T) {
	for text, want := range map[string]string{
		"https://forum.example":     "https://forum.example",
		"https://Forum.Example/":    "https://forum.example",
		"https://forum.example:443": "https://forum.example",
		"http://localhost:3000":     "http://localhost:3000",
		"capacitor://localhost":     "capacitor://localhost",
		"*":                         "",
		"https://*.example":         "",
		"null":                      "",
		"forum.example":             "",
		"https://forum.example/a":   "",
		"https://a@forum.example":   "",
	} {
		o, err := parseOrigins([]string{text})
		if (err != nil) != (want == "") || want != "" && !o[want] || want == "" && len(o) > 0 {
			t.Errorf("%s: %v %v", text, o, err)
		}
	}
	if err := (Config{Origins: []string{"*"}}).check(); err == nil || !strings.Contains(err.Error(), `"*"`) {
		t.Errorf("got %v", err)
	}
}

// TestCORS asks as a browser asks for a page of another origin.
func TestCORS(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Origins = []string{"https://app.example"}
	h := open(t, c)
	own := strings.TrimSuffix(h.url, "/graphql")
	for origin, known := range map[string]bool{"https://app.example": true, own: true, "https://evil.example": false, "http://app.example": false, "null": false} {
		ask := sent{"OPTIONS", "", "", map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-veche-session"}}
		got := h.send(ask)
		if got.status != 204 || got.header.Get("Vary") != "Origin" || got.header.Get("Allow") == "" {
			t.Errorf("%s: %d %v", origin, got.status, got.header)
		}
		want := map[string]string{
			"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": "GET, POST",
			"Access-Control-Allow-Headers": corsHeaders, "Access-Control-Max-Age": corsAge,
		}
		for name, value := range want {
			if !known {
				value = ""
			}
			if is := got.header.Get(name); is != value {
				t.Errorf("%s: %s is %q", origin, name, is)
			}
		}
		got = h.send(bodied(simple, "Origin", origin))
		if allowed := got.header.Get("Access-Control-Allow-Origin"); (allowed == origin) != known || !known && allowed != "" {
			t.Errorf("%s may read: %q", origin, allowed)
		}
		refused := h.send(bodied("x", "Origin", origin, "Authorization", "Bearer x"))
		if allowed := refused.header.Get("Access-Control-Allow-Origin"); known && allowed != origin {
			t.Errorf("%s cannot read why it was refused", origin)
		}
	}
	plain := h.send(sent{"OPTIONS", "", "", nil})
	if plain.status != 204 || plain.header.Get("Allow") != methods || plain.header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("OPTIONS by no browser: %d %v", plain.status, plain.header)
	}
}

func TestProtectedAnswers(t *testing.T) {
	h := open(t, inFolder(t.TempDir()))
	root := h.url
	for _, path := range []string{"/graphql", "/healthz", "/readyz", "/", "/nothing"} {
		h.url = strings.TrimSuffix(root, "/graphql") + path
		got := h.send(sent{"GET", "", "", nil})
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"} {
			if is := got.header.Get(name); is != want {
				t.Errorf("%s: %s is %q", path, name, is)
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
	}
}

func TestAddressBehindProxies(t *testing.T) {
	const real, lie = "203.0.113.9", "198.51.100.1"
	for name, c := range map[string]struct {
		proxies []string
		peer    string
		header  map[string]string
		want    string
	}{
		"nobody is trusted":            {nil, "10.0.0.1:5", map[string]string{"X-Forwarded-For": lie}, "10.0.0.1"},
		"who asks is not trusted":      {[]string{"10.0.0.0/8"}, real + ":5", map[string]string{"X-Forwarded-For": lie}, real},
		"one proxy":                    {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"X-Forwarded-For": real}, real},
		"a lie before it":              {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"X-Forwarded-For": lie + ", " + real}, real},
		"two proxies":                  {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"X-Forwarded-For": lie + "," + real + ", 10.0.0.2"}, real},
		"proxies alone":                {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"X-Forwarded-For": "10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"nothing is told":              {[]string{"10.0.0.0/8"}, "10.0.0.1:5", nil, "10.0.0.1"},
		"rubbish is told":              {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"X-Forwarded-For": lie + ", x"}, "10.0.0.1"},
		"a single address":             {[]string{"::1"}, "[::1]:5", map[string]string{"X-Forwarded-For": "2001:db8::7"}, "2001:db8::7"},
		"IPv4 in IPv6":                 {[]string{"10.0.0.1"}, "[::ffff:10.0.0.1]:5", map[string]string{"X-Forwarded-For": real + ":4711"}, real},
		"Forwarded":                    {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"Forwarded": `for=` + lie + `, For="[2001:db8::7]:47011";proto=https`}, "2001:db8::7"},
		"Forwarded hides":              {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"Forwarded": `for=` + lie + `, for=_secret`}, "10.0.0.1"},
		"Forwarded does not tell":      {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"Forwarded": `for=` + lie + `, by=10.0.0.1`}, "10.0.0.1"},
		"Forwarded is the client's":    {[]string{"10.0.0.0/8"}, "10.0.0.1:5", map[string]string{"Forwarded": "for=" + lie, "X-Forwarded-For": real}, real},
		"no address at all":            {[]string{"10.0.0.0/8"}, "@", map[string]string{"X-Forwarded-For": lie}, "@"},
		"a zone is not of the address": {nil, "[fe80::1%eth0]:5", nil, "fe80::1"},
	} {
		p, err := parseProxies(c.proxies)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		for key, value := range c.header {
			r.Header.Set(key, value)
		}
		if got := p.address(r); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	if _, err := parseProxies([]string{"10.0.0.0/8", "proxy.example"}); err == nil {
		t.Error("a name was taken for a network")
	}
}

// TestSchemeOfAnOrigin takes a page for this server's own only if it came the
// same way, as far as that is known.
func TestSchemeOfAnOrigin(t *testing.T) {
	for name, c := range map[string]struct {
		proto, origin string
		trusted, want bool
	}{
		"told https":   {"https", "https://forum.example", true, true},
		"told twice":   {"http, https", "https://forum.example", true, true},
		"downgraded":   {"https", "http://forum.example", true, false},
		"not told":     {"", "https://forum.example", true, true},
		"not believed": {"http", "https://forum.example", false, true},
		"another port": {"", "https://forum.example:8443", false, false},
	} {
		s := &Server{}
		if c.trusted {
			s.proxies, _ = parseProxies([]string{"192.0.2.0/24"})
		}
		r := httptest.NewRequest("GET", "http://forum.example:443/graphql", nil)
		r.Header.Set("Origin", c.origin)
		if c.origin[:5] == "http:" {
			r.Host = "forum.example"
		}
		if c.proto != "" {
			r.Header.Set("X-Forwarded-Proto", c.proto)
		}
		if got := s.originAllowed(r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

package limits

import (
	"net/http"
	"net/netip"
	"testing"

	"veche/community"
	"veche/community/members"
	"veche/resolvers"
)

func TestClient(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for name, c := range map[string]struct {
		from      string
		forwarded []string
		want      string
	}{
		"nobody between":         {"1.2.3.4:5", nil, "1.2.3.4"},
		"who is no proxy":        {"1.2.3.4:5", []string{"6.6.6.6"}, "1.2.3.4"},
		"behind a proxy":         {"10.0.0.1:5", []string{"6.6.6.6"}, "6.6.6.6"},
		"behind two":             {"10.0.0.1:5", []string{"6.6.6.6, 10.2.2.2"}, "6.6.6.6"},
		"in two headers":         {"10.0.0.1:5", []string{"6.6.6.6", "10.2.2.2"}, "6.6.6.6"},
		"with something made up": {"10.0.0.1:5", []string{"9.9.9.9, 6.6.6.6"}, "6.6.6.6"},
		"with nonsense":          {"10.0.0.1:5", []string{"9.9.9.9, x"}, "10.0.0.1"},
		"a proxy that says none": {"10.0.0.1:5", nil, "10.0.0.1"},
		"IPv6":                   {"[::1]:5", []string{"2001:db8::1"}, "2001:db8::1"},
		"no port":                {"pipe", nil, "pipe"},
	} {
		r := &http.Request{RemoteAddr: c.from, Header: http.Header{}}
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := proxies.Client(r); got != c.want {
			t.Errorf("%s: want %s, got %s", name, c.want, got)
		}
	}
}

func TestActor(t *testing.T) {
	for want, r := range map[string]resolvers.Request{
		"1.2.3.4":           {Device: members.Device{Address: "1.2.3.4"}},
		"1.2.3.5":           {Device: members.Device{Address: "::ffff:1.2.3.5"}},
		"2001:db8:1:2::/64": {Device: members.Device{Address: "2001:db8:1:2:3:4:5:6"}},
		"fe80::/64":         {Device: members.Device{Address: "fe80::1%eth0"}},
		"":                  {},
		"member_1":          {Viewer: community.Viewer{ID: "member_1", Session: "session_1"}},
		"token_1":           {Viewer: community.Viewer{ID: "member_1", Session: "token_1"}},
	} {
		if got := Actor(&r); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}

func TestCrowd(t *testing.T) {
	c := NewCrowd(2)
	for i, room := range []bool{true, true, false} {
		if c.Enter("a") != room {
			t.Errorf("number %d: want room %v", i+1, room)
		}
	}
	if !c.Enter("b") {
		t.Error("another has no room")
	}
	c.Leave("a")
	if !c.Enter("a") {
		t.Error("who left has a place no longer")
	}
	c.Join("a")
	if c.Open("a") != 3 || c.Enter("a") {
		t.Errorf("%d are in", c.Open("a"))
	}
	for range 3 {
		c.Leave("a")
	}
	c.Leave("b")
	if len(c.here) != 0 {
		t.Errorf("the empty are remembered: %v", c.here)
	}
	var nobody *Crowd
	if !nobody.Enter("a") || nobody.Open("a") != 0 {
		t.Error("no crowd has no end")
	}
	nobody.Leave("a")
	nobody.Join("a")
}

package limits

import (
	"testing"

	"veche/community"
	"veche/community/members"
	"veche/resolvers"
)

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

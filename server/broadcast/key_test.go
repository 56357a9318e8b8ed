package broadcast

import (
	"testing"

	"veche/community"
)

// What readers of one group are answered must not depend on anything that their
// key leaves out, and whatever does not matter must not keep them apart.
func TestKey(t *testing.T) {
	anna := community.Viewer{ID: "member_anna", Role: community.RoleMember, Scopes: community.AllScopes}
	boris := community.Viewer{ID: "member_boris", Role: community.RoleMember, Scopes: community.AllScopes}
	const (
		byVariable = `subscription($id: ID, $after: String) { events(id: $id, after: $after) { n } }`
		usedTwice  = `subscription($after: String) { events(after: $after) { n(not: [$after]) } }`
		inFragment = `subscription($after: String) { events(after: $after) { ...f } } fragment f on Event { kin { n(not: [$after]) } }`
		directed   = `subscription($after: String, $b: Boolean!) { events(after: $after) { n @skip(if: $b) } }`
		mine       = `subscription($after: String) { events(after: $after) { mine } }`
		mineDeep   = `subscription($after: String) { events(after: $after) { ...f } } fragment f on Event { kin { ... on Event { mine } } }`
	)
	type asks struct {
		text      string
		variables map[string]any
		viewer    community.Viewer
		audience  string
	}
	v := func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	for name, c := range map[string]struct {
		a, b asks
		same bool
	}{
		"two viewers":             {asks{plainText, nil, anna, "all"}, asks{plainText, nil, boris, "all"}, true},
		"another text":            {asks{plainText, nil, anna, "all"}, asks{plainText + " ", nil, anna, "all"}, false},
		"another audience":        {asks{plainText, nil, anna, "all"}, asks{plainText, nil, anna, "few"}, false},
		"another cursor":          {asks{byVariable, v("id", "1", "after", "x"), anna, "all"}, asks{byVariable, v("id", "1", "after", "y"), boris, "all"}, true},
		"no cursor":               {asks{byVariable, v("id", "1"), anna, "all"}, asks{byVariable, v("id", "1", "after", "y"), boris, "all"}, true},
		"another variable":        {asks{byVariable, v("id", "1"), anna, "all"}, asks{byVariable, v("id", "2"), anna, "all"}, false},
		"a cursor used twice":     {asks{usedTwice, v("after", "x"), anna, "all"}, asks{usedTwice, v("after", "y"), anna, "all"}, false},
		"a cursor in a fragment":  {asks{inFragment, v("after", "x"), anna, "all"}, asks{inFragment, v("after", "y"), anna, "all"}, false},
		"a variable of directive": {asks{directed, v("b", true), anna, "all"}, asks{directed, v("b", false), anna, "all"}, false},
		"a field of the viewer's": {asks{mine, nil, anna, "all"}, asks{mine, nil, boris, "all"}, false},
		"the same viewer again":   {asks{mine, v("after", "x"), anna, "all"}, asks{mine, v("after", "y"), anna, "all"}, true},
		"a field deep below":      {asks{mineDeep, nil, anna, "all"}, asks{mineDeep, nil, boris, "all"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			keys := make([]string, 2)
			for i, asked := range []asks{c.a, c.b} {
				l := &listener{want: Subscription{Operation: subscription(t, asked.text, asked.variables)}, feed: &community.Feed{}}
				var err error
				if keys[i], err = l.key(asked.viewer, community.Admission{Audience: asked.audience}); err != nil {
					t.Fatal(err)
				}
			}
			if same := keys[0] == keys[1]; same != c.same {
				t.Errorf("one group: %v, want %v\n%s\n%s", same, c.same, keys[0], keys[1])
			}
		})
	}
}

// A token that may do less makes another viewer of the same member.
func TestKeyTellsScopes(t *testing.T) {
	l := &listener{want: Subscription{Operation: subscription(t, `subscription { events { mine } }`, nil)}, feed: &community.Feed{}}
	all, err := l.key(community.Viewer{ID: "member_anna", Scopes: community.AllScopes}, community.Admission{})
	if err != nil {
		t.Fatal(err)
	}
	few, err := l.key(community.Viewer{ID: "member_anna", Scopes: community.AllScopes[:1]}, community.Admission{})
	if err != nil || all == few {
		t.Errorf("%q and %q (%v)", all, few, err)
	}
}

// Where a reader began matters to a feed that says so, and not by which cursor
// it comes back.
func TestKeySince(t *testing.T) {
	const text = `subscription($after: String) { events(after: $after) { n } }`
	keys := map[string]bool{}
	for _, since := range []string{"", "x", "y"} {
		for _, after := range []string{"a", "b"} {
			l := &listener{
				want: Subscription{Operation: subscription(t, text, map[string]any{"after": after})},
				feed: &community.Feed{Since: since},
			}
			key, err := l.key(community.Viewer{}, community.Admission{})
			if err != nil {
				t.Fatal(err)
			}
			keys[key] = true
		}
	}
	if len(keys) != 3 {
		t.Errorf("%d groups, want one for each beginning", len(keys))
	}
}

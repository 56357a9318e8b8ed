package forum

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"veche/community"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// crowd is a forum with members who need no roll: their handles are their ids.
type crowd struct {
	*Hall
	t *testing.T
}

func newCrowd(t *testing.T) crowd {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(t.Context(), s, log, strangers{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return crowd{h, t}
}

type strangers struct{}

func (strangers) Mentioned(_ context.Context, keys []string) (map[string]community.Mention, error) {
	out := map[string]community.Mention{}
	for _, key := range keys {
		out[key] = community.Mention{ID: community.MemberID("member_" + key), Handle: key}
	}
	return out, nil
}

func (strangers) Known(context.Context, community.MemberID) error { return nil }

// member is a viewer with a session.
func member(name string, role community.Role) community.Viewer {
	return community.Viewer{ID: community.MemberID("member_" + name), Role: role, Scopes: community.AllScopes}
}

var (
	admin = member("admin", community.RoleAdmin)
	anna  = member("anna", community.RoleMember)
	boris = member("boris", community.RoleMember)
	guest = community.Viewer{}
)

func (c crowd) space(v Visibility) *Space {
	c.t.Helper()
	slug := fmt.Sprintf("space-%d", len(must(spaces.Find(c.t.Context(), c.store, store.Query{Sort: []string{"createdAt"}}))(c.t)))
	return must(c.CreateSpace(c.t.Context(), admin, NewSpace{Name: slug, Slug: &slug, Visibility: v}))(c.t)
}

func (c crowd) topic(in *Space, by community.Viewer, tags ...string) *Topic {
	c.t.Helper()
	return must(c.OpenTopic(c.t.Context(), by, NewTopic{SpaceID: in.ID, Title: "Тема", Body: "О чём", Tags: tags}))(c.t)
}

func (c crowd) reply(to *Topic, by community.Viewer, body string) *Post {
	c.t.Helper()
	return must(c.Reply(c.t.Context(), by, NewPost{TopicID: to.ID, Body: body}))(c.t)
}

func (c crowd) fresh(t *Topic) *Topic {
	c.t.Helper()
	return must(topics.Get(c.t.Context(), c.store, string(t.ID)))(c.t)
}

// must fails the test on an error; written in two steps so that a call with two
// results can be its argument.
func must[T any](thing T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return thing
	}
}

// wants checks an error's kind and field.
func wants(t *testing.T, err error, kind community.Kind) {
	t.Helper()
	if err == nil || community.KindOf(err) != kind {
		t.Errorf("got %v, want %s", err, kind)
	}
}

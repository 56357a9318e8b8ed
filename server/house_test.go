package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"veche/community"
	"veche/community/members"
)

// house is a running server, with members whom the tests know by name.
type house struct {
	t         testing.TB
	parts     *Parts
	server    *Server
	url       string
	client    *http.Client
	residents map[string]resident
	spaces    map[string]community.SpaceID
	stop      func() error
	killed    atomic.Bool // its connections were broken, not drained
}

// resident is a member with a session.
type resident struct {
	id    community.MemberID
	token string
}

// password is everybody's.
const password = "correct horse battery"

func inFolder(dir string) Config { return Config{Data: dir, CacheMB: 8, RateLimit: "off"} }

// engines are the stores that a test runs over, each with a way to a fresh one:
// a file, and a database of the MongoDB.
func engines(mongodb string) map[string]func(testing.TB) Config {
	return map[string]func(testing.TB) Config{
		"sqlite": func(t testing.TB) Config { return inFolder(t.TempDir()) },
		"mongodb": func(t testing.TB) Config {
			database := community.NewID[community.TokenID]("test")
			return Config{Data: t.TempDir(), MongoDBURI: mongodb, MongoDatabase: string(database), RateLimit: "off"}
		},
	}
}

// open starts a server and lets the members in: "anna", or "vera moderator".
func open(t testing.TB, c Config, people ...string) *house {
	t.Helper()
	parts, err := Assemble(t.Context(), c, cheap)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, c, parts, people...)
}

// serve starts a server over parts that were put together already.
func serve(t testing.TB, c Config, parts *Parts, people ...string) *house {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, c, parts, listener, people...)
}

func serveOn(t testing.TB, c Config, parts *Parts, listener net.Listener, people ...string) *house {
	t.Helper()
	h := &house{
		t: t, parts: parts, server: New(c, parts), url: "http://" + listener.Addr().String() + "/graphql",
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}, residents: map[string]resident{},
		spaces: map[string]community.SpaceID{},
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(ctx, listener) }()
	h.stop = sync.OnceValue(func() error {
		h.client.CloseIdleConnections()
		stop()
		return <-done
	})
	t.Cleanup(func() {
		if err := h.stop(); err != nil && !h.killed.Load() {
			t.Errorf("stop the server: %v", err)
		}
	})
	for _, who := range people {
		name, role, _ := strings.Cut(who, " ")
		h.admit(name, community.Role(strings.ToUpper(role)))
	}
	return h
}

// admit makes a member and signs them in.
func (h *house) admit(name string, role community.Role) {
	h.t.Helper()
	if role == "" {
		role = community.RoleMember
	}
	ctx := h.t.Context()
	email := name + "@example.org"
	m, err := h.parts.Roll.Create(ctx, members.NewMember{
		Email: email, Password: password, Handle: name, Name: name,
	}, role)
	if err != nil {
		h.t.Fatal(err)
	}
	in, err := h.parts.Roll.LogIn(ctx, email, password, members.Device{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.residents[name] = resident{m.ID, in.Token}
}

// build makes a space: "hall", or "cellar private". Its manager is nobody whom
// the tests know.
func (h *house) build(what string) community.SpaceID {
	h.t.Helper()
	const keeper = "keeper"
	if _, ok := h.residents[keeper]; !ok {
		h.admit(keeper, community.RoleOwner)
	}
	name, visibility, _ := strings.Cut(what, " ")
	if visibility == "" {
		visibility = "public"
	}
	made := h.get(keeper, `mutation($n: String!, $v: Visibility!) {
		createSpace(input: {name: $n, slug: $n, visibility: $v}) { space { id } } }`,
		vars{"n": name, "v": strings.ToUpper(visibility)})
	id := community.SpaceID(made.at("createSpace.space.id").text())
	h.spaces[name] = id
	return id
}

// credential is the Authorization of somebody by name; none for "guest". A
// token stands for itself.
func (h *house) credential(who string) (string, error) {
	if who == "guest" {
		return "", nil
	}
	if strings.HasPrefix(who, "veche_") {
		return "Bearer " + who, nil
	}
	r, ok := h.residents[who]
	if !ok {
		return "", fmt.Errorf("nobody here is called %q", who)
	}
	return "Bearer " + r.token, nil
}

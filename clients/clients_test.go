package clients_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/server"
)

// TestClients runs the trials beside this file, in Node, against a server.
func TestClients(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed, which the clients run on")
	}
	if _, err := os.Stat("node_modules"); err != nil {
		t.Skip("the clients are not installed: make clients does that from the npm registry, and runs this")
	}
	c := server.Config{Data: t.TempDir(), RateLimit: "off"}
	parts, err := server.Assemble(t.Context(), c, &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	token, space := furnish(t, parts)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.New(c, parts).Serve(ctx, listener) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	within, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	trials := exec.CommandContext(within, node, "--test", "--test-timeout=30000")
	trials.Env = append(os.Environ(), "VECHE_URL=http://"+listener.Addr().String()+"/graphql", "VECHE_TOKEN="+token, "VECHE_SPACE="+string(space))
	out, err := trials.CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Errorf("the trials failed: %v", err)
	}
}

// furnish makes a member with a session, and a space to write in.
func furnish(t *testing.T, parts *server.Parts) (token string, space community.SpaceID) {
	t.Helper()
	ctx := t.Context()
	if _, err := parts.Roll.Create(ctx, members.NewMember{Email: "o@example.org", Password: "a long enough one", Handle: "olga", Name: "Olga"}, community.RoleOwner); err != nil {
		t.Fatal(err)
	}
	in, err := parts.Roll.LogIn(ctx, "o@example.org", "a long enough one", members.Device{})
	if err != nil {
		t.Fatal(err)
	}
	viewer, err := parts.Roll.Authenticate(ctx, in.Token)
	if err != nil {
		t.Fatal(err)
	}
	s, err := parts.Hall.CreateSpace(ctx, viewer, forum.NewSpace{Name: "Trials", Visibility: forum.Public})
	if err != nil {
		t.Fatal(err)
	}
	return in.Token, s.ID
}

package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// childEnv names the folder that this binary serves, in place of testing, as
// the process to be killed.
const childEnv = "VECHE_TEST_SERVE"

// serveChild serves the folder, says where on its standard output, and ends
// with its standard input: it does not outlive who started it.
func serveChild(dir string) int {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	c := inFolder(dir)
	parts, err := Assemble(context.Background(), c, cheap)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("http://" + listener.Addr().String() + "/graphql")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := New(c, parts).Serve(ctx, listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// child is a server in a process of its own.
type child struct {
	*house
	process *exec.Cmd
}

// startChild serves the folder in another process, to the same people.
func startChild(t *testing.T, dir string, residents map[string]resident) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.Command(self)
	process.Env = append(os.Environ(), childEnv+"="+dir)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{process: process, house: &house{t: t, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}, residents: residents}}
	t.Cleanup(c.kill)
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child did not begin to serve: %v", err)
	}
	c.url = strings.TrimSpace(said)
	return c
}

// terminate asks the process to end, as whoever starts it anew does, and waits.
func (c *child) terminate() {
	c.t.Helper()
	if err := c.process.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Error(err)
	}
	if err := c.process.Wait(); err != nil {
		c.t.Errorf("the child ended with %v", err)
	}
	c.client.CloseIdleConnections()
}

// kill ends the process at once, with no chance to finish anything.
func (c *child) kill() {
	_ = c.process.Process.Kill() // it may have ended
	_ = c.process.Wait()         // killed
	c.client.CloseIdleConnections()
}

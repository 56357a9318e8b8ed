package socket

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// door is a served transport.
type door struct {
	*Transport
	*house
	url   string
	ended chan Close
}

// open serves the house for one test, over TCP.
func open(t *testing.T, config Config) *door {
	t.Helper()
	d := &door{house: newHouse(), ended: make(chan Close, 1000)}
	config.Closed = func(_ context.Context, why Close) { d.ended <- why }
	config.Ending = ending
	d.Transport = New(config)
	graph := d.server()
	graph.AddTransport(d.Transport)
	server := httptest.NewServer(graph)
	d.url = "ws" + strings.TrimPrefix(server.URL, "http")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := d.Drain(ctx); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return d
}

// client is a gorilla client that speaks as the test says.
type client struct {
	*websocket.Conn
	t testing.TB
}

func (d *door) dial(t testing.TB, subprotocols ...string) *client {
	t.Helper()
	ws, _, err := (&websocket.Dialer{Subprotocols: subprotocols, EnableCompression: true}).Dial(d.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return &client{ws, t}
}

// enter dials and initializes.
func (d *door) enter(t testing.TB) *client {
	t.Helper()
	c := d.dial(t, transportWS.name)
	c.say(`{"type":"connection_init"}`)
	c.hear(`{"type":"connection_ack"}`)
	return c
}

func (c *client) say(text string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) read() (string, error) {
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, got, err := c.ReadMessage()
	return string(got), err
}

func (c *client) hear(want string) {
	c.t.Helper()
	got, err := c.read()
	if err != nil {
		c.t.Fatalf("waiting for %s: %v", want, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Fatal(diff)
	}
}

// hearClose reads up to the close frame, skipping messages.
func (c *client) hearClose(want Close) {
	c.t.Helper()
	for {
		_, err := c.read()
		if err == nil {
			continue
		}
		var got *websocket.CloseError
		if !errors.As(err, &got) {
			c.t.Fatalf("want close %d, got %v", want.Code, err)
		}
		if diff := cmp.Diff(want, Close{got.Code, got.Text}); diff != "" {
			c.t.Fatal(diff)
		}
		return
	}
}

// play runs a script: lines that begin with > are said, lines that begin with <
// are heard, and a line that begins with x names the close code and reason.
func (c *client) play(script string) {
	c.t.Helper()
	for line := range strings.Lines(script) {
		mark, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch mark {
		case ">":
			c.say(text)
		case "<":
			c.hear(text)
		case "x":
			got, err := c.read()
			var theirs *websocket.CloseError
			if !errors.As(err, &theirs) {
				c.t.Fatalf("want close %s, got %q, %v", text, got, err)
			}
			if diff := cmp.Diff(text, fmt.Sprintf("%d %s", theirs.Code, theirs.Text)); diff != "" {
				c.t.Fatal(diff)
			}
		}
	}
}

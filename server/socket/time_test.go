package socket

import (
	"context"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

func TestInitTimeout(t *testing.T) {
	slow := func(ctx context.Context, _ map[string]any) (context.Context, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, says := range map[string]string{
		"silence":           "",
		"pings only":        `> {"type":"ping"}`,
		"authorize forever": `> {"type":"connection_init"}`,
	} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, Config{Authorize: slow}, func(t *testing.T, r *room) {
				c := r.dial(t, transportWS.name)
				c.play(says)
				c.listen(r, func(time.Duration, string) {})
				r.wantEnd(t, CloseInitTimeout, 10*time.Second)
			})
		})
	}
}

func TestPings(t *testing.T) {
	for name, test := range map[string]struct{ init, want string }{
		transportWS.name: {modernInit, "25s {\"type\":\"ping\"}\n50s {\"type\":\"ping\"}\n1m15s {\"type\":\"ping\"}\n"},
		graphqlWS.name:   {olderInit, "25s {\"type\":\"ka\"}\n25s ping\n50s {\"type\":\"ka\"}\n50s ping\n1m15s {\"type\":\"ka\"}\n1m15s ping\n"},
	} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, Config{}, func(t *testing.T, r *room) {
				c := r.dial(t, name)
				c.play(test.init)
				var log string
				c.SetPingHandler(func(data string) error {
					log += fmt.Sprintln(time.Since(r.start), "ping")
					return c.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
				})
				go c.listen(r, func(at time.Duration, text string) {
					log += fmt.Sprintln(at, text)
					if text == `{"type":"ping"}` {
						c.say(`{"type":"pong"}`)
					}
				})
				time.Sleep(76 * time.Second)
				synctest.Wait()
				if log != test.want {
					t.Errorf("got %s, want %s", log, test.want)
				}
			})
		})
	}
}

func TestSilenceEndsTheSocket(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		time.Sleep(20 * time.Second)
		c.say(`{"type":"pong"}`)
		c.listen(r, func(time.Duration, string) {}) // answers no ping
		r.wantEnd(t, CloseIdle, 95*time.Second)
	})
}

// A reader that wakes up soon enough gets the message that was on its way, and
// then hears why the socket ends.
func TestStalledReaderWakesUp(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { flood(size: 1) }"}}`)
		time.Sleep(12 * time.Second)
		c.hear(`{"type":"next","id":"a","payload":{"data":{"flood":"x"}}}`)
		c.play("x 4900 Slow reader; come back with your cursor")
		r.wantEnd(t, CloseSlowReader, 12*time.Second)
		if n := r.flooded.Load(); n != 64+2 {
			t.Errorf("%d responses were made", n)
		}
	})
}

func TestStalledReaderSleepsOn(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { flood(size: 1) }"}}`)
		r.wantEnd(t, CloseSlowReader, 15*time.Second)
	})
}

// A reader who is slower than the events but takes some is kept, and operations
// wait for it.
func TestReaderBehindIsKept(t *testing.T) {
	inRoom(t, Config{Outbox: 2}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { count(to: 30) }"}}`)
		for i := range 30 {
			time.Sleep(9 * time.Second)
			for {
				got, err := c.read()
				if err != nil {
					t.Fatal(err)
				}
				if got == `{"type":"ping"}` {
					c.say(`{"type":"pong"}`)
					continue
				}
				if want := fmt.Sprintf(`{"type":"next","id":"a","payload":{"data":{"count":%d}}}`, i+1); got != want {
					t.Fatalf("got %s, want %s", got, want)
				}
				break
			}
		}
		c.hear(`{"type":"complete","id":"a"}`)
	})
}

// A reader on a thin line gets a message that takes much longer than
// WriteTimeout, and longer than it may be silent.
func TestThinLineIsNotSlow(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		dialer := r.dialer(transportWS.name)
		dial := dialer.NetDial
		dialer.NetDial = func(network, to string) (net.Conn, error) {
			line, err := dial(network, to)
			return thin{line}, err
		}
		ws, _, err := dialer.Dial("ws://room", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		c := &client{ws, t}
		c.play(modernInit)
		const size = 4 << 20
		c.say(fmt.Sprintf(`{"type":"subscribe","id":"a","payload":{"query":"subscription { big(size: %d) }"}}`, size))
		_ = c.SetReadDeadline(time.Time{})
		_, got, err := c.ReadMessage()
		if err != nil || len(got) < size-10 {
			t.Fatalf("after %v: %d bytes, %v", time.Since(r.start), len(got), err)
		}
		if took := time.Since(r.start); took < 4*time.Minute {
			t.Errorf("took only %v", took)
		}
	})
}

// thin is a line that carries 16 KiB in a second.
type thin struct{ net.Conn }

func (l thin) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p[:min(len(p), 16<<10)])
	time.Sleep(time.Duration(n) * time.Second / (16 << 10))
	return n, err
}

// The client may complete an operation that the server has completed already,
// while its messages still wait for the reader, and use the id again.
func TestNothingQueuedOfACompletedOperationIsSent(t *testing.T) {
	for name, last := range map[string]string{"count(to: 3)": "complete", "fails": "error"} {
		t.Run(last, func(t *testing.T) {
			inRoom(t, Config{}, func(t *testing.T, r *room) {
				c := r.dial(t, transportWS.name)
				c.play(modernInit)
				c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { ` + name + ` }"}}`)
				synctest.Wait()
				c.say(`{"type":"complete","id":"a"}`)
				c.say(`{"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}`)
				synctest.Wait()
				if _, err := c.read(); err != nil { // what was being written
					t.Fatal(err)
				}
				c.play(`
					< {"type":"next","id":"a","payload":{"data":{"hello":"world"}}}
					< {"type":"complete","id":"a"}`)
			})
		})
	}
}

// An id is live until the client can have seen the end.
func TestIDIsTakenWhileTheEndIsQueued(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		for range 2 {
			c.say(`{"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}`)
			synctest.Wait()
		}
		c.hearClose(Close{CloseSubscriberExists.Code, "Subscriber for a already exists"})
	})
}

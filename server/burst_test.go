package server

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"veche/community"
	"veche/community/forum"
)

// rateFor is how long a thousand events a second are told; CI has no minutes.
var rateFor = flag.Duration("rate-for", 2*time.Second, "how long TestThousandASecond goes on")

const withBody = `subscription($t: ID!, $a: Cursor) { topicEvents(topicId: $t, after: $a) { ... on PostAdded { cursor post { number body html } } } }`

// TestBurst has thousands of events happen as fast as they can be written;
// readers of every kind must get all of them, in order, once.
func TestBurst(t *testing.T) {
	many := 10_000
	if slow {
		many = 1000
	}
	f := newFlood(t, many)
	begun := time.Now()
	f.write(t, func(int) {})
	f.readers.Wait()
	t.Logf("%d events, read %v after the first was written; %d cuts", f.many, time.Since(begun), f.cuts.Load())
}

// TestThousandASecond has a thousand events happen each second.
func TestThousandASecond(t *testing.T) {
	rate := int(few(1000)) // the race detector leaves no time for more
	f := newFlood(t, int(rateFor.Seconds()*float64(rate)))
	begun := time.Now()
	f.write(t, func(i int) { time.Sleep(time.Until(begun.Add(time.Duration(i) * time.Second / time.Duration(rate)))) })
	wrote := time.Since(begun)
	f.readers.Wait()
	t.Logf("%d events written in %v, read within %v; %d cuts", f.many, wrote, time.Since(begun), f.cuts.Load())
}

// flood is many events in one topic, and readers of them.
type flood struct {
	*house
	topic   string
	many    int
	cuts    atomic.Int64
	readers sync.WaitGroup
}

// newFlood has people read from before the first event.
func newFlood(t *testing.T, many int) *flood {
	f := &flood{house: open(t, inFolder(t.TempDir()), "anna"), many: many}
	f.build("hall")
	f.topic = f.openTopic("anna", "hall")
	start := f.liveCursor(f.topic)
	for name, read := range map[string]func(*progress) error{
		"steady, transport-ws": func(p *progress) error { return f.readOn(newer, p) },
		"steady, graphql-ws":   func(p *progress) error { return f.readOn(older, p) },
		"steady, SSE":          func(p *progress) error { return f.readOn(sse, p) },
		"slow":                 f.readSlowly,
		"slow too":             f.readSlowly,
		"flapping":             func(p *progress) error { return f.flap(p, f.readUntilCut) },
		"flapping too":         func(p *progress) error { return f.flap(p, f.readUntilCut) },
		"flapping, SSE":        func(p *progress) error { return f.flap(p, f.readSSEUntilCut) },
	} {
		f.readers.Go(func() {
			p := &progress{cursor: start}
			if err := read(p); err != nil || p.last != many {
				t.Errorf("%s: at %d of %d: %v", name, p.last, many, err)
			}
		})
	}
	return f
}

// write has many people write all the posts; before each, its turn is waited for.
func (f *flood) write(t *testing.T, turn func(i int)) {
	anna := f.viewer("anna")
	body := strings.Repeat("и ещё ", 100)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(f.many); i = next.Add(1) {
				turn(int(i))
				if _, err := f.parts.Hall.Reply(t.Context(), anna, forum.NewPost{TopicID: community.TopicID(f.topic), Body: body}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// progress is how far a reader has come.
type progress struct {
	last   int
	cursor string
	ends   []string // how its connections ended
}

// take takes an event, which must be the next.
func (p *progress) take(payload []byte) error {
	var m struct {
		Data struct {
			TopicEvents struct {
				Cursor string
				Post   struct{ Number int }
			}
		}
		Errors json.RawMessage
	}
	if err := json.Unmarshal(payload, &m); err != nil || m.Errors != nil {
		return fmt.Errorf("heard %.200s (%w)", payload, err)
	}
	got := m.Data.TopicEvents
	if got.Post.Number != p.last+1 {
		return fmt.Errorf("heard of %d behind %d", got.Post.Number, p.last)
	}
	p.last, p.cursor = got.Post.Number, got.Cursor
	return nil
}

// readOn reads as fast as it can.
func (f *flood) readOn(way string, p *progress) error {
	e, err := f.listenBy(way, "anna", withBody, vars{"t": f.topic, "a": p.cursor})
	if err != nil {
		return err
	}
	defer e.cancel()
	for p.last < f.many {
		got, ok := e.hear(patience)
		if !ok || got.outcome == nil || len(got.Errors) > 0 {
			return fmt.Errorf("ended with %v %q", got.outcome, got.end)
		}
		if err := p.take([]byte(`{"data":` + string(got.Data) + `}`)); err != nil {
			return err
		}
	}
	return nil
}

// readSlowly reads a few messages at a time from a connection that holds little.
func (f *flood) readSlowly(p *progress) error {
	w, err := f.dialNarrow("anna")
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.subscribe(withBody, vars{"t": f.topic, "a": p.cursor}); err != nil {
		return err
	}
	for p.last < f.many {
		if err := w.take(p); err != nil {
			return err
		}
		if p.last%100 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

// dialNarrow opens a socket for which the kernel holds as little as it can.
func (h *house) dialNarrow(who string) (*wire, error) {
	d := websocket.Dialer{Subprotocols: []string{newer}, HandshakeTimeout: patience}
	d.NetDialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(128 << 10)
		}
		return conn, err
	}
	return h.dialWith(d, who)
}

// take reads one message, which must be the next event or a ping.
func (w *wire) take(p *progress) error {
	for {
		var m struct {
			Type    string
			Payload json.RawMessage
		}
		if err := w.ReadJSON(&m); err != nil {
			return fmt.Errorf("%w: %w", errCut, err)
		}
		if m.Type == "next" {
			return p.take(m.Payload)
		}
		if m.Type != "ping" {
			return fmt.Errorf("heard %s %s", m.Type, m.Payload)
		}
		_ = w.say("pong", "", nil) // the next read tells if it is cut
	}
}

// errCut says that the connection broke.
var errCut = fmt.Errorf("cut off")

// flap reads on and on from where it was cut off.
func (f *flood) flap(p *progress, read func(*progress, time.Duration) error) error {
	apart := 100 * time.Millisecond
	if slow { // coming back then costs more than reading
		apart *= 4
	}
	for begun := time.Now(); p.last < f.many; f.cuts.Add(1) {
		if err := read(p, rand.N(apart)); err != nil {
			return err
		}
		if time.Since(begun) > 3*patience {
			return fmt.Errorf("it takes too long")
		}
	}
	return nil
}

func (f *flood) readUntilCut(p *progress, cut time.Duration) error {
	w, err := f.dial("anna")
	if err != nil {
		return err
	}
	defer w.Close()
	defer time.AfterFunc(cut, func() { w.NetConn().Close() }).Stop()
	if w.subscribe(withBody, vars{"t": f.topic, "a": p.cursor}) != nil {
		return nil // cut off already
	}
	for p.last < f.many {
		if err := w.take(p); isCut(err) {
			p.ends = append(p.ends, err.Error())
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func isCut(err error) bool { return err != nil && strings.HasPrefix(err.Error(), errCut.Error()) }

// readSSEUntilCut goes on as browsers do, by Last-Event-ID; the operation keeps
// its first cursor.
func (f *flood) readSSEUntilCut(p *progress, cut time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), cut)
	defer cancel()
	body, err := json.Marshal(map[string]any{"query": withBody, "variables": vars{"t": f.topic}})
	if err != nil {
		return err
	}
	r, err := f.request(ctx, "anna", body, sse)
	if err != nil {
		return err
	}
	r.Header.Set("Last-Event-ID", p.cursor)
	response, err := f.client.Do(r)
	if err != nil {
		return nil // cut off already
	}
	defer response.Body.Close()
	return eachEvent(response.Body, func(id, data string) error {
		if err := p.take([]byte(data)); err != nil {
			return err
		}
		if p.cursor != id {
			return fmt.Errorf("the event with the cursor %s has the id %s", p.cursor, id)
		}
		if p.last == f.many {
			cancel()
		}
		return nil
	})
}

// eachEvent takes whole events alone: what was cut off in the middle of one is
// as if it had never come.
func eachEvent(body io.Reader, take func(id, data string) error) error {
	text := ""
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		text += string(buf[:n])
		for {
			event, rest, whole := strings.Cut(text, "\n\n")
			if !whole {
				break
			}
			text = rest
			id, data := "", ""
			for line := range strings.Lines(event) {
				line = strings.TrimSuffix(line, "\n")
				if v, ok := strings.CutPrefix(line, "id: "); ok {
					id = v
				} else if v, ok := strings.CutPrefix(line, "data: "); ok {
					data = v
				}
			}
			if id == "" {
				continue
			}
			if err := take(id, data); err != nil {
				return err
			}
		}
		if err != nil {
			return nil // cut off
		}
	}
}

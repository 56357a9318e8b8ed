package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/executor"
)

// closes are all named ends, those that name details without them.
var closes = []Close{
	CloseNormal, CloseGoingAway, CloseProtocol, CloseLost, CloseTooLarge, CloseInvalid, CloseUnauthorized,
	CloseSessionEnded, CloseForbidden, CloseSubprotocol, CloseInitTimeout, CloseSubscriberExists,
	CloseTooManyInits, CloseInternal, CloseSlowReader, CloseTooManyOperations, CloseIdle,
}

func TestClosesAreDistinct(t *testing.T) {
	for i, one := range closes {
		if one.Reason == "" || len(one.Reason) > maxReason {
			t.Errorf("%d has the reason %q", one.Code, one.Reason)
		}
		if slices.Contains(closes[:i], one) {
			t.Errorf("%v is there twice", one)
		}
	}
}

// FuzzFrame feeds messages, one a line, to a socket that was initialized before
// or not. Each must be answered, close the socket with a named value, or be one
// that the protocol leaves unanswered.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"connection_init","payload":{"token":"Ada"}}`,
		`{"type":"ping","payload":{"a":[1,2.5e9,"\ud83d"]}}` + "\n" + `{"type":"pong"}`,
		`{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":{"a":null}}}`,
		`{"type":"subscribe","id":"1","payload":{"query":"subscription { hold }"}}` + "\n" + `{"type":"complete","id":"1"}`,
		`{"type":"subscribe","id":"1","payload":{"query":"mutation M($a: Int!) { add(a: $a, b: 2) }","variables":{"a":1e99}}}`,
		`{"type":"subscribe","id":"1","payload":{"query":"{ panics }"}}` + "\n" + `{"type":"stop","id":"1"}`,
		`{"type":"start","id":"1","payload":{"query":"subscription { fails }"}}` + "\n" + `{"type":"connection_terminate"}`,
		`{"type":"connection_init","payload":{"n":1e999}}`, `{"type":"start","id":1}`, "null", "[]", "{", `"`, "\xff", `{"type":null,"id":null,"payload":null}`,
	} {
		f.Add(false, false, []byte(seed))
		f.Add(true, false, []byte(seed))
		f.Add(false, true, []byte(seed))
		f.Add(true, true, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, older, initialized bool, lines []byte) {
		c := fuzzed(older)
		defer c.work.Wait()
		defer c.end(CloseNormal)
		if initialized {
			c.receive([]byte(`{"type":"connection_init"}`))
			c.taken(c.queued())
		}
		for line := range bytes.SplitSeq(lines, []byte("\n")) {
			c.receive(line)
			c.wantAnswer(t, line)
			if c.ctx.Err() != nil {
				return
			}
		}
	})
}

func fuzzed(older bool) *conn {
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	config := Config{Authorize: admit, Outbox: 1000}.withDefaults()
	house := newHouse()
	delete(house.fields, "flood") // would fill the outbox that nobody empties
	delete(house.fields, "stubborn")
	exec := executor.New(house)
	exec.SetRecoverFunc(func(context.Context, any) error { return nil })
	c := newConn(&config, r, exec)
	c.dialect = transportWS
	if older {
		c.dialect = graphqlWS
	}
	c.out.busy = true // as if somebody wrote: all that is sent waits
	return c
}

// queued takes what was sent, or nothing once the socket has to end.
func (c *conn) queued() frame {
	for c.ctx.Err() == nil {
		c.out.mu.Lock()
		if len(c.out.queue) > 0 {
			defer c.out.mu.Unlock()
			return c.out.shift()
		}
		c.out.mu.Unlock()
		time.Sleep(10 * time.Microsecond)
	}
	return frame{}
}

// taken does what the writer would besides writing.
func (c *conn) taken(f frame) {
	if f.ack {
		close(c.ready)
	}
}

// wantAnswer waits for what must follow the message.
func (c *conn) wantAnswer(t *testing.T, line []byte) {
	m, err := c.dialect.parse(line)
	unanswered := err == nil && (m.kind == kindPong || m.kind == kindComplete || bytes.Contains(m.payload, []byte("hold")))
	if unanswered && c.ctx.Err() == nil {
		return
	}
	f := c.queued()
	c.taken(f)
	if f.data != nil && !json.Valid(f.data) {
		t.Fatalf("%q was answered by %q", line, f.data)
	}
	if f.data == nil {
		why, ok := context.Cause(c.ctx).(Close)
		if !ok || !slices.ContainsFunc(closes, func(named Close) bool { return named.Code == why.Code }) {
			t.Fatalf("%q ended the socket with %v", line, context.Cause(c.ctx))
		}
	}
}

package socket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"veche/community"
)

func TestCompleteEndsTheOperation(t *testing.T) {
	d := open(t, Config{})
	c := d.enter(t)
	c.play(hold("a"))
	eventually(t, "the operation runs", func() bool { return d.holding.Load() == 1 })
	c.say(`{"type":"complete","id":"a"}`)
	eventually(t, "the operation ended", func() bool { return d.holding.Load() == 0 })
	c.play(`
		> {"type":"ping"}
		< {"type":"pong"}`) // and nothing before it
}

func TestNothingOfACompletedOperationIsSent(t *testing.T) {
	d := open(t, Config{})
	c := d.enter(t)
	for round := range 20 {
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { flood(size: 1000) }"}}`)
		if _, err := c.read(); err != nil {
			t.Fatal(err)
		}
		c.say(`{"type":"complete","id":"a"}`)
		c.say(fmt.Sprintf(`{"type":"ping","payload":{"round":%d}}`, round))
		for pong := fmt.Sprintf(`{"type":"pong","payload":{"round":%d}}`, round); ; {
			got, err := c.read()
			if err != nil {
				t.Fatal(err)
			}
			if got == pong {
				break
			}
		}
		// The reader took the complete before the ping, so what comes behind the
		// pong is of the new operation.
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { count(to: 1) }"}}`)
		c.play(`
			< {"type":"next","id":"a","payload":{"data":{"count":1}}}
			< {"type":"complete","id":"a"}`)
	}
}

func TestManyOperationsAtOnce(t *testing.T) {
	c := open(t, Config{Outbox: 1}).enter(t)
	const n = 100
	for i := range n {
		c.say(fmt.Sprintf(`{"type":"subscribe","id":"%d","payload":{"query":"subscription { count(to: 10) }"}}`, i))
	}
	next := map[string]int{}
	for completed := 0; completed < n; {
		got, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		id := strings.Split(got, `"`)[7]
		if strings.HasPrefix(got, `{"type":"complete"`) {
			completed++
			continue
		}
		next[id]++
		if want := fmt.Sprintf(`{"type":"next","id":"%s","payload":{"data":{"count":%d}}}`, id, next[id]); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for id, count := range next {
		if count != 10 {
			t.Errorf("operation %s had %d responses", id, count)
		}
	}
}

func TestOperationsThatDoNotEndCannotPileUp(t *testing.T) {
	d := open(t, Config{MaxOperations: 3})
	defer close(d.release)
	c := d.enter(t)
	for n := range int64(6) {
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { stubborn }"}}`)
		eventually(t, "the operation runs", func() bool { return d.holding.Load() == n+1 })
		c.say(`{"type":"complete","id":"a"}`)
	}
	c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { stubborn }"}}`)
	c.hearClose(CloseTooManyOperations)
}

func TestOperationIsAskedForEachOperation(t *testing.T) {
	var asked atomic.Int64
	d := open(t, Config{Operation: func(ctx context.Context) (context.Context, error) {
		switch n := asked.Add(1); n {
		case 3:
			return nil, community.RateLimited(0)
		case 4:
			return nil, errors.New("connect to 10.0.0.7: refused")
		case 5:
			panic("no")
		case 6:
			return nil, community.Unauthenticated("This session was revoked.")
		default:
			return context.WithValue(ctx, nameKey{}, fmt.Sprint("asked ", n)), nil
		}
	}})
	c := d.enter(t)
	c.play(hold("held"))
	eventually(t, "the operation runs", func() bool { return d.holding.Load() == 1 })
	const query = `> {"type":"subscribe","id":"a","payload":{"query":"{ name }"}}` + "\n"
	c.play(query + `
		< {"type":"next","id":"a","payload":{"data":{"name":"asked 2"}}}
		< {"type":"complete","id":"a"}
		` + query + `
		< {"type":"error","id":"a","payload":[{"message":"Too many requests; try again later.","extensions":{"code":"RATE_LIMITED"}}]}
		` + query + `
		< {"type":"error","id":"a","payload":[{"message":"Something went wrong."}]}
		` + query + `
		< {"type":"error","id":"a","payload":[{"message":"panicked"}]}
		` + query + `
		x 4401 Session ended: This session was revoked.`)
	eventually(t, "the other operation ended too", func() bool { return d.holding.Load() == 0 })
}

func TestRightsThatEndWhileSubscribed(t *testing.T) {
	for name, test := range map[string]struct {
		cause error
		want  string
	}{
		"one operation": {community.Conflict("The space was closed."), `
			< {"type":"error","id":"a","payload":[{"message":"The space was closed.","extensions":{"code":"CONFLICT"}}]}
			> {"type":"ping"}
			< {"type":"pong"}`},
		"the session": {community.Forbidden("You are banned."), "x 4401 Session ended: You are banned."},
	} {
		t.Run(name, func(t *testing.T) {
			var lose context.CancelCauseFunc
			d := open(t, Config{Operation: func(ctx context.Context) (context.Context, error) {
				ctx, lose = context.WithCancelCause(ctx)
				return ctx, nil
			}})
			c := d.enter(t)
			c.play(hold("a"))
			eventually(t, "the operation runs", func() bool { return d.holding.Load() == 1 })
			lose(test.cause)
			c.play(test.want)
		})
	}
}

func TestSessionThatEndsClosesTheSocket(t *testing.T) {
	for _, test := range []struct {
		cause error
		want  Close
	}{
		{nil, CloseSessionEnded},
		{community.Unauthenticated("You signed out elsewhere."), CloseSessionEnded.because("You signed out elsewhere.")},
	} {
		var revoke context.CancelCauseFunc
		d := open(t, Config{Authorize: func(ctx context.Context, _ map[string]any) (context.Context, error) {
			ctx, revoke = context.WithCancelCause(ctx)
			return ctx, nil
		}})
		c := d.enter(t)
		c.play(hold("a"))
		eventually(t, "the operation runs", func() bool { return d.holding.Load() == 1 })
		revoke(test.cause)
		c.hearClose(test.want)
		if got := <-d.ended; got != test.want {
			t.Errorf("ended with %v", got)
		}
	}
}

func TestAuthorizeIsNotWaitedFor(t *testing.T) {
	for _, test := range []struct {
		meanwhile string
		want      Close
	}{
		{`{"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}`, CloseUnauthorized},
		{`{"type":"connection_init"}`, CloseTooManyInits},
	} {
		d := open(t, Config{Authorize: func(ctx context.Context, _ map[string]any) (context.Context, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		c := d.dial(t, transportWS.name)
		c.play(`
			> {"type":"connection_init"}
			> {"type":"ping"}
			< {"type":"pong"}`)
		c.say(test.meanwhile)
		c.hearClose(test.want)
	}
}

package socket

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestDrain(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		polite := r.dial(t, transportWS.name)
		polite.play(modernInit + hold("a"))
		silent := r.dial(t, transportWS.name) // neither reads nor closes
		synctest.Wait()
		if n := r.Sockets(); n != 2 {
			t.Errorf("%d sockets", n)
		}
		go polite.hearClose(CloseGoingAway)
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(r.start); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		if n := r.Sockets(); n != 0 {
			t.Errorf("%d sockets", n)
		}
		silent.Close()
		_, answer, err := r.dialer(transportWS.name).Dial("ws://room", nil)
		if err == nil || answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a new socket got %v, %v", answer, err)
		}
	})
}

func TestDrainGivesUp(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"subscription { stubborn }"}}`)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go c.hearClose(CloseGoingAway)
		if err := r.Drain(ctx); err == nil || ctx.Err() == nil {
			t.Errorf("got %v after %v", err, time.Since(r.start))
		}
		close(r.release)
	})
}

// What was answered before the socket ends still arrives.
func TestDrainFlushes(t *testing.T) {
	inRoom(t, Config{}, func(t *testing.T, r *room) {
		c := r.dial(t, transportWS.name)
		c.play(modernInit)
		c.say(`{"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}`)
		synctest.Wait()
		go func() { _ = r.Drain(t.Context()) }()
		synctest.Wait()
		c.play(`
			< {"type":"next","id":"a","payload":{"data":{"hello":"world"}}}
			< {"type":"complete","id":"a"}
			x 1001 Server going away; come back with your cursor`)
	})
}

// Many are not sent away all at once, and those who have to wait are served
// meanwhile; but all within a part of the time that there is.
func TestDrainSpreads(t *testing.T) {
	for name, test := range map[string]struct{ within, least, most time.Duration }{
		"time enough": {time.Minute, 40 * time.Millisecond, 60 * time.Millisecond},
		"hardly time": {60 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, Config{}, func(t *testing.T, r *room) {
				for range 5 * farewells {
					c := r.dial(t, transportWS.name)
					c.play(modernInit)
					go c.listen(r, func(time.Duration, string) {})
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.within)
				defer cancel()
				if err := r.Drain(ctx); err != nil {
					t.Error(err)
				}
				if took := time.Since(r.start); took < test.least || took > test.most {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

package socket

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Many sockets that come, act and go in every way leave nothing behind.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("sockets", func(t *testing.T) {
		d := open(t, Config{
			Outbox: 4, MaxOperations: 8, WriteTimeout: 500 * time.Millisecond,
			PingEvery: 20 * time.Millisecond, ReadTimeout: 10 * time.Second, // so that clients always have something to read
		})
		const sockets = 150
		var all sync.WaitGroup
		for seed := range uint64(sockets) {
			all.Go(func() { live(t, d, rand.New(rand.NewPCG(1, seed))) })
		}
		all.Wait()
		for range sockets {
			select {
			case <-d.ended:
			case <-time.After(10 * time.Second):
				t.Fatalf("%d sockets are still open", d.Sockets())
			}
		}
		if n := d.holding.Load(); n != 0 {
			t.Errorf("%d operations still run", n)
		}
	})
	eventually(t, "the goroutines are back to the start", func() bool { return runtime.NumGoroutine() <= before })
}

// live is one client's life: it starts and completes operations at random and
// then leaves in one of several ways.
func live(t *testing.T, d *door, dice *rand.Rand) {
	ws, _, err := (&websocket.Dialer{Subprotocols: []string{transportWS.name}}).Dial(d.url, nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer ws.Close()
	say := func(text string) { _ = ws.WriteMessage(websocket.TextMessage, []byte(text)) }
	say(`{"type":"connection_init"}`)
	_, _, _ = ws.ReadMessage()
	for i := range dice.IntN(12) {
		query := []string{"hold", "count(to: 5)", "flood(size: 300)", "fails", "panicsLater"}[dice.IntN(5)]
		say(fmt.Sprintf(`{"type":"subscribe","id":"%d","payload":{"query":"subscription { %s }"}}`, i, query))
		if dice.IntN(2) == 0 {
			say(fmt.Sprintf(`{"type":"complete","id":"%d"}`, dice.IntN(i+1)))
		}
		if dice.IntN(3) == 0 {
			_, _, _ = ws.ReadMessage()
		}
	}
	switch dice.IntN(4) {
	case 0: // leaves without a word
	case 1:
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
		readOut(ws)
	case 2:
		say("nonsense")
		readOut(ws)
	case 3: // stops reading until the server has enough
		say(`{"type":"subscribe","id":"last","payload":{"query":"subscription { flood(size: 100000) }"}}`)
		time.Sleep(1500 * time.Millisecond)
	}
}

func readOut(ws *websocket.Conn) {
	_ = ws.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			return
		}
	}
}

// BenchmarkNext measures one response on its way to one reader.
func BenchmarkNext(b *testing.B) {
	for _, size := range []int{100, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			answer := data(`{"x":%q}`, strings.Repeat("x", size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := transportWS.response([]byte(`"1"`), answer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

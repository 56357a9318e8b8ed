package socket

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestLongMessagesArriveWhole(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		c := open(t, Config{Compression: compressed}).enter(t)
		for _, size := range []int{10, 4000, piece - 100, piece, piece + 10, 3 << 20} {
			c.say(fmt.Sprintf(`{"type":"subscribe","id":"a","payload":{"query":"subscription { big(size: %d) }"}}`, size))
			c.hear(`{"type":"next","id":"a","payload":{"data":{"big":"` + strings.Repeat("0123456789", size/10) + `"}}}`)
			c.hear(`{"type":"complete","id":"a"}`)
		}
	}
}

// The limit must hold for what a frame swells to, not for what it was.
func TestLimitCountsDecompressedBytes(t *testing.T) {
	c := open(t, Config{Compression: true}).enter(t)
	c.say(`{"type":"ping"}` + strings.Repeat(" ", 64<<20))
	c.hearClose(CloseTooLarge)
}

func TestCompressionIsOffered(t *testing.T) {
	for _, offered := range []bool{false, true} {
		d := open(t, Config{Compression: offered})
		dialer := websocket.Dialer{Subprotocols: []string{transportWS.name}, EnableCompression: true}
		ws, r, err := dialer.Dial(d.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		ws.Close()
		if got := strings.Contains(r.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate"); got != offered {
			t.Errorf("compression is %v, want %v", got, offered)
		}
	}
}

func TestWebSocketPingsAreAnswered(t *testing.T) {
	c := open(t, Config{}).enter(t)
	got := make(chan string, 1)
	c.SetPongHandler(func(data string) error { got <- data; return nil })
	if err := c.WriteControl(websocket.PingMessage, []byte("there?"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	c.play(`
		> {"type":"ping"}
		< {"type":"pong"}`)
	if data := <-got; data != "there?" {
		t.Errorf("got %q", data)
	}
}

func TestClientClosesFirst(t *testing.T) {
	d := open(t, Config{})
	c := d.enter(t)
	c.play(hold("a"))
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "bye")
	if err := c.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	c.hearClose(Close{websocket.CloseNormalClosure, "bye"})
	if got := <-d.ended; got != (Close{websocket.CloseNormalClosure, "bye"}) {
		t.Errorf("ended with %v", got)
	}
	c = d.enter(t)
	c.Close()
	if got := <-d.ended; got != CloseLost {
		t.Errorf("ended with %v", got)
	}
}

// A reader that takes nothing is closed in bounded time and costs bounded
// memory, and others do not notice.
func TestSlowReader(t *testing.T) {
	const size = 64 << 10
	d := open(t, Config{WriteTimeout: 400 * time.Millisecond, Outbox: 16})
	other := d.enter(t)
	before := heap()
	slow := d.enter(t)
	start := time.Now()
	for i := range 20 {
		slow.say(fmt.Sprintf(`{"type":"subscribe","id":"%d","payload":{"query":"subscription { flood(size: %d) }"}}`, i, size))
	}
	for len(d.ended) == 0 {
		asked := time.Now()
		other.play(`
			> {"type":"subscribe","id":"a","payload":{"query":"subscription { count(to: 1) }"}}
			< {"type":"next","id":"a","payload":{"data":{"count":1}}}
			< {"type":"complete","id":"a"}`)
		if took := time.Since(asked); took > 3*time.Second {
			t.Fatalf("the other reader waited %v", took)
		}
		time.Sleep(10 * time.Millisecond)
		if used := int64(heap()) - int64(before); used > 16<<20 {
			t.Fatalf("%d MiB of memory for one slow reader", used>>20)
		}
	}
	if got := <-d.ended; got != CloseSlowReader {
		t.Errorf("ended with %v", got)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("closed after %v", took)
	}
	// Outbox, writer, one per operation, and what the two kernels took.
	if n := d.flooded.Load(); n > 16+1+20+16<<20/size {
		t.Errorf("%d responses were made for nobody", n)
	}
}

// Whoever ends an operation, as when a space closes for thousands, does not wait
// for a reader whose outbox is full.
func TestTheEndWaitsForNobody(t *testing.T) {
	config := Config{Outbox: 2}.withDefaults()
	c := &conn{config: &config, ctx: t.Context()}
	c.out.busy = true // as a writer whose reader takes nothing
	op := transportWS.newOperation(t.Context(), "1")
	for c.offer(frame{of: op}) {
	}
	ended := make(chan bool)
	go func() { ended <- c.put(t.Context(), frame{of: op, last: true}) }()
	select {
	case <-ended:
	case <-time.After(time.Second):
		t.Error("it waits")
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

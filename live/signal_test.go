package live_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"veche/live"
)

// startNATS answers the address of a NATS server that ends with the test.
func startNATS(t *testing.T) string {
	t.Helper()
	nats, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start()
	t.Cleanup(nats.Shutdown)
	if !nats.ReadyForConnections(10 * time.Second) {
		t.Fatal("NATS does not start")
	}
	return nats.ClientURL()
}

// A signal reaches the others and not who sent it, and a node that leaves says
// so; a node that is alone tells nobody.
func TestSignals(t *testing.T) {
	url := startNATS(t)
	type heard struct{ at, from, body string }
	got := make(chan heard, 10)
	join := func(name string) (*live.Signals, func()) {
		l, _ := open(t, live.Options{Poll: -1})
		s := l.Hub().Signals()
		s.Hear("weather", func(from string, body []byte) { got <- heard{name, from, string(body)} })
		s.Send("weather", "nobody hears")
		leave, err := l.Hub().Join(url, name)
		if err != nil {
			t.Fatal(err)
		}
		return s, leave
	}
	next := func(want heard) {
		t.Helper()
		select {
		case h := <-got:
			if h != want {
				t.Errorf("heard %v, want %v", h, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%v was not heard", want)
		}
	}
	here, leave := join("here")
	there, leaveToo := join("there")
	defer leaveToo()
	if !here.Joined() {
		t.Error("the node does not know that it joined")
	}
	here.Send("weather", "rain")
	next(heard{"there", "here", `"rain"`})
	there.Send("weather", "sun")
	next(heard{"here", "there", `"sun"`})
	here.Send("else", "nobody listens")
	leave()
	next(heard{"there", "here", ""})
	if here.Joined() {
		t.Error("the node does not know that it left")
	}
	here.Send("weather", "gone")
	if len(got) > 0 {
		t.Errorf("also heard %v", <-got)
	}
}

package live_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"veche/live"
)

// Two nodes over one store: what one writes, readers at the other hear of at
// once, though they would poll in an hour only.
func TestNodesHearEachOther(t *testing.T) {
	nats, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start()
	defer nats.Shutdown()
	if !nats.ReadyForConnections(10 * time.Second) {
		t.Fatal("NATS does not start")
	}
	here, s := open(t, live.Options{})
	there, err := live.Open(t.Context(), s, live.Options{Poll: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*live.Log{"here": here, "there": there} {
		leave, err := l.Hub().Join(nats.ClientURL(), name)
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
	}
	go there.Tail(t.Context())
	heard := make(chan string)
	go func() {
		for e, err := range follow(t.Context(), there, "topic:a", 0) {
			if err != nil {
				t.Error(err)
				return
			}
			heard <- e.About[0]
		}
	}()
	for _, word := range []string{"one", "two", "three"} {
		appendTo(t, here, s, "topic:a", word)
		select {
		case got := <-heard:
			if got != word {
				t.Errorf("heard %s, want %s", got, word)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s was not heard of", word)
		}
	}
}

package live_test

import (
	"testing"
	"time"

	"veche/live"
)

// Two nodes over one store: what one writes, readers at the other hear of at
// once, though they would poll in an hour only.
func TestNodesHearEachOther(t *testing.T) {
	url := startNATS(t)
	here, s := open(t, live.Options{})
	there, err := live.Open(t.Context(), s, live.Options{Poll: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*live.Log{"here": here, "there": there} {
		leave, err := l.Hub().Join(url, name)
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

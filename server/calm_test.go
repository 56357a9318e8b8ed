package server

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
)

const calmly = `subscription($s: ID!, $a: Cursor) { spaceEvents(spaceId: $s, after: $a, calm: true) { __typename
	... on NewTopics { cursor newCount } ... on ResyncRequired { cursor } } }`

const newSince = `query($s: ID!, $a: Cursor!) { space(id: $s) { newTopics(since: $a, first: 100) { newCount nodes { id } } } }`

func (h *house) spaceCursor(space string) string {
	return h.get("guest", `query($s: ID!) { space(id: $s) { liveCursor } }`, vars{"s": space}).at("space.liveCursor").text()
}

// TestCalmInAStorm has much happen at once: readers hear of it once a second,
// and those who began at one place share what it costs.
func TestCalmInAStorm(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris", "чук", "гек")
	hall := string(h.build("hall"))
	start := h.spaceCursor(hall)
	var ears []*ear
	for range 5 {
		e, err := h.listen("guest", calmly, vars{"s": hall, "a": start})
		if err != nil {
			t.Fatal(err)
		}
		ears = append(ears, e)
	}
	topics := int(few(40))
	var writers sync.WaitGroup
	begun := time.Now()
	for i, who := range []string{"anna", "boris", "чук", "гек"} {
		writers.Go(func() {
			for j := range topics / 4 {
				topic := h.openTopic(who, "hall")
				h.get(who, reply, vars{"t": topic, "b": fmt.Sprint(i, j)})
			}
		})
	}
	writers.Wait()
	for _, e := range ears {
		heard, count, cursor := 0, 0, ""
		for count < topics/4*4 {
			got, ok := e.hear(patience)
			if !ok || got.outcome == nil {
				t.Fatalf("counts %d of %d, and nothing more comes", count, topics)
			}
			heard++
			count = read(got.Data).at("spaceEvents.newCount").number()
			cursor = read(got.Data).at("spaceEvents.cursor").text()
		}
		if most := int(time.Since(begun)/time.Second) + 2; heard > most {
			t.Errorf("heard %d times in %v", heard, time.Since(begun))
		}
		if got := h.get("boris", newSince, vars{"s": hall, "a": cursor}).at("space.newTopics.newCount").number(); got != count {
			t.Errorf("counts %d, and %d are answered", count, got)
		}
		start = cursor
	}
	if n := h.server.station.Groups(); n != 1 {
		t.Errorf("%d groups for readers who began at one place", n)
	}
	// Who comes back from further on, counting from the same place, is of the same
	// group.
	back, err := h.listen("guest", calmly, vars{"s": hall, "a": start})
	if err != nil {
		t.Fatal(err)
	}
	h.settled(back, len(ears))
	h.openTopic("anna", "hall")
	got, ok := back.hear(patience)
	if !ok || read(got.Data).at("spaceEvents.newCount").number() != topics/4*4+1 {
		t.Errorf("heard %v", got)
	}
	if n := h.server.station.Groups(); n != 1 {
		t.Errorf("%d groups after one came back", n)
	}
	// Who comes now counts from now.
	late, err := h.listen("guest", calmly, vars{"s": hall})
	if err != nil {
		t.Fatal(err)
	}
	h.settled(late, len(ears)+1)
	h.openTopic("anna", "hall")
	if got, ok := late.hear(patience); !ok || read(got.Data).at("spaceEvents.newCount").number() != 1 {
		t.Errorf("heard %v", got)
	}
}

// TestCalmByLastEventID cuts an event stream off and goes on where its last
// event stood.
func TestCalmByLastEventID(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	hall := string(h.build("hall"))
	query := fmt.Sprintf(`subscription { spaceEvents(spaceId: %q, calm: true) { ... on NewTopics { cursor newCount } } }`, hall)
	ear, err := h.listenSSE("guest", query, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.settled(ear, 0)
	h.openTopic("anna", "hall")
	got, ok := ear.hear(patience)
	if !ok {
		t.Fatal("nothing is heard")
	}
	ear.cancel()
	cursor := read(got.Data).at("spaceEvents.cursor").text()
	h.openTopic("anna", "hall")
	r, err := h.request(t.Context(), "guest", fmt.Appendf(nil, `{"query": %q}`, query), "text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", cursor)
	wantStreamed(t, h, r, 2)
}

func wantStreamed(t *testing.T, h *house, r *http.Request, count int) {
	t.Helper()
	response, err := h.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	heard := make(chan heard, 10)
	go readSSE(response.Body, heard)
	select {
	case got := <-heard:
		if n := read(got.Data).at("spaceEvents.newCount").number(); n != count {
			t.Errorf("counts %d, want %d", n, count)
		}
	case <-time.After(patience):
		t.Error("nothing is heard")
	}
}

// TestCalmResync comes with a cursor that the log cannot serve: the reader is
// told, and what happens from then on is counted.
func TestCalmResync(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	hall := string(h.build("hall"))
	h.openTopic("anna", "hall")
	for name, cursor := range map[string]string{"of the future": liveCursor(hall, 1000), "before the first": liveCursor(hall, -1)} {
		t.Run(name, func(t *testing.T) {
			ear, err := h.listen("guest", calmly, vars{"s": hall, "a": cursor})
			if err != nil {
				t.Fatal(err)
			}
			got, ok := ear.hear(patience)
			if !ok || read(got.Data).at("spaceEvents.__typename").text() != "ResyncRequired" {
				t.Fatalf("heard %v", got)
			}
			now := read(got.Data).at("spaceEvents.cursor").text()
			h.openTopic("anna", "hall")
			if got, ok := ear.hear(patience); !ok || read(got.Data).at("spaceEvents.newCount").number() != 1 {
				t.Errorf("heard %v", got)
			}
			if n := h.get("guest", newSince, vars{"s": hall, "a": now}).at("space.newTopics.newCount").number(); n != 1 {
				t.Errorf("%d are new", n)
			}
		})
	}
}

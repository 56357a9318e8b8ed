package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"veche/community"
	"veche/community/forum"
)

// TestOneStuck has one reader of a thousand take nothing: the others get
// everything, it is closed, and memory does not grow for it.
func TestOneStuck(t *testing.T) {
	t.Parallel() // it mostly waits for the time that a reader has
	const events = 100
	f := &flood{house: open(t, inFolder(t.TempDir()), "anna"), many: events}
	f.build("hall")
	f.topic = f.openTopic("anna", "hall")
	fat := strings.Replace(withBody, "body html", strings.Repeat("body%d: body html%d: html ", 10), 1)
	for i := range 10 {
		fat = strings.Replace(strings.Replace(fat, "%d", fmt.Sprint(i), 1), "%d", fmt.Sprint(i), 1)
	}
	start := f.liveCursor(f.topic)
	w, err := f.dialNarrow("anna")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.subscribe(fat, vars{"t": f.topic, "a": start}); err != nil {
		t.Fatal(err)
	}
	others := int(few(1000))
	for i := range others {
		query := added
		if i%100 == 0 {
			query = fat // in the stuck one's group
		}
		f.follow(t, query, start)
	}
	f.wantGroups(t, others+1, 2)
	before, begun := heap(), time.Now()
	f.write(t, func(int) {})
	f.readers.Wait()
	if grown := int64(heap()) - int64(before); grown > 32<<20 {
		t.Errorf("%d MiB of memory for one reader", grown>>20)
	}
	time.Sleep(time.Until(begun.Add(12500 * time.Millisecond))) // it has 10 s, and 5 more to hear why
	p := &progress{cursor: start}
	for err = w.take(p); err == nil; err = w.take(p) {
	}
	var why *websocket.CloseError
	if !errors.As(err, &why) || why.Code != 4900 || p.last == 0 || p.last == events {
		t.Fatalf("the stuck reader ended with %v, at %d of %d", err, p.last, events)
	}
	if err := f.readOn(newer, p); err != nil || p.last != events {
		t.Errorf("it came back with its cursor and is at %d: %v", p.last, err)
	}
}

// follow is one who reads until the end.
func (f *flood) follow(t *testing.T, query, start string) {
	t.Helper()
	w, err := f.dial("anna")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.subscribe(query, vars{"t": f.topic, "a": start}); err != nil {
		t.Fatal(err)
	}
	f.readers.Go(func() {
		defer w.Close()
		p := &progress{}
		for p.last < f.many {
			if err := w.take(p); err != nil {
				t.Errorf("at %d of %d: %v", p.last, f.many, err)
				return
			}
		}
	})
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestNothingIsLeft has readers of every kind come and go in every way. When all
// are gone, nothing of them is left.
func TestNothingIsLeft(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	h.visit(t, topic) // brings what stays: connections, pools, workers
	goroutines, memory := h.left(t), heap()
	for range 3 {
		h.visit(t, topic)
	}
	var now int
	for begun := time.Now(); time.Since(begun) < patience/3; time.Sleep(10 * time.Millisecond) {
		if now = h.left(t); now <= goroutines {
			break
		}
	}
	if now > goroutines {
		all := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", now, goroutines, all[:runtime.Stack(all, true)])
	}
	if grown := int64(heap()) - int64(memory); grown > 8<<20 {
		t.Errorf("%d MiB of memory are left", grown>>20)
	}
}

// left waits until nobody listens, and answers how many goroutines there are.
func (h *house) left(t *testing.T) int {
	t.Helper()
	s := h.server
	there := func() string {
		return fmt.Sprintf("%d readers, %d groups, %d streams, %d sockets", s.station.Readers(), s.station.Groups(), h.parts.Log.Hub().Watched(), s.sockets.Sockets())
	}
	const nobody = "0 readers, 0 groups, 0 streams, 0 sockets"
	for begun := time.Now(); there() != nobody && time.Since(begun) < patience/3; {
		time.Sleep(time.Millisecond)
	}
	if there() != nobody {
		t.Errorf("there are still %s", there())
	}
	h.client.CloseIdleConnections()
	return runtime.NumGoroutine()
}

// visit has people come and go at once, while posts are written.
func (h *house) visit(t *testing.T, topic string) {
	var all sync.WaitGroup
	anna := h.viewer("anna")
	for i := range 60 {
		all.Go(func() {
			way := []string{newer, older, sse}[i%3]
			query, v := added, vars{"t": topic}
			if i%2 == 0 {
				query, v = spaceNews, vars{"s": h.spaces["hall"]}
			}
			if i%7 == 0 {
				query = strings.Replace(query, "{ id ", "{ id viewerReactions ", 1)
			}
			e, err := h.listenBy(way, []string{"anna", "guest"}[i%2], query, v)
			if err != nil {
				t.Error(err)
				return
			}
			for range rand.IntN(4) {
				e.hear(settle)
			}
			if i%5 == 0 {
				time.Sleep(settle)
			}
			e.cancel()
		})
	}
	for range 20 {
		if _, err := h.parts.Hall.Reply(t.Context(), anna, forum.NewPost{TopicID: community.TopicID(topic), Body: "."}); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}

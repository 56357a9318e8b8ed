package server

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// restarts is how often the server is started anew while people write and read.
const restarts = 3

// TestRestartUnderLoad ends the server's process by SIGTERM and starts it again on
// the same folder, while people write and read: readers are told to come back,
// and miss nothing.
func TestRestartUnderLoad(t *testing.T) {
	dir := t.TempDir()
	h := open(t, inFolder(dir), "anna", "boris")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	start := h.liveCursor(topic)
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	var now atomic.Pointer[child]
	now.Store(startChild(t, dir, h.residents))
	var written atomic.Int64 // the last number, once all is written
	var readers, writers sync.WaitGroup
	var last atomic.Int64
	stop := make(chan struct{})
	for range 4 {
		writers.Go(func() { writeAnd(t, &now, topic, &last, stop) })
	}
	for i := range 6 {
		readers.Go(func() {
			p := &progress{cursor: start}
			for begun := time.Now(); time.Since(begun) < 2*patience; {
				if n := int(written.Load()); n > 0 && p.last >= n {
					break
				}
				f := &flood{house: now.Load().house, topic: topic, many: 1 << 30}
				read := []func(*progress, time.Duration) error{f.readUntilCut, f.readSSEUntilCut}[i%2]
				if err := read(p, patience); err != nil && !isRefused(err) {
					t.Errorf("reader %d, at %d: %v", i, p.last, err)
					return
				}
			}
			if p.last < int(written.Load()) { // a post may be kept whose answer was cut off
				t.Errorf("reader %d is at %d of %d", i, p.last, written.Load())
			}
			if i%2 == 0 && !slices.ContainsFunc(p.ends, func(why string) bool { return strings.Contains(why, "close 1001") }) {
				t.Errorf("reader %d was not told to come back: %q", i, p.ends)
			}
		})
	}
	for range restarts {
		time.Sleep(300 * time.Millisecond)
		now.Load().terminate()
		now.Store(startChild(t, dir, h.residents))
	}
	time.Sleep(200 * time.Millisecond)
	close(stop)
	writers.Wait()
	written.Store(last.Load())
	for range 2 { // a last post for whoever has yet to come, and the end
		time.Sleep(500 * time.Millisecond)
		now.Load().terminate()
		now.Store(startChild(t, dir, h.residents))
	}
	readers.Wait()
	t.Logf("%d posts", written.Load())
}

// writeAnd has anna write until told to stop, whatever happens to the server.
func writeAnd(t *testing.T, now *atomic.Pointer[child], topic string, last *atomic.Int64, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(2 * time.Millisecond):
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		got, err := now.Load().try(ctx, "anna", reply, vars{"t": topic, "b": "и ещё"})
		cancel()
		if err != nil || len(got.Errors) > 0 {
			continue // it stops, or starts
		}
		n := int64(read(got.Data).at("addPost.post.number").number())
		for was := last.Load(); was < n && !last.CompareAndSwap(was, n); was = last.Load() {
		}
	}
}

package main

import (
	"context"
	"flag"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"veche/server"
)

var rounds = flag.Int("rounds", 1, "how often every attack is made, by four at once; more than one makes slow ones too")

// begin serves a fresh folder, with rates on or off.
func begin(t *testing.T, rates string) string {
	t.Helper()
	c := server.Config{Data: t.TempDir(), CacheMB: 8, RateLimit: rates}
	parts, err := server.Assemble(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.New(c, parts).Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// TestAbuse makes every attack: each is refused as it must be, memory stays as
// it was, and the server goes on to answer others.
func TestAbuse(t *testing.T) {
	addr := begin(t, "off")
	before := heap()
	for range *rounds {
		var all sync.WaitGroup
		for range min(*rounds, 4) {
			all.Go(func() { attempt(t, newTarget(addr, ""), attacks()) })
		}
		all.Wait()
	}
	wantAnswer(t, addr)
	if grown := heap() - before; grown > 64<<20 {
		t.Errorf("the heap has grown by %d MiB", grown>>20)
	}
}

func attempt(t *testing.T, on *target, all []attack) {
	for _, a := range all {
		got, err := a.once(t.Context(), on)
		if err != nil || got != a.want && !(strings.HasPrefix(a.want, "close 4901") && got == "all answered") {
			t.Errorf("%s: want %s, got %s, %v", a.name, a.want, got, err)
		}
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func wantAnswer(t *testing.T, addr string) {
	t.Helper()
	if got, err := newTarget(addr, "").get(t.Context(), "{ topics { nodes { id } } }"); got != "200 OK" || err != nil {
		t.Errorf("another is answered %s, %v", got, err)
	}
}

// TestSlowClients has a hundred clients that never finish their headers.
func TestSlowClients(t *testing.T) {
	if testing.Short() {
		t.Skip("the server has ten seconds of patience")
	}
	t.Parallel()
	addr := begin(t, "off")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	patient := slow()[:1]
	if *rounds > 1 {
		patient = slow()
	}
	var all sync.WaitGroup
	for range 100 {
		for _, a := range patient {
			all.Go(func() {
				if got, err := a.once(ctx, newTarget(addr, "")); got != a.want || err != nil {
					t.Errorf("%s: want %s, got %s, %v", a.name, a.want, got, err)
				}
			})
		}
	}
	wantAnswer(t, addr)
	all.Wait()
}

// TestFlood sends what costs to read, again and again, until the budget of the
// address is spent.
func TestFlood(t *testing.T) {
	addr := begin(t, "on")
	on := newTarget(addr, "")
	got := ""
	for range 100 {
		var err error
		if got, err = attacks()[1].once(t.Context(), on); err != nil {
			t.Fatal(err)
		}
		if got != tooComplex {
			break
		}
	}
	if got != "429 RATE_LIMITED" {
		t.Errorf("a hundred documents of 5,000 fields: %s", got)
	}
}

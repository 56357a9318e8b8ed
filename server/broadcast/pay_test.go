package broadcast

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"veche/community"
	"veche/live"
)

// A reader alone pays for each event. Once it cannot, nothing is executed for
// it and others are told as ever; when it can again it gets all that it missed.
func TestWhoCannotPay(t *testing.T) {
	s := newStage(t)
	var points, made atomic.Int64
	points.Store(50)
	s.station.Price = func(*graphql.OperationContext) int { return 10 }
	s.station.Charge = func(_ context.Context, n int) time.Duration {
		if points.Add(int64(-n)) < 0 {
			points.Add(int64(n))
			return time.Millisecond
		}
		return 0
	}
	s.event = func(v community.Viewer, _ *live.Entry) error {
		if v.ID == "poor" {
			made.Add(1)
		}
		return nil
	}
	poor := s.sit("poor", -1, 1000)
	s.happen(30)
	poor.hears(1, 5)
	select {
	case <-poor.heard:
		t.Error("it hears what it has not paid for")
	case <-time.After(50 * time.Millisecond):
	}
	if n := made.Load(); n != 5 {
		t.Errorf("%d events were executed for it, of 5 that it paid", n)
	}
	points.Store(1000)
	poor.hears(6, 30)
	s.happen(1)
	poor.hears(31, 31)
	g := s.station.all()[0]
	eventually(t, "it is live again", func() bool { return len(g.present()) == 1 })
}

// What many share costs each of them its part, and nothing if they are many.
func TestManyPayLittle(t *testing.T) {
	s := newStage(t)
	var spent atomic.Int64
	s.station.Price = func(*graphql.OperationContext) int { return 10 }
	s.station.Charge = func(_ context.Context, n int) time.Duration { spent.Add(int64(n)); return 0 }
	var all []*seat
	sit := func(n int) {
		for len(all) < n {
			all = append(all, s.sit("somebody", -1, 1000))
		}
	}
	sit(4)
	s.happen(1)
	for _, one := range all {
		one.hears(1, 1)
	}
	if got := spent.Swap(0); got != 4*2 {
		t.Errorf("four paid %d points", got)
	}
	sit(11)
	s.happen(1)
	for _, one := range all {
		one.hears(2, 2)
	}
	if got := spent.Load(); got != 0 {
		t.Errorf("eleven paid %d points", got)
	}
}

package live_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"veche/live"
	"veche/store"
)

type sum struct {
	ID string `bson:"_id"`
	N  int64  `bson:"n"`
}

var sums = store.Define[sum]("sums")

// counting counts the entries of each stream, and fails whenever fail says so.
func counting(fail func() error) live.Consumer {
	return live.Consumer{Name: "counting", Handle: func(ctx context.Context, tx store.Tx, found []*live.Entry) error {
		for _, e := range found {
			if _, err := sums.Inc(ctx, tx, string(e.Stream), "n", 1); err != nil {
				return err
			}
		}
		return fail()
	}}
}

// Several runs of one consumer, which fail after half of their work, count
// every entry once.
func TestConsumerCountsOnce(t *testing.T) {
	l, s := open(t, live.Options{})
	if err := s.Ensure(t.Context(), sums.Spec()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	calls := 0
	sometimes := func() error {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls%3 == 0 {
			return errors.New("crashed")
		}
		return nil
	}
	const each = 100
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			for range each {
				appendTo(t, l, s, live.Stream(fmt.Sprintf("topic:%d", i)), "x")
			}
		})
	}
	for range 3 {
		all.Go(func() {
			for range 40 {
				_, _ = l.CatchUp(t.Context(), counting(sometimes)) // some fail, as they should
				time.Sleep(time.Millisecond)
			}
		})
	}
	all.Wait()
	if _, err := l.CatchUp(t.Context(), counting(func() error { return nil })); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		got, err := sums.Get(t.Context(), s, fmt.Sprintf("topic:%d", i))
		if err != nil || got.N != each {
			t.Errorf("topic:%d was counted %+v, %v; want %d", i, got, err, each)
		}
	}
}

func TestConsumeHearsOfNews(t *testing.T) {
	l, s := open(t, live.Options{})
	heard := make(chan string, 10)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Consume(ctx, live.Consumer{Name: "ear", Handle: func(_ context.Context, _ store.Tx, found []*live.Entry) error {
			for _, e := range found {
				heard <- e.About[0]
			}
			return nil
		}})
	}()
	for i := range 3 {
		appendTo(t, l, s, "topic:a", fmt.Sprint(i))
		if got := <-heard; got != fmt.Sprint(i) {
			t.Errorf("heard %s, want %d", got, i)
		}
	}
	stop()
	<-done
}

// TestLag counts what a consumer has yet to see, on all lanes.
func TestLag(t *testing.T) {
	l, s := open(t, live.Options{})
	c := live.Consumer{Name: "lagging", Handle: nothing}
	want := func(when string, want int64) {
		t.Helper()
		if got, err := l.Lag(t.Context(), c.Name); err != nil || got != want {
			t.Errorf("%s: %d entries behind, %v; want %d", when, got, err, want)
		}
	}
	want("at first", 0)
	for i := range 20 {
		appendTo(t, l, s, live.Stream(fmt.Sprintf("topic:%d", i)), "x")
	}
	want("before it began", 20)
	if _, err := l.CatchUp(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want("when it caught up", 0)
	appendTo(t, l, s, "topic:1", "x", "y", "z")
	want("later", 3)
}

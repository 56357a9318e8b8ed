package broadcast

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"veche/community"
	"veche/live"
)

// Readers who come behind every number, while things happen, hear of all that
// comes behind it, once and in order.
func TestJoiningAtEveryNumber(t *testing.T) {
	s := newStage(t)
	s.happen(50)
	const last = 400
	var writing sync.WaitGroup
	writing.Go(func() {
		for range last - 50 {
			s.happen(1)
			if s.station.Readers()%3 == 0 {
				runtime.Gosched()
			}
		}
	})
	var readers []*seat
	for after := range int64(50) {
		readers = append(readers, s.sit("anna", after, 3+int(after)))
	}
	for i, r := range readers {
		r.hears(int64(i)+1, last)
	}
	writing.Wait()
	if n := s.station.Groups(); n != 1 {
		t.Errorf("%d groups, want 1", n)
	}
}

// A reader without room goes back to the log while the others go on, and is told
// live again once it has taken what it missed.
func TestBackToTheLog(t *testing.T) {
	s := newStage(t)
	slow, fast := s.sit("slow", -1, 2), s.sit("fast", -1, 1000)
	s.happen(200)
	fast.hears(1, 200)
	slow.hears(1, 200)
	g := s.station.all()[0]
	eventually(t, "both are live again", func() bool { return len(g.present()) == 2 })
	s.happen(1)
	slow.hears(201, 201)
	fast.hears(201, 201)
}

// A reader behind what is kept is told to fetch the page anew, and goes on from
// there: one that comes so, and one that fell behind.
func TestResync(t *testing.T) {
	s := newStage(t)
	s.happen(10)
	slow := s.sit("slow", -1, 1)
	s.happen(290) // more than is read at once
	slow.hears(11, 11)
	eventually(t, "the slow one waits for room", func() bool { return len(slow.heard) == 1 })
	s.mu.Lock()
	s.gone = 295
	s.mu.Unlock()
	late, early := s.sit("late", 3, 10), s.sit("early", 1000, 10)
	late.hears(300, 300)
	early.hears(300, 300)
	drain(t, slow, 300)
	s.happen(1)
	for _, r := range []*seat{late, early, slow} {
		r.hears(301, 301)
	}
	if s.resyncs != 3 {
		t.Errorf("%d were told to fetch the page anew, want 3", s.resyncs)
	}
}

// drain reads on until the number has come.
func drain(t *testing.T, s *seat, last int64) {
	t.Helper()
	for seq := int64(0); seq != last; {
		select {
		case m := <-s.heard:
			seq, _ = m.Cursor.OpenLive(stream)
		case <-time.After(10 * time.Second):
			t.Fatalf("%s does not hear of %d", s.who, last)
		}
	}
}

// What is gone under a group that is live sends all of its readers to find out.
func TestGoneUnderTheGroup(t *testing.T) {
	s := newStage(t)
	reader := s.sit("anna", -1, 10)
	s.mu.Lock()
	for seq := range int64(30) {
		s.entries = append(s.entries, &live.Entry{Stream: stream, Seq: seq + 1})
	}
	s.gone = 20
	s.mu.Unlock()
	s.happen(0)
	reader.hears(30, 30)
	s.happen(1)
	reader.hears(31, 31)
}

// An entry that is no event is passed over; one in which something panics ends
// those who come to it, and harms nobody who comes later.
func TestNoEventAndPanic(t *testing.T) {
	s := newStage(t)
	s.event = func(_ community.Viewer, e *live.Entry) error {
		switch {
		case e.Seq == 7:
			panic("seven")
		case e.Seq%2 == 0:
			return community.ErrNoEvent
		}
		return nil
	}
	var readers []*seat
	for i := range 20 {
		readers = append(readers, s.sit(community.MemberID(fmt.Sprint("m", i)), -1, 10))
	}
	s.happen(6)
	for _, r := range readers {
		for _, seq := range []int64{1, 3, 5} {
			r.hears(seq, seq)
		}
	}
	s.happen(3)
	for _, r := range readers {
		select {
		case err := <-r.ended:
			if err == nil || community.KindOf(err) != community.KindInternal {
				t.Errorf("ended with %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the reader goes on after a panic")
		}
	}
	s.sit("late", 7, 10).hears(9, 9)
}

// Many who come and go, at once and while things happen, leave nothing behind.
func TestNothingIsLeft(t *testing.T) {
	s := newStage(t)
	before := runtime.NumGoroutine()
	var stop atomic.Bool
	var writing, reading sync.WaitGroup
	writing.Go(func() {
		for !stop.Load() {
			s.happen(1)
			time.Sleep(50 * time.Microsecond)
		}
	})
	for i := range 16 {
		reading.Go(func() {
			for j := range 40 {
				r := s.sit(community.MemberID(fmt.Sprint("m", i%5)), -1, 1+j%4)
				for range j % 7 {
					<-r.heard
				}
				r.leave()
			}
		})
	}
	reading.Wait()
	stop.Store(true)
	writing.Wait()
	eventually(t, "nobody is left", func() bool { return s.station.Readers() == 0 && s.station.Groups() == 0 })
	s.mu.Lock()
	if len(s.opened) > 0 {
		t.Errorf("%d sources are still open", len(s.opened))
	}
	s.mu.Unlock()
	eventually(t, "the goroutines are back to the start", func() bool { return runtime.NumGoroutine() <= before })
}

// A group whose readers all left ends, and the next reader makes another.
func TestGroupEndsWithItsLastReader(t *testing.T) {
	s := newStage(t)
	first, second := s.sit("anna", -1, 5), s.sit("boris", -1, 5)
	g := s.station.all()[0]
	first.leave()
	eventually(t, "one is left", func() bool { return s.station.Readers() == 1 })
	if g.ctx.Err() != nil {
		t.Error("the group ended with its first reader")
	}
	s.happen(1)
	second.hears(1, 1)
	second.leave()
	eventually(t, "none is left", func() bool { return s.station.Groups() == 0 })
	if g.ctx.Err() == nil {
		t.Error("the group goes on without readers")
	}
	s.sit("anna", 0, 5).hears(1, 1)
}

// A feed with a pace is delivered no more often, and what came meanwhile comes
// with the next delivery.
func TestPace(t *testing.T) {
	s := newStage(t)
	synctest.Test(t, func(t *testing.T) {
		s.feed.Pace = 500 * time.Millisecond
		r := s.sit("anna", -1, 100)
		begun := time.Now()
		for i := range 20 {
			s.happen(1)
			time.Sleep(60 * time.Millisecond)
			if now := i*60 + 60; now < 500 && len(r.heard) > 1 || now > 560 && now < 1000 && len(r.heard) > 10 {
				t.Errorf("after %d ms %d came", now, len(r.heard))
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if len(r.heard) != 20 {
			t.Errorf("%d of 20 came", len(r.heard))
		}
		r.hears(1, 20)
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
		r.leave()
		synctest.Wait()
	})
}

// An error of the source is tried again.
func TestSourceRecovers(t *testing.T) {
	s := newStage(t)
	var fails atomic.Int64
	fails.Store(1)
	s.feed.Open = func(wake func()) live.Source { return &shaky{s.open(wake), &fails} }
	r := s.sit("anna", -1, 5)
	s.happen(1)
	r.hears(1, 1)
	if fails.Load() >= 0 {
		t.Error("the source did not fail")
	}
}

// shaky is a source that fails a few times.
type shaky struct {
	live.Source
	fails *atomic.Int64
}

func (s *shaky) Next(ctx context.Context, at int64) ([]*live.Entry, time.Duration, error) {
	found, again, err := s.Source.Next(ctx, at)
	if len(found) > 0 && s.fails.Add(-1) >= 0 {
		return nil, 0, errors.New("a read that failed")
	}
	return found, again, err
}

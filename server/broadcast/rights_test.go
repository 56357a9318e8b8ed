package broadcast

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// A right that is taken ends those whom it was taken from, whether something
// happens or not, whether they are live or catch up, and nobody else.
func TestRightsBite(t *testing.T) {
	for name, told := range map[string]live.Stream{"in the place": place, "to the member": community.Stream(community.MemberID("member_anna"))} {
		for _, busy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, busy %v", name, busy), func(t *testing.T) {
				s := newStage(t)
				s.happen(200)
				lost, kept := s.sit("member_anna", -1, 300), s.sit("member_boris", -1, 300)
				behind := s.sit("member_anna", 0, 1)
				if busy {
					s.happen(5)
				}
				s.refuse("member_anna", told)
				at := int64(len(s.entries))
				s.happen(1)
				lost.ends(errRefused)
				for len(behind.heard) > 0 { // it waits for room, and must not be told of the rest
					<-behind.heard
					time.Sleep(time.Millisecond)
				}
				behind.ends(errRefused)
				s.happen(1)
				kept.hears(201, at+2)
				for len(lost.heard) > 0 {
					if seq, _ := (<-lost.heard).Cursor.OpenLive(stream); seq > at {
						t.Errorf("what happened behind the end was told")
					}
				}
			})
		}
	}
}

// Rights may be gone before anybody was told, and an execution be for the one
// who lost them: all others still get everything.
func TestTheOneWhoStandsForAllLosesRights(t *testing.T) {
	for name, seen := range map[string]error{"is refused": errRefused, "sees nothing": community.ErrNoEvent, "sees less": nil} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			first := s.sit("first", -1, 100)
			var others []*seat
			for i := range 5 {
				others = append(others, s.sit(community.MemberID(fmt.Sprint("other", i)), -1, 100))
			}
			s.happen(1)
			first.hears(1, 1)
			s.refuse("first", "") // nobody is told yet
			s.event = func(v community.Viewer, _ *live.Entry) error {
				if v.ID == "first" {
					return seen
				}
				return nil
			}
			s.happen(3)
			for _, r := range others {
				r.hears(1, 4)
			}
			first.ends(errRefused)
			s.happen(1)
			for _, r := range others {
				r.hears(5, 5)
			}
		})
	}
}

// A reader becomes live just when rights turned and the group has already asked
// all others: it is asked too.
func TestTurnWhileJoining(t *testing.T) {
	s := newStage(t)
	s.sit("other", -1, 5)
	r := s.sit("anna", -1, 5)
	g := s.station.all()[0]
	l := g.present()[1]
	g.drop(l)
	g.mu.Lock()
	joined := make(chan bool)
	go func() { joined <- l.rejoin() }()
	time.Sleep(10 * time.Millisecond) // it has looked, and waits to join
	s.refuse("anna", "")
	g.turns.Add(1) // the group has nobody else to ask for it
	g.mu.Unlock()
	if <-joined {
		r.ends(errRefused)
	}
}

// Rights turn while a group only begins to listen for that.
func TestTurnWhileAGroupBegins(t *testing.T) {
	s := newStage(t)
	var stop atomic.Bool
	var turning sync.WaitGroup
	turning.Go(func() {
		for !stop.Load() {
			err := s.store.Do(context.Background(), func(tx store.Tx) error {
				return s.station.log.Append(context.Background(), tx, live.Event{Stream: place, Kind: "turn"})
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	s.places = slices.Repeat([]live.Stream{place}, 30_000) // so that it takes a while
	for i := range 10 {
		r := s.sit("anna", -1, 5)
		s.happen(1)
		r.hears(int64(i)+1, int64(i)+1)
		r.leave()
	}
	stop.Store(true)
	turning.Wait()
}

// Sessions also end by time, of which nobody tells: each reader is asked for
// every minute, one that is live and one that never catches up.
func TestPatrol(t *testing.T) {
	s := newStage(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		go s.station.Patrol(ctx)
		lives, lags := s.sit("anna", -1, 1000), s.sit("anna", -1, 1)
		s.happen(500)
		s.refuse("anna", "")
		var over error
		for begun := time.Now(); over == nil && time.Since(begun) < 2*recheck; {
			time.Sleep(time.Second)
			select {
			case <-lags.heard:
			case over = <-lags.ended:
			}
		}
		if over == nil {
			t.Error("the reader who lags is not asked for")
		}
		if len(lives.ended) != 1 {
			t.Error("the reader who is live is not asked for")
		}
		stop()
		lives.leave()
		lags.leave()
		synctest.Wait()
	})
}

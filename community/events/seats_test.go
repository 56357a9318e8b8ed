package events

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"veche/community"
	"veche/store"
)

// TestSeatsAreNotOversold has 64 members ask for 10 seats at once, with guests,
// and leave, and come again: whenever one looks no more than 10 are taken, and in
// the end every count is what the answers say.
func TestSeatsAreNotOversold(t *testing.T) {
	eachEngine(t, func(d diary) {
		rounds, crowd := 6, 64
		if !d.store.Transactional() {
			rounds = 1 // each step by itself is slow there
		}
		if raceDetector && d.engine != "sqlite" {
			rounds, crowd = 1, 24 // FerretDB takes ten times as long with the race detector
		}
		o := d.only(d.event(d.calendar(), "2026-03-20T18:00:00", seats(10), guests(3)))
		done := make(chan struct{})
		var watch, all sync.WaitGroup
		watch.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(2 * time.Millisecond):
					if now := d.see(o); now.SeatsTaken > 10 || now.SeatsTaken < 0 {
						d.t.Errorf("%d of 10 seats are taken", now.SeatsTaken)
					}
				}
			}
		})
		for i := range crowd {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), 1))
				who := member(fmt.Sprintf("m%d", i), community.RoleMember)
				for range rounds {
					answer := []AttendanceStatus{Going, Going, Going, NotGoing, Maybe}[r.IntN(5)]
					n := 0
					if answer == Going {
						n = r.IntN(4)
					}
					err := d.answer(who, o, answer, n)
					if kind := community.KindOf(err); err != nil && kind != community.KindConflict {
						d.t.Errorf("%s: %v", who.ID, err)
					}
				}
			})
		}
		all.Wait()
		close(done)
		watch.Wait()
		d.wantCounted(o)
		if now := d.see(o); now.GoingCount == 0 || now.WaitingCount() == 0 {
			d.t.Errorf("%d go and %d wait: nothing was raced for", now.GoingCount, now.WaitingCount())
		}
	})
}

// wantCounted wants the roster to be what the answers say, and nobody to wait
// who could sit.
func (d diary) wantCounted(o *Occurrence) {
	d.t.Helper()
	now := d.see(o)
	found := must(attendances.Find(d.t.Context(), d.store, store.Query{Where: []store.Cond{store.Eq("occurrence", o.ID)}, Sort: []string{"at"}}))(d.t)
	want := Roster{Capacity: now.Capacity}
	waiting := map[community.MemberID]int{}
	for _, at := range found {
		switch at.Status {
		case Going:
			want.GoingCount++
			want.SeatsTaken += at.seats()
			if at.CheckedInAt != nil {
				want.CheckedInCount++
			}
		case Maybe:
			want.MaybeCount++
		case NotGoing:
			want.NoCount++
		case Pending:
			want.PendingCount++
		case Waiting:
			waiting[at.MemberID] = at.seats()
		}
	}
	got := now.Roster
	for _, w := range got.Queue {
		if waiting[w.Member] != w.Seats {
			d.t.Errorf("%s waits for %d seats, and says so for %d", w.Member, w.Seats, waiting[w.Member])
		}
		delete(waiting, w.Member)
	}
	if len(waiting) > 0 {
		d.t.Errorf("%v wait, and stand in no line", waiting)
	}
	if len(got.Queue) > 0 && got.fits(got.Queue[0].Seats) {
		d.t.Errorf("%d seats are free, and the first in line waits for %d", *got.SeatsLeft(), got.Queue[0].Seats)
	}
	got.Queue = nil
	if got.GoingCount != want.GoingCount || got.SeatsTaken != want.SeatsTaken || got.MaybeCount != want.MaybeCount || got.NoCount != want.NoCount ||
		got.PendingCount != want.PendingCount || got.CheckedInCount != want.CheckedInCount {
		d.t.Errorf("counted %+v, want %+v", got, want)
	}
}

// TestWaitingListMovesInOrder has people come one after the other, and those who
// sit leave at once: seats go to who waits in the order in which they came.
func TestWaitingListMovesInOrder(t *testing.T) {
	eachEngine(t, func(d diary) {
		t := d.t
		o := d.only(d.event(d.calendar(), "2026-03-20T18:00:00", seats(5)))
		var people []community.Viewer
		for i := range 15 {
			people = append(people, member(fmt.Sprintf("w%02d", i), community.RoleMember))
			if err := d.answer(people[i], o, Going, 0); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for _, who := range people[:5] {
			all.Go(func() {
				if err := d.answer(who, o, NotGoing, 0); err != nil {
					t.Errorf("%s leaves: %v", who.ID, err)
				}
			})
		}
		all.Wait()
		d.wantCounted(o)
		d.wantStatus(o, people[5:10], Going)
		d.wantStatus(o, people[10:], Waiting)
		if err := d.answer(people[0], o, Going, 0); err != nil {
			t.Fatal(err)
		}
		line := d.see(o).Queue
		if len(line) != 6 || line[5].Member != people[0].ID {
			t.Errorf("who comes again stands at the end: %v", line)
		}
	})
}

func (d diary) wantStatus(o *Occurrence, people []community.Viewer, want AttendanceStatus) {
	d.t.Helper()
	for _, who := range people {
		got := must(d.AttendancesOf(d.t.Context(), who, []community.OccurrenceID{o.ID}))(d.t)[o.ID]
		if got == nil || got.Status != want {
			d.t.Errorf("%s is %+v, want %s", who.ID, got, want)
		}
	}
}

// TestFirstAnswersToASeries has many answer at once to an occurrence that nobody
// has answered to, and somebody change the series meanwhile.
func TestFirstAnswersToASeries(t *testing.T) {
	eachEngine(t, func(d diary) {
		t := d.t
		e := d.event(d.calendar(), "2026-03-03T18:00:00", weekly, seats(3))
		o := d.programme(e)[2]
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				err := d.answer(member(fmt.Sprintf("f%d", i), community.RoleMember), o, Going, 0)
				if err != nil && community.KindOf(err) != community.KindConflict {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			_, err := d.Revise(t.Context(), anna, Revision{EventID: e.ID, Scope: All, EventChange: EventChange{Capacity: ptr(6)}})
			if err != nil && community.KindOf(err) != community.KindConflict {
				t.Error(err)
			}
		})
		all.Wait()
		if !d.store.Transactional() {
			return // the two may miss each other there
		}
		d.wantCounted(o)
		if now := d.see(o); now.SeatsTaken != 6 || *now.Capacity != 6 {
			t.Errorf("%d of %d seats are taken, want 6 of 6", now.SeatsTaken, *now.Capacity)
		}
		kept := must(events.Get(t.Context(), d.store, string(e.ID)))(t).Kept
		found := must(occurrences.Find(t.Context(), d.store, store.Query{Where: []store.Cond{store.Eq("event", e.ID)}, Sort: []string{"originalAt"}}))(t)
		if kept != 1 || len(found) != 1 {
			t.Errorf("%d are kept, %d found, want 1", kept, len(found))
		}
	})
}

// TestPartiesWaitTheirTurn: a party that does not fit is not overtaken, who goes
// keeps their seat when there is none for another guest, and more seats move the
// line.
func TestPartiesWaitTheirTurn(t *testing.T) {
	d := newDiary(t)
	e := d.event(d.calendar(), "2026-03-20T18:00:00", seats(4), guests(3))
	o := d.only(e)
	who := func(s string) community.Viewer { return member(s, community.RoleMember) }
	steps := []struct {
		who    string
		answer AttendanceStatus
		guests int
		want   string // who sits, and who waits
		kind   community.Kind
	}{
		{"a", Going, 1, "2 / ", ""},
		{"b", Going, 2, "2 / b3", ""},
		{"c", Going, 0, "2 / b3 c1", ""},
		{"a", Going, 2, "2 / b3 c1", community.KindConflict},
		{"b", Going, 3, "2 / b4 c1", ""},
		{"b", Going, 1, "4 / c1", ""},
		{"a", Going, 0, "4 / ", ""},
		{"d", Going, 3, "4 / d4", ""},
		{"e", Going, 0, "4 / d4 e1", ""},
		{"d", Maybe, 0, "4 / e1", ""},
		{"c", NotGoing, 0, "4 / ", ""},
		{"e", Going, 0, "4 / ", ""},
		{"a", NotGoing, 0, "3 / ", ""},
		{"f", Going, 4, "3 / ", community.KindBadInput},
		{"f", NotGoing, 1, "3 / ", community.KindBadInput},
		{"f", Refused, 0, "3 / ", community.KindBadInput},
	}
	for i, s := range steps {
		err := d.answer(who(s.who), o, s.answer, s.guests)
		if s.kind == "" && err != nil || s.kind != "" && community.KindOf(err) != s.kind {
			t.Errorf("step %d: %v", i, err)
		}
		now := d.see(o)
		got := fmt.Sprintf("%d / ", now.SeatsTaken)
		for j, w := range now.Queue {
			if j > 0 {
				got += " "
			}
			got += fmt.Sprintf("%s%d", w.Member[len("member_"):], w.Seats)
		}
		if got != s.want {
			t.Errorf("step %d: %s, want %s", i, got, s.want)
		}
		d.wantCounted(o)
	}
	must(d.Answer(t.Context(), who("g"), Reply{o.ID, Going, 3}))(t)
	must(d.Revise(t.Context(), anna, Revision{EventID: e.ID, Scope: All, EventChange: EventChange{Capacity: ptr(7)}}))(t)
	d.wantCounted(o)
	d.wantStatus(o, []community.Viewer{who("g")}, Going)
	must(d.Revise(t.Context(), anna, Revision{EventID: e.ID, Scope: All, EventChange: EventChange{Capacity: ptr(2)}}))(t)
	if now := d.see(o); now.SeatsTaken != 7 || *now.SeatsLeft() != 0 {
		t.Errorf("fewer seats take nobody's away: %d are taken, %d left", now.SeatsTaken, *now.SeatsLeft())
	}
	kinds := d.logged(community.Stream(who("g").ID))
	if !slices.Equal(kinds, []string{string(Seated)}) {
		t.Errorf("who waited was told %v", kinds)
	}
}

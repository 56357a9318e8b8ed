package ideas

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/live"
)

// wall is where a test puts up a standing, and how often it was looked at.
type wall struct {
	mu     sync.Mutex
	rows   []row
	until  time.Time
	looks  int
	failed error
}

func (w *wall) look(context.Context) ([]row, time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
	return slices.Clone(w.rows), w.until, w.failed
}

func (w *wall) podium() *podium {
	n := int64(0)
	return &podium{
		look: w.look, now: community.Now, watchers: map[*glimpse]struct{}{},
		number: func() int64 { n++; return n },
	}
}

// put puts the scores up, each of an idea of its own: a, b, c ….
func (w *wall) put(scores ...int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*Idea
	for i, score := range scores {
		all = append(all, &Idea{ID: community.IdeaID(rune('a' + i)), Score: score})
	}
	slices.SortStableFunc(all, func(a, b *Idea) int { return b.Score - a.Score })
	w.rows = ranked(all[:min(len(all), 3)], func(i *Idea) int { return i.Score })
}

func glimpseOf(p *podium) (*glimpse, chan struct{}) {
	woken := make(chan struct{}, 100)
	g := &glimpse{podium: p, wake: func() { woken <- struct{}{} }}
	g.shut = func() { p.leave(g) }
	p.enter(g)
	return g, woken
}

// next wants one entry behind the number, and answers it.
func next(t *testing.T, g *glimpse, at int64) *live.Entry {
	t.Helper()
	found, again, err := g.Next(t.Context(), at)
	if err != nil || len(found) != 1 || again != 0 {
		t.Fatalf("behind %d are %v, again in %v: %v", at, found, again, err)
	}
	return found[0]
}

func nothing(t *testing.T, g *glimpse, at int64, again time.Duration) {
	t.Helper()
	found, in, err := g.Next(t.Context(), at)
	if err != nil || len(found) != 0 || in != again {
		t.Fatalf("behind %d are %v, again in %v, want none and %v: %v", at, found, in, again, err)
	}
}

func says(t *testing.T, e *live.Entry, kind live.Kind, words ...string) {
	t.Helper()
	if e.Kind != kind || !slices.Equal(e.About, words) {
		t.Errorf("told %s %q, want %s %q", e.Kind, e.About, kind, words)
	}
}

func TestMoves(t *testing.T) {
	a, b, c := row{"a", 1, 5}, row{"b", 2, 3}, row{"c", 3, 1}
	for name, test := range map[string]struct {
		from, to []row
		want     []move
	}{
		"nothing":       {[]row{a, b}, []row{a, b}, nil},
		"from nothing":  {nil, []row{a, b}, []move{{a, 0}, {b, 0}}},
		"to nothing":    {[]row{a}, nil, []move{{row{idea: "a"}, 1}}},
		"a score":       {[]row{a, b}, []row{{"a", 1, 6}, b}, []move{{row{"a", 1, 6}, 1}}},
		"past another":  {[]row{a, b}, []row{{"b", 1, 7}, {"a", 2, 5}}, []move{{row{"b", 1, 7}, 2}, {row{"a", 2, 5}, 1}}},
		"to one rank":   {[]row{a, b}, []row{{"b", 1, 5}, a}, []move{{row{"b", 1, 5}, 2}}},
		"in and out":    {[]row{a, b}, []row{a, {"c", 2, 4}}, []move{{row{"c", 2, 4}, 0}, {row{idea: "b"}, 2}}},
		"one is merged": {[]row{a, b, c}, []row{b, {"c", 2, 1}}, []move{{row{"c", 2, 1}, 3}, {row{idea: "a"}, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := moves(test.from, test.to)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if again, err := read(written(got)); err != nil || !slices.Equal(again, got) {
				t.Errorf("as words and back: %v, %v", again, err)
			}
		})
	}
	if _, err := read([]string{"a 1 x 2"}); err == nil {
		t.Error("nonsense was read")
	}
}

// However much happens, the store is looked at four times a second, once for all
// who watch, and not at all while nothing happens.
func TestPodiumPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		w.put(3, 2, 1)
		p := w.podium()
		g, woken := glimpseOf(p)
		other, _ := glimpseOf(p)
		says(t, next(t, g, 0), stood, "a 1 0 3", "b 2 0 2", "c 3 0 1")
		time.Sleep(time.Minute)
		nothing(t, g, 1, 0)
		if w.looks != 1 {
			t.Fatalf("looked %d times while nothing happened", w.looks)
		}
		w.put(3, 4, 1)
		p.spoil()
		if len(woken) != 1 {
			t.Fatalf("woken %d times", len(woken))
		}
		says(t, next(t, g, 1), moved, "b 1 2 4", "a 2 1 3") // at once
		begun, told, at := time.Now(), 0, int64(2)
		for score := 5; time.Since(begun) < 10*time.Second; score++ {
			w.put(3, score, 1)
			p.spoil()
			for _, each := range []*glimpse{other, g} {
				found, again, err := each.Next(t.Context(), at)
				if err != nil {
					t.Fatal(err)
				}
				if len(found) == 0 && (again <= 0 || again > podiumPace) {
					t.Fatalf("nothing, and again in %v", again)
				}
				if each == g && len(found) == 1 {
					at, told = found[0].Seq, told+1
				}
			}
			time.Sleep(3 * time.Millisecond)
		}
		if told < 38 || told > 40 || w.looks != told+2 {
			t.Errorf("told %d times in 10 s, looked %d times", told, w.looks-2)
		}
		time.Sleep(podiumPace)
		_, _, _ = g.Next(t.Context(), at)
		g.Close()
		other.Close()
	})
}

// A change of what is not among the first is no news, and what moves back before
// it is told moves nobody.
func TestPodiumKeepsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		w.put(3, 2, 1)
		p := w.podium()
		g, _ := glimpseOf(p)
		defer g.Close()
		next(t, g, 0)
		w.put(3, 2, 1, 1)
		p.spoil()
		nothing(t, g, 1, podiumPace)
		time.Sleep(podiumPace)
		nothing(t, g, 1, 0)
		for _, score := range []int{5, 3} {
			w.put(score, 2, 1)
			p.spoil()
			time.Sleep(podiumPace)
			next(t, g, 1)
		}
		says(t, next(t, g, 1), unmoved)
		says(t, next(t, g, 2), moved, "a 1 1 3")
		if _, err := leaderboardEvent(next(t, g, 1), ""); !errors.Is(err, community.ErrNoEvent) {
			t.Errorf("told as %v", err)
		}
	})
}

// Who is too far behind, or stands nowhere, is told all; and entries to one
// number that tell different things have different ids.
func TestPodiumForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		p := w.podium()
		g, _ := glimpseOf(p)
		defer g.Close()
		for n := range podiumKept + 5 {
			w.put(n + 1)
			p.spoil()
			time.Sleep(podiumPace)
			next(t, g, int64(n))
		}
		last := int64(podiumKept + 5)
		for at, kind := range map[int64]live.Kind{0: stood, 5: stood, 6: moved, last - 1: moved, last + 7: stood} {
			e := next(t, g, at)
			if e.Kind != kind || e.Seq != last {
				t.Errorf("behind %d is %s %d, want %s %d", at, e.Kind, e.Seq, kind, last)
			}
		}
		if next(t, g, 6).ID == next(t, g, 7).ID || next(t, g, 0).ID != next(t, g, 1).ID {
			t.Error("ids do not tell entries apart")
		}
		if len(p.kept) != podiumKept {
			t.Errorf("%d standings are kept", len(p.kept))
		}
	})
}

// At the turn of the period those who watch are woken, with nobody voting.
func TestPodiumTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{until: time.Now().Add(20 * time.Hour)}
		w.put(3)
		p := w.podium()
		g, woken := glimpseOf(p)
		next(t, g, 0)
		for range 19 { // looked at each hour, in case that the clock was set
			time.Sleep(time.Hour + time.Minute)
			<-woken
			nothing(t, g, 1, 0)
		}
		w.mu.Lock()
		w.rows, w.until = nil, time.Now().Add(24*time.Hour)
		w.mu.Unlock()
		<-woken
		says(t, next(t, g, 1), moved, "a 0 1 0")
		g.Close()
		time.Sleep(48 * time.Hour)
		if len(woken) > 0 {
			t.Error("who left is woken")
		}
	})
}

// What could not be read is read again, and nothing is lost by it.
func TestPodiumFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{failed: errors.New("no connection")}
		p := w.podium()
		g, _ := glimpseOf(p)
		defer g.Close()
		if _, err := g.Head(t.Context()); !errors.Is(err, w.failed) {
			t.Fatal(err)
		}
		w.failed = nil
		w.put(1)
		says(t, next(t, g, 0), stood, "a 1 0 1")
		w.failed = errors.New("no connection")
		w.put(2)
		p.spoil()
		time.Sleep(podiumPace)
		if _, _, err := g.Next(t.Context(), 1); !errors.Is(err, w.failed) {
			t.Fatal(err)
		}
		w.failed = nil
		time.Sleep(podiumPace)
		says(t, next(t, g, 1), moved, "a 1 1 2")
	})
}

// Whoever reads, however fast, and wherever they begin: what they are told, each
// upon the other, is how things stand at the end.
func TestPodiumReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		w.put(1, 2, 3)
		p := w.podium()
		var all sync.WaitGroup
		for reader := range 8 {
			all.Go(func() {
				g, _ := glimpseOf(p)
				defer g.Close()
				dice, at, seen := rand.New(rand.NewPCG(uint64(reader), 1)), int64(0), map[community.IdeaID]row{}
				for begun := time.Now(); time.Since(begun) < 40*time.Second; {
					at = follow(t, g, at, seen)
					time.Sleep(time.Duration(dice.Int64N(int64(reader+1) * int64(2*time.Second))))
				}
				time.Sleep(50*time.Second - time.Duration(reader))
				at = follow(t, g, follow(t, g, at, seen), seen)
				want := map[community.IdeaID]row{}
				for _, r := range w.rows {
					want[r.idea] = r
				}
				if diff := cmp.Diff(want, seen, cmp.AllowUnexported(row{})); diff != "" {
					t.Errorf("reader %d, at %d:\n%s", reader, at, diff)
				}
			})
		}
		dice := rand.New(rand.NewPCG(7, 7))
		for begun := time.Now(); time.Since(begun) < 40*time.Second; time.Sleep(time.Duration(dice.Int64N(int64(100 * time.Millisecond)))) {
			w.put(dice.IntN(9), dice.IntN(9), dice.IntN(9), dice.IntN(9), dice.IntN(9))
			p.spoil()
		}
		all.Wait()
	})
}

// follow does what the reader is told to what it has seen, as a client would.
func follow(t *testing.T, g *glimpse, at int64, seen map[community.IdeaID]row) int64 {
	found, _, err := g.Next(t.Context(), at)
	if err != nil {
		t.Error(err)
	}
	for _, e := range found {
		event, err := leaderboardEvent(e, "")
		switch event := event.(type) {
		case *LeaderboardStanding:
			clear(seen)
			for _, r := range event.Entries {
				seen[r.IdeaID] = row{r.IdeaID, r.Rank, r.Score}
			}
		case *LeaderboardMoved:
			for _, m := range event.Moves {
				if was := seen[m.IdeaID].rank; was != 0 && (m.PreviousRank == nil || *m.PreviousRank != was) || was == 0 && m.PreviousRank != nil {
					t.Errorf("%s stood at %d, and is told to have stood at %v", m.IdeaID, was, m.PreviousRank)
				}
				if delete(seen, m.IdeaID); m.Rank != nil {
					seen[m.IdeaID] = row{m.IdeaID, *m.Rank, *m.Score}
				}
			}
		default:
			if !errors.Is(err, community.ErrNoEvent) {
				t.Error(fmt.Errorf("told %v: %w", event, err))
			}
		}
		at = e.Seq
	}
	return at
}

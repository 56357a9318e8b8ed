package ideas

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/live"
	"veche/store"
)

// spectator watches a leaderboard and does what it is told.
type spectator struct {
	arena
	feed   *community.Feed
	source live.Source
	at     int64
	seen   map[community.IdeaID]row
}

func (a arena) watch(l Leaderboard, after *community.Cursor) *spectator {
	a.t.Helper()
	f, from, err := a.LeaderboardFeed(l, after)
	if err != nil {
		a.t.Fatal(err)
	}
	s := &spectator{arena: a, feed: f, source: f.Open(func() {}), seen: map[community.IdeaID]row{}}
	if s.at, err = from.OpenLive(f.Stream); err != nil {
		a.t.Fatal(err)
	}
	return s
}

// catchesUp hears all that there is to hear, and answers the kinds of it.
func (s *spectator) catchesUp() (kinds []live.Kind) {
	s.t.Helper()
	for {
		found, again, err := s.source.Next(s.t.Context(), s.at)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(found) == 0 && again == 0 {
			return kinds
		}
		for _, e := range found {
			kinds = append(kinds, e.Kind)
		}
		if len(found) > 0 {
			s.at = follow(s.t, s.source.(*glimpse), s.at, s.seen)
		}
		time.Sleep(again)
	}
}

// agrees wants what was told to be what the list and Idea.rank say.
func (s *spectator) agrees(l Leaderboard) {
	s.t.Helper()
	page, err := s.Ideas(s.t.Context(), judge, Query{BoardID: l.BoardID, Order: Top, Period: l.Period}, community.Paging{First: &l.First})
	if err != nil {
		s.t.Fatal(err)
	}
	want := map[community.IdeaID]row{}
	for _, i := range page.Nodes() {
		asked := Rank{i, l.Period}
		ranks, err := s.RanksOf(s.t.Context(), []Rank{asked})
		if err != nil {
			s.t.Fatal(err)
		}
		at, _ := i.placeIn(l.Period, s.now())
		want[i.ID] = row{i.ID, *ranks[asked], at.score}
	}
	if diff := cmp.Diff(want, s.seen, cmp.AllowUnexported(row{})); diff != "" {
		s.t.Errorf("%s: what was told is not what stands:\n%s", s.feed.Stream, diff)
	}
}

// Whatever happens to ideas and votes, what those are told who watch is what the
// lists say; and who comes back with a cursor gets what moved since.
func TestLeaderboardFollows(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		b := a.put(Policy{Kind: OneEach, Down: true, VoterRole: community.RoleMember})
		var all []*Idea
		for n := range 6 {
			all = append(all, a.propose(b, n))
		}
		watched := []Leaderboard{{b.ID, All, 3}, {b.ID, All, 100}, {b.ID, Day, 3}, {b.ID, Quarter, 2}}
		var watching []*spectator
		for _, l := range watched {
			watching = append(watching, a.watch(l, nil))
		}
		rounds := 12
		if a.slow {
			rounds = 2
		}
		dice := rand.New(rand.NewPCG(11, 12))
		for range rounds {
			for range 6 {
				a.happens(dice, all)
			}
			a.catchUp()
			for n, s := range watching {
				s.catchesUp()
				s.agrees(watched[n])
			}
		}
		a.clock.pass(14 * time.Hour) // it is another day
		for n, s := range watching {
			s.spoil()
			s.catchesUp()
			s.agrees(watched[n])
			s.source.Close()
		}
		if len(a.podiums.all)+len(a.podiums.deaf) > 0 {
			t.Errorf("%d podiums are left", len(a.podiums.all))
		}
	})
}

func (s *spectator) spoil() { s.source.(*glimpse).spoil() }

// happens has something happen to one of the ideas; what is refused does not.
func (a arena) happens(dice *rand.Rand, all []*Idea) {
	i := all[dice.IntN(len(all))]
	switch now := a.fresh(i.ID); dice.IntN(12) {
	case 0:
		if gone := a.now(); now.MergedInto == "" {
			a.turn(i.ID, IdeaRemoved, func(i *Idea) { i.DeletedAt = &gone })
		}
	case 1:
		if now.MergedInto == "" {
			a.turn(i.ID, IdeaAdded, func(i *Idea) { i.DeletedAt = nil })
		}
	case 2:
		_, _ = a.Merge(a.t.Context(), judge, Merging{IdeaID: i.ID, IntoID: all[dice.IntN(3)].ID})
	case 3:
		_, _ = a.Unvote(a.t.Context(), voter(dice.IntN(5), community.RoleMember), i.ID)
	default:
		_, _ = a.Vote(a.t.Context(), voter(dice.IntN(5), community.RoleMember), i.ID, 1-2*(dice.IntN(4)/3))
	}
}

func TestLeaderboardCursors(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: OneEach, VoterRole: community.RoleMember})
	i := a.propose(b, 1)
	l := Leaderboard{b.ID, All, 10}
	first := a.watch(l, nil)
	if got := fmt.Sprint(first.catchesUp()); got != "[leaderboard.stood]" {
		t.Errorf("who comes hears %s", got)
	}
	cursor := first.feed.Behind(first.at)
	a.votes(i.ID, 1, 1)
	back := a.watch(l, &cursor)
	back.seen = map[community.IdeaID]row{i.ID: first.seen[i.ID]}
	if got := fmt.Sprint(back.catchesUp()); got != "[leaderboard.moved]" || back.seen[i.ID].score != 1 {
		t.Errorf("who comes back hears %s: %v", got, back.seen)
	}
	first.source.Close()
	back.source.Close()
	again := a.watch(l, &cursor) // nobody watched for a moment
	if got := fmt.Sprint(again.catchesUp()); got != "[leaderboard.stood]" || again.seen[i.ID].score != 1 {
		t.Errorf("who comes back later hears %s: %v", got, again.seen)
	}
	elsewhere := community.NewCursor(string(l.stream()), "another node", again.at)
	if far := a.watch(l, &elsewhere); far.at != 0 {
		t.Errorf("the cursor of another node is behind %d", far.at)
	}
	for _, bad := range []community.Cursor{"nonsense", community.NewCursor(string(Leaderboard{b.ID, Day, 10}.stream()), a.podiums.house, int64(1)), community.LiveCursor(l.stream(), 1)} {
		f, from, err := a.LeaderboardFeed(l, &bad)
		if err != nil {
			t.Fatal(err)
		}
		if bad == community.LiveCursor(l.stream(), 1) {
			continue // the feed's own, which no client has
		}
		if _, err := from.OpenLive(f.Stream); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%s is taken: %v", bad, err)
		}
	}
}

func TestLeaderboardIsRefused(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: OneEach, VoterRole: community.RoleMember})
	for name, l := range map[string]Leaderboard{
		"none":      {b.ID, All, 0},
		"too many":  {b.ID, All, 101},
		"no period": {b.ID, "DECADE", 10},
	} {
		if _, _, err := a.LeaderboardFeed(l, nil); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, _, err := a.LeaderboardFeed(Leaderboard{b.ID, All, 10}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Admit(context.Background(), community.Viewer{Role: community.RoleGuest}); community.KindOf(err) != community.KindNotFound {
		t.Errorf("a stranger is let in: %v", err)
	}
}

// What all boards count together is what their ideas and votes come to one by
// one, of the spaces that were asked about alone.
func TestTotals(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		b := a.put(Policy{Kind: OneEach, VoterRole: community.RoleMember})
		other := a.put(Policy{Kind: OneEach, VoterRole: community.RoleMember})
		all := []*Idea{a.propose(b, 1), a.propose(b, 2), a.propose(b, 3), a.propose(other, 4)}
		dice := rand.New(rand.NewPCG(5, 6))
		for range 24 {
			a.happens(dice, all)
		}
		a.status(a.propose(b, 5).ID, Implemented)
		a.catchUp()
		wantIdeas, wantVotes := 1, 0
		for _, i := range all {
			if a.fresh(i.ID).Listed == "" {
				continue
			}
			given, err := votes.Find(t.Context(), a.store, store.Query{Where: []store.Cond{votesFor(i.ID)}})
			if err != nil {
				t.Fatal(err)
			}
			wantIdeas, wantVotes = wantIdeas+1, wantVotes+len(given)
		}
		ideas, votes, implemented, err := a.Totals(t.Context(), []community.SpaceID{"space_x", "space_y"})
		if err != nil || ideas != wantIdeas || votes != wantVotes || implemented != 1 {
			t.Errorf("%d ideas, %d votes, %d implemented, want %d, %d, 1: %v", ideas, votes, implemented, wantIdeas, wantVotes, err)
		}
		if ideas, _, _, err := a.Totals(t.Context(), []community.SpaceID{"space_y"}); ideas != 0 || err != nil {
			t.Errorf("%d ideas where there is no board: %v", ideas, err)
		}
	})
}

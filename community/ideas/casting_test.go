package ideas

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Whatever members and moderators do in whatever order, on boards of each kind,
// as days and quarters pass: every count and rank equals a recount of the votes,
// and the log tells the same.
func TestDeedsEqualARecount(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := newArena(t)
			r := rand.New(rand.NewPCG(seed, 5))
			at := []*Board{
				a.put(Policy{Kind: OneEach, Down: true}),
				a.put(Policy{Kind: Budget, Budget: 20, PerIdea: 5, Down: seed%2 == 0}),
				a.put(Policy{Kind: Weighted, Weights: []Weight{{community.RoleModerator, 40}}, Down: true}),
			}
			for n := range 600 {
				a.anything(r, at[r.IntN(len(at))])
				if n%150 == 149 {
					a.recounted()
				}
			}
			a.catchUp()
			a.recounted()
		})
	}
}

// anything does some deed; a refusal is as good as a deed.
func (a arena) anything(r *rand.Rand, b *Board) {
	ctx, all := a.t.Context(), a.ideasOf(b)
	if len(all) < 4 {
		a.propose(b, r.IntN(5))
		return
	}
	i := all[r.IntN(len(all))]
	who := voter(r.IntN(12), []community.Role{community.RoleMember, community.RoleModerator}[r.IntN(2)])
	var err error
	switch n := r.IntN(100); {
	case n < 55:
		_, err = a.Vote(ctx, who, i.ID, []int{1, 1, 1, -1, 2, 5}[r.IntN(6)])
	case n < 70:
		_, err = a.Unvote(ctx, who, i.ID)
	case n < 74:
		a.propose(b, r.IntN(5))
	case n < 82:
		if i.MergedInto == "" {
			a.status(i.ID, []Status{Proposed, Planned, Implemented, Declined}[r.IntN(4)])
		}
	case n < 86:
		_, err = a.Merge(ctx, judge, Merging{IdeaID: i.ID, IntoID: all[r.IntN(len(all))].ID})
	case n < 89:
		now := a.now()
		a.turn(i.ID, IdeaRemoved, func(i *Idea) { i.DeletedAt = &now })
	case n < 93:
		a.turn(i.ID, IdeaChanged, func(i *Idea) { i.DeletedAt = nil })
	case n < 96:
		a.catchUp()
	default:
		a.clock.pass([]time.Duration{time.Minute, 7 * time.Hour, 30 * time.Hour, 9 * 24 * time.Hour, 100 * 24 * time.Hour}[r.IntN(5)])
		_, err = a.ForgetLadders(ctx)
	}
	if err != nil && community.KindOf(err) == community.KindInternal {
		a.t.Error(err)
	}
}

// Many at once lose no vote and double none, on one idea and on many.
func TestManyVoteAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		many, each := 1000, 40
		if a.slow {
			many, each = 8, 1
		}
		b := a.put(Policy{Kind: OneEach, Down: true})
		one := a.propose(b, 0)
		all := make([]*Idea, many)
		for n := range all {
			all[n] = a.propose(b, n%7)
		}
		var crowd sync.WaitGroup
		for w := range 64 {
			crowd.Go(func() {
				r := rand.New(rand.NewPCG(uint64(w), 1))
				a.insist(w, one.ID, 1)
				for range each {
					a.insist(w, all[r.IntN(many)].ID, []int{1, 1, -1}[r.IntN(3)])
				}
			})
		}
		crowd.Wait()
		if i := a.fresh(one.ID); i.Score != 64 || i.VoterCount != 64 {
			t.Errorf("64 voters at once gave %d votes, score %d", i.VoterCount, i.Score)
		}
		a.recounted()
	})
}

// insist votes until others are not in the way.
func (a arena) insist(who int, id community.IdeaID, value int) {
	for range 50 {
		_, err := a.Vote(a.t.Context(), voter(who, community.RoleMember), id, value)
		if err == nil {
			return
		}
		if community.KindOf(err) != community.KindConflict {
			a.t.Error(err)
			return
		}
	}
	a.t.Errorf("%d could not vote for %s", who, id)
}

// One member's requests, all at once, do not spend more than the budget.
func TestBudgetHolds(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		b := a.put(Policy{Kind: Budget, Budget: 7, PerIdea: 3})
		var all []*Idea
		for n := range 6 {
			all = append(all, a.propose(b, n))
		}
		rounds := 20
		if a.slow {
			rounds = 4
		}
		var crowd sync.WaitGroup
		for w := range 16 {
			crowd.Go(func() {
				r := rand.New(rand.NewPCG(uint64(w), 2))
				for range rounds {
					i, who := all[r.IntN(len(all))], voter(w%2, community.RoleMember)
					var err error
					if r.IntN(4) == 0 {
						_, err = a.Unvote(t.Context(), who, i.ID)
					} else {
						_, err = a.Vote(t.Context(), who, i.ID, 1+r.IntN(3))
					}
					if err != nil && community.KindOf(err) != community.KindConflict {
						t.Error(err)
					}
				}
			})
		}
		crowd.Wait()
		a.recounted()
	})
}

func TestRefusals(t *testing.T) {
	a := newArena(t)
	soon, past := a.now().Add(time.Hour), a.now()
	free := a.propose(a.put(Policy{Kind: OneEach}), 1)
	down := a.propose(a.put(Policy{Kind: OneEach, Down: true}), 1)
	budget := a.propose(a.put(Policy{Kind: Budget, Budget: 4, PerIdea: 3}), 1)
	second := a.propose(&Board{ID: budget.BoardID}, 2)
	draft, deleted, closed := a.propose(&Board{ID: free.BoardID}, 1), a.propose(&Board{ID: free.BoardID}, 1), a.propose(&Board{ID: free.BoardID}, 1)
	a.turn(draft.ID, IdeaChanged, func(i *Idea) { i.Draft = true })
	a.turn(deleted.ID, IdeaRemoved, func(i *Idea) { i.DeletedAt = &past })
	a.status(closed.ID, Declined)
	a.votes(budget.ID, 1, 3)
	attic := a.put(Policy{Kind: OneEach})
	old := a.propose(attic, 1)
	if _, err := boards.Update(t.Context(), a.store, string(attic.ID), func(b *Board) error { b.ArchivedAt = &past; return nil }); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		idea  *Idea
		value int
		want  community.Kind
	}{
		"0":                      {free, 0, community.KindBadInput},
		"2 of one each":          {free, 2, community.KindBadInput},
		"down":                   {free, -1, community.KindBadInput},
		"-2":                     {down, -2, community.KindBadInput},
		"more than one may give": {budget, 4, community.KindBadInput},
		"more than is left":      {second, 2, community.KindConflict},
		"a draft":                {draft, 1, community.KindConflict},
		"a deleted one":          {deleted, 1, community.KindNotFound},
		"a closed one":           {closed, 1, community.KindConflict},
		"on an archived board":   {old, 1, community.KindConflict},
		"before voting opens":    {a.propose(a.put(Policy{Kind: OneEach, OpensAt: &soon}), 1), 1, community.KindConflict},
		"at the end of voting":   {a.propose(a.put(Policy{Kind: OneEach, ClosesAt: &past}), 1), 1, community.KindConflict},
		"without the role":       {a.propose(a.put(Policy{Kind: OneEach, VoterRole: community.RoleAdmin}), 1), 1, community.KindForbidden},
		"without being a juror":  {a.propose(a.put(Policy{Kind: OneEach, VoterIDs: []community.MemberID{"member_other"}}), 1), 1, community.KindForbidden},
		"what there is not":      {&Idea{ID: "idea_none"}, 1, community.KindNotFound},
	} {
		_, err := a.Vote(t.Context(), voter(1, community.RoleMember), c.idea.ID, c.value)
		if err == nil || community.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := a.Vote(t.Context(), community.Viewer{}, free.ID, 1); community.KindOf(err) != community.KindUnauthenticated {
		t.Errorf("a guest voted: %v", err)
	}
	a.recounted()
}

// A vote at the moment of closing counts or is refused, and what is told is what
// is kept.
func TestVotesAsVotingCloses(t *testing.T) {
	a := newArena(t)
	end := a.now().Add(time.Second)
	i := a.propose(a.put(Policy{Kind: OneEach, ClosesAt: &end}), 0)
	var crowd sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for w := range 64 {
		crowd.Go(func() {
			if w == 32 {
				a.clock.pass(time.Second)
			}
			_, err := a.Vote(t.Context(), voter(w, community.RoleMember), i.ID, 1)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				taken++
			} else if community.KindOf(err) != community.KindConflict {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	if got := a.fresh(i.ID); got.Score != taken {
		t.Errorf("%d were told that their vote counts; the score is %d", taken, got.Score)
	}
	for _, v := range a.find() {
		if !v.At.Before(end) {
			t.Errorf("a vote was taken at %s", v.At)
		}
	}
	a.recounted()
}

// A second request for the same changes nothing and tells nothing.
func TestVotingTwiceIsVotingOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		i := a.propose(a.put(Policy{Kind: Budget, Budget: 5, PerIdea: 3}), 0)
		for range 2 {
			if c := a.votes(i.ID, 1, 3); c.Idea.Score != 3 || deref(c.VotesLeft) != 2 {
				t.Errorf("a vote of 3 left %+v, score %d", c.VotesLeft, c.Idea.Score)
			}
		}
		if c := a.votes(i.ID, 1, 1); c.Idea.Score != 1 || deref(c.VotesLeft) != 4 {
			t.Errorf("a vote of 1 instead of 3: %d left, score %d", deref(c.VotesLeft), c.Idea.Score)
		}
		for range 2 {
			c, err := a.Unvote(t.Context(), voter(1, community.RoleMember), i.ID)
			if err != nil || c.Idea.VoterCount != 0 || deref(c.VotesLeft) != 5 {
				t.Errorf("taken back: %+v, %v", c, err)
			}
		}
		if n := a.told(VoteCast); n != 3 {
			t.Errorf("%d entries tell of 3 changes", n)
		}
		a.recounted()
	})
}

// told counts entries of a kind.
func (a arena) told(kind live.Kind) (n int) {
	a.t.Helper()
	_, err := a.log.CatchUp(a.t.Context(), live.Consumer{
		Name: "count " + string(community.NewID[community.IdeaID](community.IdeaPrefix)),
		Handle: func(_ context.Context, _ store.Tx, found []*live.Entry) error {
			for _, e := range found {
				if e.Kind == kind {
					n++
				}
			}
			return nil
		},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return n
}

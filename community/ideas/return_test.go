package ideas

import (
	"context"
	"errors"
	"testing"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// stepping runs the consumer until it has handed on so many times, and then
// crashes: what the last time wrote is lost.
func (a arena) stepping(times int) (done bool) {
	a.t.Helper()
	crash := errors.New("crash")
	c := a.settling()
	handle := c.Handle
	c.Handle = func(ctx context.Context, tx store.Tx, found []*live.Entry) error {
		if err := handle(ctx, tx, found); err != nil {
			return err
		}
		if times--; times < 0 {
			return crash
		}
		return nil
	}
	for {
		n, err := a.log.CatchUp(a.t.Context(), c)
		if err != nil && !errors.Is(err, crash) {
			a.t.Fatal(err)
		}
		if err != nil || n == 0 {
			return err == nil
		}
	}
}

// crowded is an idea for which so many members gave 2 of their 3 votes.
func (a arena) crowded(b *Board, from, to int) *Idea {
	i := a.propose(b, 0)
	for n := from; n < to; n++ {
		a.votes(i.ID, n, 2)
	}
	return i
}

// left is what the member still has to give.
func (a arena) left(b *Board, who int) int {
	a.t.Helper()
	left, err := a.VotesLeft(a.t.Context(), voter(who, community.RoleMember), []*Board{b})
	if err != nil {
		a.t.Fatal(err)
	}
	return deref(left[b.ID])
}

// Votes come back when an idea closes, once each, wherever the return crashes;
// they still count, and stay free when it is opened again.
func TestVotesComeBack(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: Budget, Budget: 3, PerIdea: 3})
	const many = 2*settledAtOnce + 50
	i := a.crowded(b, 0, many)
	a.status(i.ID, Implemented)
	for !a.stepping(1) {
		a.recounted()
	}
	for n := range many {
		if left := a.left(b, n); left != 3 {
			t.Fatalf("member %d has %d votes left", n, left)
		}
	}
	if n := a.told(VoteReturned); n != many {
		t.Errorf("%d returns are told of %d", n, many)
	}
	a.status(i.ID, Planned)
	a.catchUp()
	a.votes(i.ID, 0, 2)
	if c := a.votes(i.ID, 1, 3); c.Idea.Score != 2*many+1 || deref(c.VotesLeft) != 2 {
		t.Errorf("one more vote: score %d, %d left", c.Idea.Score, deref(c.VotesLeft))
	}
	a.votes(a.propose(b, 0).ID, 2, 3)
	a.status(i.ID, Declined)
	a.catchUp()
	if left := a.left(b, 1); left != 3 {
		t.Errorf("closed again: %d left", left)
	}
	a.recounted()
}

// An idea that is opened again while its votes are on the way back keeps those
// that were not returned yet.
func TestReopenedHalfway(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: Budget, Budget: 3, PerIdea: 3})
	i := a.crowded(b, 0, settledAtOnce+20)
	a.status(i.ID, Declined)
	for a.left(b, 0) == 1 {
		a.stepping(1)
	}
	a.status(i.ID, Planned)
	a.catchUp()
	if a.left(b, 0) != 3 || a.left(b, settledAtOnce+10) != 1 {
		t.Errorf("the first has %d left, a late one %d", a.left(b, 0), a.left(b, settledAtOnce+10))
	}
	a.recounted()
}

// A deleted idea holds nobody's votes.
func TestDeletedIdeaReturns(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: Budget, Budget: 3, PerIdea: 3})
	i, now := a.crowded(b, 0, 5), a.now()
	a.turn(i.ID, IdeaRemoved, func(i *Idea) { i.DeletedAt = &now })
	a.catchUp()
	if left := a.left(b, 1); left != 3 {
		t.Errorf("%d left", left)
	}
	a.turn(i.ID, IdeaChanged, func(i *Idea) { i.DeletedAt = nil })
	if got := a.fresh(i.ID); got.Score != 10 {
		t.Errorf("restored with the score %d", got.Score)
	}
	a.recounted()
}

// Merged votes arrive once each, and totals are right all the way.
func TestMergeCarriesVotes(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: Budget, Budget: 3, PerIdea: 3})
	const many = settledAtOnce + 30
	into := a.propose(b, 1)
	for n := range 20 { // both: ten keep their 2, ten their… whichever is larger
		a.votes(into.ID, n, 1)
	}
	a.clock.pass(40 * 24 * time.Hour)
	from := a.crowded(b, 0, many)
	before := a.fresh(from.ID)
	merged, err := a.Merge(t.Context(), judge, Merging{IdeaID: from.ID, IntoID: into.ID})
	if err != nil || merged.Status != Duplicate || merged.MergedInto != into.ID || merged.Listed != "" {
		t.Fatalf("merged: %+v, %v", merged, err)
	}
	for !a.stepping(1) {
		a.recounted()
		if sum := a.fresh(from.ID).Score + a.fresh(into.ID).Score; sum > before.Score+20 || sum < before.Score {
			t.Errorf("%d votes are on the way of %d", sum, before.Score+20)
		}
	}
	if got := a.fresh(into.ID); got.Score != 2*many || got.VoterCount != many || got.MergedCount != 1 {
		t.Errorf("there arrived %d, of %d members", got.Score, got.VoterCount)
	}
	if got := a.fresh(from.ID); got.VoterCount != 0 {
		t.Errorf("%d votes stayed", got.VoterCount)
	}
	if a.left(b, 0) != 1 || a.left(b, many-1) != 1 {
		t.Errorf("who voted for both has %d left, who did for one %d", a.left(b, 0), a.left(b, many-1))
	}
	a.recounted()
}

func TestMergesChain(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: OneEach})
	var all []*Idea
	for n := range 4 {
		all = append(all, a.propose(b, n))
		a.votes(all[n].ID, n, 1)
	}
	merge := func(from, into int) error {
		_, err := a.Merge(t.Context(), judge, Merging{IdeaID: all[from].ID, IntoID: all[into].ID})
		return err
	}
	for _, pair := range [][2]int{{0, 1}, {1, 2}, {3, 0}, {3, 2}} {
		if err := merge(pair[0], pair[1]); err != nil {
			t.Errorf("%d into %d: %v", pair[0], pair[1], err)
		}
	}
	a.catchUp()
	if got := a.fresh(all[2].ID); got.Score != 4 {
		t.Errorf("the last has the score %d", got.Score)
	}
	if err := merge(2, 0); community.KindOf(err) != community.KindBadInput {
		t.Errorf("a circle: %v", err)
	}
	if err := merge(2, 2); community.KindOf(err) != community.KindBadInput {
		t.Errorf("into itself: %v", err)
	}
	other := a.propose(a.put(Policy{}), 1)
	if _, err := a.Merge(t.Context(), judge, Merging{IdeaID: all[2].ID, IntoID: other.ID}); community.KindOf(err) != community.KindBadInput {
		t.Errorf("to another board: %v", err)
	}
	if _, err := a.Merge(t.Context(), voter(1, community.RoleMember), Merging{IdeaID: all[2].ID, IntoID: all[0].ID}); community.KindOf(err) != community.KindForbidden {
		t.Errorf("by a member: %v", err)
	}
	a.recounted()
}

// Merging into an idea that is closed returns what it carries.
func TestMergeIntoClosed(t *testing.T) {
	a := newArena(t)
	b := a.put(Policy{Kind: Budget, Budget: 3, PerIdea: 3})
	into, from := a.crowded(b, 0, 3), a.crowded(b, 3, 6)
	a.status(into.ID, Implemented)
	a.catchUp()
	if _, err := a.Merge(t.Context(), judge, Merging{IdeaID: from.ID, IntoID: into.ID}); err != nil {
		t.Fatal(err)
	}
	a.catchUp()
	if got := a.fresh(into.ID); got.Score != 12 || a.left(b, 4) != 3 {
		t.Errorf("score %d, %d left", got.Score, a.left(b, 4))
	}
	a.recounted()
}

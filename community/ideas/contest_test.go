package ideas

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/live"
	"veche/store"
)

// table is a forum that keeps which topics were opened, and a roll of all.
type table struct {
	Comments
	People
	mu     sync.Mutex
	opened map[community.IdeaID]int
}

func (t *table) OpenTalk(_ context.Context, _ store.Tx, _ community.Viewer, talk community.Talk) (community.TopicID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.opened[talk.IdeaID]++
	return community.TopicID("topic_of_" + string(talk.IdeaID)), nil
}

func (*table) EditTalk(context.Context, store.Tx, community.Viewer, community.TopicID, community.Talk) error {
	return nil
}

func (*table) HideTalk(context.Context, store.Tx, community.Viewer, community.TopicID, bool) error {
	return nil
}

func (*table) Mentioned(context.Context, []string) (map[string]community.Mention, error) {
	return nil, nil
}

func (*table) TalkCounts(context.Context, store.Ops, []community.TopicID) (map[community.IdeaID]int, error) {
	return nil, nil
}

func (*table) Known(context.Context, community.MemberID) error { return nil }

// seated has the arena's ideas talked about.
func (a arena) seated() *table {
	t := &table{opened: map[community.IdeaID]int{}}
	a.Assembly.comments, a.Assembly.people = t, t
	return t
}

// contest is a contest of one week, then a week of voting.
func (a arena) contest(change func(*NewBoard)) *Board {
	a.t.Helper()
	until, closes := a.now().Add(7*24*time.Hour), a.now().Add(14*24*time.Hour)
	n := NewBoard{
		SpaceID: "space_x", Name: "Лучший кейс", Kind: Contest,
		Policy:  &Policy{Kind: OneEach, ClosesAt: &closes},
		Contest: &ContestRules{EntriesUntil: &until, EntriesEach: 2, EntriesHidden: true},
	}
	slug := fmt.Sprintf("contest-%d", a.now().UnixNano())
	if n.Slug = &slug; change != nil {
		change(&n)
	}
	b, err := a.CreateBoard(a.t.Context(), judge, n)
	if err != nil {
		a.t.Fatal(err)
	}
	return b
}

func (a arena) enter(b *Board, who int) (*Idea, error) {
	return a.Propose(a.t.Context(), voter(who, community.RoleMember), NewIdea{BoardID: b.ID, Title: "Кейс / Case", Body: "Как мы это сделали"})
}

func wantRefusal(t *testing.T, err error, kind community.Kind, text string) {
	t.Helper()
	if community.KindOf(err) != kind || err.Error() != string(kind)+": "+text {
		t.Errorf("refused with %v, want %s: %s", err, kind, text)
	}
}

// A contest from its term to its winners: hidden entries, shown ones, votes, an
// announcement and its correction.
func TestContest(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		forum := a.seated()
		b := a.contest(nil)
		first, err := a.enter(b, 1)
		if err != nil {
			t.Fatal(err)
		}
		second, err := a.enter(b, 2)
		if err != nil {
			t.Fatal(err)
		}
		a.wantHidden(b, first, forum)
		_, err = a.Vote(t.Context(), voter(1, community.RoleMember), first.ID, 1)
		wantRefusal(t, err, community.KindConflict, "Voting opens when the term for entries ends, at 2026-12-01T10:00:00Z.")
		a.clock.pass(7 * 24 * time.Hour)
		for range 2 {
			if _, err := a.Reveal(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(map[community.IdeaID]int{first.ID: 1, second.ID: 1}, forum.opened); diff != "" {
			t.Errorf("topics opened: %s", diff)
		}
		_, err = a.enter(b, 3)
		wantRefusal(t, err, community.KindConflict, "The term for entries ended at 2026-12-01T10:00:00Z.")
		title := "Другое"
		_, err = a.UpdateIdea(t.Context(), voter(1, community.RoleMember), first.ID, IdeaChange{Title: &title})
		wantRefusal(t, err, community.KindForbidden, "The term for entries ended at 2026-12-01T10:00:00Z; only moderators change them now.")
		a.votes(first.ID, 5, 1)
		a.announcing(b, first, second)
		a.recounted()
	})
}

func (a arena) wantHidden(b *Board, i *Idea, forum *table) {
	a.t.Helper()
	ctx := a.t.Context()
	for _, test := range []struct {
		who  community.Viewer
		sees bool
	}{{voter(1, community.RoleMember), true}, {voter(2, community.RoleMember), false}, {judge, true}} {
		_, err := a.Idea(ctx, test.who, i.ID)
		many, _ := a.IdeasByID(ctx, test.who, []community.IdeaID{i.ID})
		if (err == nil) != test.sees || (len(many) == 1) != test.sees {
			a.t.Errorf("%s sees the entry: %v, %v", test.who.ID, err, many)
		}
		list, err := a.Ideas(ctx, test.who, Query{BoardID: b.ID, Order: Newest, Period: All}, community.Paging{})
		if err != nil {
			a.t.Fatal(err)
		}
		if n := len(list.Nodes()); (n == 2) != (test.who.ID == judge.ID) {
			a.t.Errorf("%s sees %d entries in the list", test.who.ID, n)
		}
		e := &live.Entry{Kind: IdeaAdded, About: []string{string(i.ID)}}
		if got, err := a.boardEvent(ctx, test.who, e, ""); err != community.ErrNoEvent {
			a.t.Errorf("%s is told of %v", test.who.ID, got)
		}
	}
	if len(forum.opened) != 0 {
		a.t.Errorf("topics are open: %v", forum.opened)
	}
}

func (a arena) announcing(b *Board, first, second *Idea) {
	t, ctx := a.t, a.t.Context()
	t.Helper()
	say := func(reason string, winners ...Winner) (*Board, error) {
		n := Announcement{BoardID: b.ID, Winners: winners}
		if reason != "" {
			n.Reason = &reason
		}
		return a.AnnounceWinners(ctx, judge, n)
	}
	one, two := Winner{IdeaID: first.ID, Place: 1, Citation: "За *смелость*"}, Winner{IdeaID: second.ID, Place: 1}
	_, err := say("", one)
	wantRefusal(t, err, community.KindConflict, "Voting closes at 2026-12-08T10:00:00Z; winners are announced after that.")
	a.clock.pass(7 * 24 * time.Hour)
	_, err = a.AnnounceWinners(ctx, voter(1, community.RoleMember), Announcement{BoardID: b.ID, Winners: []Winner{one}})
	if community.KindOf(err) != community.KindForbidden {
		t.Errorf("a member announces: %v", err)
	}
	_, err = say("", one, Winner{IdeaID: "idea_of_nobody", Place: 2})
	wantRefusal(t, err, community.KindBadInput, `There is no entry "idea_of_nobody" in this contest.`)
	for range 2 { // the same again is no correction
		if _, err = say("", one); err != nil {
			t.Fatal(err)
		}
	}
	_, err = say("", one, two)
	wantRefusal(t, err, community.KindBadInput, "The winners were announced already: say why they are corrected.")
	got, err := say("Голоса пересчитали", two)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Winners) != 1 || got.Winners[0].IdeaID != second.ID || len(got.Corrections) != 1 ||
		got.Corrections[0].Winners[0].HTML != "<p>За <em>смелость</em></p>\n" && got.Corrections[0].Winners[0].HTML != "<p>За <em>смелость</em></p>" {
		t.Errorf("the board says %+v, corrected %+v", got.Winners, got.Corrections)
	}
	if a.fresh(first.ID).Place() != nil || *a.fresh(second.ID).Place() != 1 {
		t.Errorf("the places are %v and %v", a.fresh(first.ID).Place(), a.fresh(second.ID).Place())
	}
	if n := a.told(WinnersAnnounced); n != 2 {
		t.Errorf("told of %d announcements", n)
	}
}

// However many entries of one member come at once, no more are taken than the
// contest takes; the same for announcements.
func TestContestsAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, a arena) {
		if !a.store.Transactional() {
			t.Skip("without transactions an entry too many may be taken when several come at one instant")
		}
		a.contestsAtOnce()
	})
}

func (a arena) contestsAtOnce() {
	t := a.t
	t.Helper()
	a.seated()
	b := a.contest(nil)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { _, _ = a.enter(b, 7) })
	}
	all.Wait()
	found := a.ideasOf(b)
	if len(found) != 2 {
		t.Fatalf("%d entries of 10 were taken, want 2", len(found))
	}
	a.clock.pass(14 * 24 * time.Hour)
	for n := range 6 {
		all.Go(func() {
			_, _ = a.AnnounceWinners(t.Context(), judge, Announcement{BoardID: b.ID, Winners: []Winner{{IdeaID: found[n%2].ID, Place: 1}}})
		})
	}
	all.Wait()
	places := 0
	for _, i := range a.ideasOf(b) {
		if i.Place() != nil {
			places++
		}
	}
	if n := a.told(WinnersAnnounced); n != 1 || places != 1 {
		t.Errorf("%d announcements, %d winners", n, places)
	}
	a.recounted()
}

func TestContestRulesRefused(t *testing.T) {
	a := newArena(t)
	a.seated()
	early, late := a.now().Add(time.Hour), a.now().Add(2*time.Hour)
	for _, test := range []struct {
		change func(*NewBoard)
		field  string
	}{
		{func(n *NewBoard) { n.Kind = IdeaBoard }, "contest"},
		{func(n *NewBoard) { n.Contest.EntrantRole = community.RoleGuest }, "contest.entrantRole"},
		{func(n *NewBoard) { n.Contest.EntriesEach = MaxEntries + 1 }, "contest.entriesEach"},
		{func(n *NewBoard) { n.Contest.EntriesUntil = nil }, "contest.entriesUntil"},
		{func(n *NewBoard) { n.Contest.EntriesFrom, n.Contest.EntriesUntil = &late, &early }, "contest.entriesUntil"},
		{func(n *NewBoard) { n.Policy.OpensAt = &early }, "policy.opensAt"},
		{func(n *NewBoard) { n.Policy.ClosesAt = &early }, "policy.closesAt"},
		{func(n *NewBoard) { n.Policy.PerIdea = 5 }, "policy.perIdea"},
		{func(n *NewBoard) { n.Policy.PerIdea, n.Policy.VoterIDs = MaxMark+1, []community.MemberID{"m"} }, "policy.perIdea"},
	} {
		until, closes := a.now().Add(24*time.Hour), a.now().Add(48*time.Hour)
		n := NewBoard{
			SpaceID: "space_x", Name: "Конкурс", Kind: Contest, Policy: &Policy{Kind: OneEach, ClosesAt: &closes},
			Contest: &ContestRules{EntriesUntil: &until, EntriesHidden: true},
		}
		test.change(&n)
		_, err := a.CreateBoard(t.Context(), judge, n)
		var told *community.Error
		if !errors.As(err, &told) || told.Field != test.field {
			t.Errorf("want a refusal of %s, got %v", test.field, err)
		}
	}
}

// A jury gives marks.
func TestJury(t *testing.T) {
	a := newArena(t)
	a.seated()
	jury := []community.MemberID{voter(1, "").ID, voter(2, "").ID}
	b := a.contest(func(n *NewBoard) { n.Contest = nil; n.Policy.VoterIDs, n.Policy.PerIdea = jury, 10 })
	i, err := a.enter(b, 3)
	if err != nil {
		t.Fatal(err)
	}
	a.votes(i.ID, 1, 10)
	if got := a.votes(i.ID, 2, 7).Idea.Score; got != 17 {
		t.Errorf("the marks come to %d", got)
	}
	_, err = a.Vote(t.Context(), voter(1, community.RoleMember), i.ID, 11)
	wantRefusal(t, err, community.KindBadInput, "One may give 10 to an idea of this board at most.")
	_, err = a.Vote(t.Context(), voter(3, community.RoleMember), i.ID, 1)
	wantRefusal(t, err, community.KindForbidden, "Only the board's jury votes here.")
	a.recounted()
}

// A contest that shows its entries cannot hide them again, and one cut off in the
// middle of showing them goes on.
func TestShowingIsCutOff(t *testing.T) {
	a := newArena(t)
	forum := a.seated()
	b := a.contest(func(n *NewBoard) { n.Contest.EntriesEach = 0 })
	for n := range revealed + 10 {
		if _, err := a.enter(b, n); err != nil {
			t.Fatal(err)
		}
	}
	a.clock.pass(8 * 24 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Reveal(ctx); err == nil {
		t.Error("a cancelled call shows entries")
	}
	if n, err := a.Reveal(t.Context()); n != revealed+10 || err != nil || len(forum.opened) != n {
		t.Errorf("showed %d entries: %v", n, err)
	}
	later := a.now().Add(time.Hour)
	_, err := a.UpdateBoard(t.Context(), judge, b.ID, BoardChange{Contest: &ContestRules{EntriesUntil: &later, EntriesHidden: true}})
	wantRefusal(t, err, community.KindConflict, "The entries were shown at 2026-12-01T10:00:00Z and cannot be hidden again.")
}

package ideas

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/live"
	"veche/store"
)

// recounted compares all that is counted with a recount from the votes.
func (a arena) recounted() {
	a.t.Helper()
	ctx := a.t.Context()
	given := a.find()
	byIdea, spent := map[community.IdeaID][]*Vote{}, map[string]int{}
	for _, v := range given {
		byIdea[v.IdeaID] = append(byIdea[v.IdeaID], v)
		if spent[pair(v.BoardID, v.MemberID)] += v.Spent; v.Value == 0 || v.Spent < 0 {
			a.t.Errorf("a vote is %+v", v)
		}
	}
	all, err := boards.Find(ctx, a.store, store.Query{})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, b := range all {
		a.recountBoard(b, byIdea, spent)
	}
	a.replayed(given)
}

func (a arena) find() []*Vote {
	a.t.Helper()
	given, err := votes.Find(a.t.Context(), a.store, store.Query{})
	if err != nil {
		a.t.Fatal(err)
	}
	return given
}

func (a arena) ideasOf(b *Board) (all []*Idea) {
	a.t.Helper()
	every, err := ideas.Find(a.t.Context(), a.store, store.Query{})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, i := range every {
		if i.BoardID == b.ID {
			all = append(all, i)
		}
	}
	return all
}

func (a arena) recountBoard(b *Board, given map[community.IdeaID][]*Vote, spent map[string]int) {
	a.t.Helper()
	want := *b
	want.IdeaCount, want.VoteCount, want.ImplementedCount = 0, 0, 0
	people := map[string]*Part{}
	part := func(who community.MemberID) *Part {
		id := pair(b.ID, who)
		if people[id] == nil {
			people[id] = &Part{ID: id, BoardID: b.ID, MemberID: who, Spent: spent[id]}
		}
		return people[id]
	}
	var listed []*Idea
	for _, i := range a.ideasOf(b) {
		a.recountIdea(i, given[i.ID])
		for _, v := range given[i.ID] {
			part(v.MemberID)
		}
		p := part(i.AuthorID)
		if i.Listed == "" {
			continue
		}
		listed = append(listed, i)
		want.IdeaCount++
		want.VoteCount += len(given[i.ID])
		p.Proposed++
		p.Received += i.Score
		if i.Status == Implemented {
			want.ImplementedCount++
			p.Implemented++
		}
	}
	if diff := cmp.Diff(&want, b); diff != "" {
		a.t.Errorf("the counts of a board (-recount +kept):\n%s", diff)
	}
	a.recountParts(b, people)
	for _, p := range append([]Period{All}, spans...) {
		a.recountRanks(p, listed)
	}
}

func (a arena) recountParts(b *Board, want map[string]*Part) {
	a.t.Helper()
	found, err := parts.Find(a.t.Context(), a.store, store.Query{Where: []store.Cond{store.Between(store.IDField, string(b.ID)+"/", string(b.ID)+"0")}})
	if err != nil {
		a.t.Fatal(err)
	}
	got := map[string]*Part{}
	for _, p := range found {
		got[p.ID] = p
		if want[p.ID] == nil {
			want[p.ID] = &Part{ID: p.ID, BoardID: p.BoardID, MemberID: p.MemberID}
		}
		if b.Policy.Kind == Budget && p.Spent > b.Policy.Budget {
			a.t.Errorf("%s spent %d of %d votes", p.MemberID, p.Spent, b.Policy.Budget)
		}
	}
	for id, p := range want {
		if got[id] == nil && *p == (Part{ID: p.ID, BoardID: p.BoardID, MemberID: p.MemberID}) {
			delete(want, id)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		a.t.Errorf("what members did (-recount +kept):\n%s", diff)
	}
}

// recountIdea counts its votes anew. Of the periods it takes the last one that
// the idea names: votes that were taken back leave that as it is.
func (a arena) recountIdea(i *Idea, given []*Vote) {
	a.t.Helper()
	want := *i
	want.Score, want.VoterCount, want.Glows = i.BroughtScore, 0, nil
	ins, scores := want.inSpans()
	for n := range spans {
		*scores[n] = 0
		if given := strings.HasPrefix(*ins[n], apart); given != (i.Listed == "" && *ins[n] != "") {
			a.t.Errorf("%s is listed in %q and stands in %q", i.ID, i.Listed, *ins[n])
		}
	}
	for _, v := range given {
		want.Score += v.Counted
		want.VoterCount++
		want.shine(v.Counted, v.At)
		for n, span := range spans {
			switch in, name := periodKey(i.BoardID, span, v.At), strings.TrimPrefix(*ins[n], apart); {
			case in == name:
				*scores[n] += v.Counted
			case in > name:
				a.t.Errorf("%s was voted for in %q, and stands in %q", i.ID, in, name)
			}
		}
	}
	want.refresh()
	if len(want.Glows) == 0 {
		want.Glows = i.Glows[:0]
	}
	if diff := cmp.Diff(&want, i); diff != "" {
		a.t.Errorf("the counts of an idea (-recount +kept):\n%s", diff)
	}
}

// recountRanks compares ranks with how many ideas stand higher.
func (a arena) recountRanks(p Period, listed []*Idea) {
	a.t.Helper()
	var asked []Rank
	for _, i := range listed {
		asked = append(asked, Rank{i, p})
	}
	got, err := a.RanksOf(a.t.Context(), asked)
	if err != nil {
		a.t.Fatal(err)
	}
	now := a.now()
	for _, i := range listed {
		at, in := i.placeIn(p, now)
		if !in {
			if got[Rank{i, p}] != nil {
				a.t.Errorf("%s has a rank of %s", i.ID, p)
			}
			continue
		}
		want := 1
		for _, other := range listed {
			if o, ok := other.placeIn(p, now); ok && o.ranking == at.ranking && o.score > at.score {
				want++
			}
		}
		if rank := got[Rank{i, p}]; rank == nil || *rank != want {
			a.t.Errorf("%s has the rank %v in %s, counted %d", i.ID, deref(rank), p, want)
		}
	}
}

func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// replayed compares the votes with what the log tells of them. Without
// transactions two deeds of one member at once may be told in either order.
func (a arena) replayed(given []*Vote) {
	a.t.Helper()
	if !a.store.Transactional() {
		return
	}
	last := map[string]int{}
	_, err := a.log.CatchUp(a.t.Context(), live.Consumer{
		Name: "replay " + string(community.NewID[community.IdeaID](community.IdeaPrefix)),
		Handle: func(_ context.Context, _ store.Tx, found []*live.Entry) error {
			for _, e := range found {
				if e.Kind != VoteCast {
					continue
				}
				counted, err := strconv.Atoi(e.About[2])
				if err != nil {
					return err
				}
				last[e.About[0]+"/"+e.About[1]] = counted
			}
			return nil
		},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	for id, counted := range last {
		if counted == 0 {
			delete(last, id)
		}
	}
	kept := map[string]int{}
	for _, v := range given {
		kept[v.ID] = v.Counted
	}
	if diff := cmp.Diff(last, kept); diff != "" {
		a.t.Errorf("votes (-replayed from the log +kept):\n%s", diff)
	}
}

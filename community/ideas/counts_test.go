package ideas

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/live"
	"veche/store"
)

// TestCountsAreWhatARecountSays does seeded random deeds, refused ones among
// them, and counts everything anew.
func TestCountsAreWhatARecountSays(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newTown(t)
			r := rand.New(rand.NewPCG(seed, 7))
			in := w.space(forum.Public)
			on := []*Board{w.boardIn(in), w.boardIn(in)}
			did := map[string]int{}
			for range 400 {
				name, err := w.deed(r, on)
				if err != nil && community.KindOf(err) == community.KindInternal {
					t.Fatalf("%s: %v", name, err)
				}
				if err == nil {
					did[name]++
				}
				if r.IntN(10) == 0 {
					w.catchUp()
				}
			}
			w.catchUp()
			for _, b := range on {
				w.recount(t, b)
			}
			w.wantTopicsAlike(t)
			t.Log(did)
		})
	}
}

// deed does something to something.
func (w town) deed(r *rand.Rand, on []*Board) (string, error) {
	ctx, b := w.t.Context(), on[r.IntN(len(on))]
	who := []community.Viewer{anna, boris, vera, guest, admin}[r.IntN(5)]
	all := w.allIdeas()
	if len(all) == 0 || r.IntN(5) == 0 {
		_, err := w.Propose(ctx, who, NewIdea{BoardID: b.ID, Title: "Идея", Body: "что", Tags: []string{"go"}, Draft: r.IntN(3) == 0})
		return "propose", err
	}
	i := all[r.IntN(len(all))]
	if r.IntN(2) == 0 { // who may: else most deeds are refused
		who = []community.Viewer{member(string(i.AuthorID)[len("member_"):], community.RoleMember), vera}[r.IntN(2)]
	}
	title := fmt.Sprint("Идея ", r.IntN(3))
	deeds := []func() (string, error){
		func() (string, error) { _, err := w.Publish(ctx, who, i.ID); return "publish", err },
		func() (string, error) {
			_, err := w.UpdateIdea(ctx, who, i.ID, IdeaChange{Title: &title, Body: &title})
			return "update", err
		},
		func() (string, error) { return "delete", w.DeleteIdea(ctx, who, i.ID) },
		func() (string, error) { _, err := w.RestoreIdea(ctx, vera, i.ID); return "restore", err },
		func() (string, error) {
			_, err := w.SetStatus(ctx, who, NewStatus{IdeaID: i.ID, Status: settable[r.IntN(len(settable))]})
			return "set status", err
		},
		func() (string, error) { _, err := w.AnswerIdea(ctx, who, i.ID, "да"); return "answer", err },
		func() (string, error) {
			_, err := w.hall.Reply(ctx, who, forum.NewPost{TopicID: i.TopicID, Body: "да"})
			return "comment", err
		},
		func() (string, error) {
			page, err := w.hall.Posts(ctx, admin, i.TopicID, true, community.Paging{})
			if err != nil || len(page.Edges) == 0 {
				return "none", err
			}
			p := page.Edges[r.IntN(len(page.Edges))].Node
			if p.Deleted {
				_, err = w.hall.RestorePost(ctx, admin, p.ID)
			} else {
				_, err = w.hall.DeletePost(ctx, admin, p.ID)
			}
			return "hide a comment", err
		},
		func() (string, error) {
			archived := r.IntN(8) == 0
			_, err := w.UpdateBoard(ctx, vera, b.ID, BoardChange{Archived: &archived})
			return "archive", err
		},
	}
	return deeds[r.IntN(len(deeds))]()
}

// recount wants the board and the parts of its members to be what the ideas add
// up to.
func (w town) recount(t *testing.T, b *Board) {
	t.Helper()
	want := Board{}
	members := map[community.MemberID]Part{}
	for _, i := range w.allIdeas() {
		p := members[i.AuthorID]
		if i.BoardID == b.ID && !i.Draft && !i.Deleted() && i.MergedInto == "" {
			want.IdeaCount++
			p.Proposed++
			want.VoteCount += i.VoterCount
			p.Received += i.Score
			if i.Status == Implemented {
				want.ImplementedCount++
				p.Implemented++
			}
		}
		members[i.AuthorID] = p
	}
	got := w.freshBoard(b.ID)
	if got.IdeaCount != want.IdeaCount || got.VoteCount != want.VoteCount || got.ImplementedCount != want.ImplementedCount {
		t.Errorf("the board counts %d %d %d, recounted %d %d %d", got.IdeaCount, got.VoteCount, got.ImplementedCount,
			want.IdeaCount, want.VoteCount, want.ImplementedCount)
	}
	for id, p := range members {
		got, err := parts.Get(t.Context(), w.store, pair(b.ID, id))
		if errors.Is(err, store.ErrNotFound) {
			got, err = &Part{}, nil
		}
		if err != nil || got.Proposed != p.Proposed || got.Implemented != p.Implemented || got.Received != p.Received {
			t.Errorf("%s has %+v, recounted %+v, %v", id, got, p, err)
		}
	}
}

// wantTopicsAlike wants each idea's topic to say what the idea says, to be there
// when the idea is, and to have as many posts as the idea has comments.
func (w town) wantTopicsAlike(t *testing.T) {
	t.Helper()
	topics := map[community.TopicID]bool{}
	for _, i := range w.allIdeas() {
		if i.Draft {
			if i.TopicID != "" {
				t.Errorf("the draft %s has a topic", i.ID)
			}
			continue
		}
		if topics[i.TopicID] {
			t.Errorf("two ideas have the topic %s", i.TopicID)
		}
		topics[i.TopicID] = true
		topic := must(w.hall.Topic(t.Context(), admin, i.TopicID))(t)
		opening := must(w.hall.Post(t.Context(), admin, topic.OpeningID))(t)
		type said struct {
			Idea        community.IdeaID
			Title, Body string
			Tags        []string
			Deleted     bool
			Comments    int
		}
		want := said{i.ID, i.Title, i.Body, i.Tags, i.Deleted(), i.CommentCount}
		got := said{topic.IdeaID, topic.Title, opening.Body, topic.Tags, topic.Deleted(), topic.PostCount}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("the topic of %s (-idea +topic):\n%s", i.ID, diff)
		}
	}
}

// TestTwoAtOnce has many publish one draft, propose, and set statuses together.
func TestTwoAtOnce(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	draft, idea := w.draft(b, anna), w.propose(b, boris)
	published := make([]error, 8)
	var all sync.WaitGroup
	for k := range published {
		all.Go(func() { _, published[k] = w.Publish(t.Context(), anna, draft.ID) })
		all.Go(func() { w.propose(b, anna) })
		all.Go(func() {
			must(w.SetStatus(t.Context(), vera, NewStatus{IdeaID: idea.ID, Status: settable[k%len(settable)]}))(t)
		})
	}
	all.Wait()
	done := slices.DeleteFunc(published, func(err error) bool { return err != nil })
	if len(done) != 1 {
		t.Errorf("a draft was published %d times", len(done))
	}
	w.recount(t, b)
	w.wantTopicsAlike(t)
	if n := w.freshBoard(b.ID).IdeaCount; n != 10 {
		t.Errorf("%d ideas", n)
	}
}

// TestNothingIsHalfDone fails each deed at its end, and wants that to undo
// all of it.
func TestNothingIsHalfDone(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	idea, draft := w.propose(b, anna), w.draft(b, anna)
	before, board := w.allIdeas(), w.freshBoard(b.ID)
	broken := w
	whole := *w.Assembly
	whole.comments = deaf{whole.comments}
	broken.Assembly = &whole
	title := "Иначе"
	for name, deed := range map[string]func() error{
		"propose": func() error {
			_, err := broken.Propose(t.Context(), anna, NewIdea{BoardID: b.ID, Title: "x", Body: "x"})
			return err
		},
		"publish": func() error { _, err := broken.Publish(t.Context(), anna, draft.ID); return err },
		"update": func() error {
			_, err := broken.UpdateIdea(t.Context(), anna, idea.ID, IdeaChange{Title: &title})
			return err
		},
		"delete": func() error { return broken.DeleteIdea(t.Context(), vera, idea.ID) },
	} {
		if err := deed(); !errors.Is(err, errDeaf) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := gocmp.Diff(before, w.allIdeas()); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(board, w.freshBoard(b.ID)); diff != "" {
		t.Error(diff)
	}
	w.recount(t, b)
	w.wantTopicsAlike(t)
}

// wantEntries wants these kinds in the board's stream.
func (w town) wantEntries(t *testing.T, b community.BoardID, want ...live.Kind) {
	t.Helper()
	var got []live.Kind
	for _, e := range w.entries(t, b) {
		got = append(got, e.Kind)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("the board's stream (-want +got):\n%s", diff)
	}
}

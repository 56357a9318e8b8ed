package ideas

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/live"
	"veche/store"
)

// stepping runs the consumer until it has handed on so many times, and then
// crashes: what the last time wrote is lost.
func (w town) stepping(times int) (done bool) {
	w.t.Helper()
	crash, c := errors.New("crash"), w.settling()
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
		n, err := w.log.CatchUp(w.t.Context(), c)
		if err != nil && !errors.Is(err, crash) {
			w.t.Fatal(err)
		}
		if err != nil || n == 0 {
			return err == nil
		}
	}
}

// settleAll has every consumer see all, of the forum too.
func (w town) settleAll() {
	w.t.Helper()
	for range 3 {
		w.stepping(1 << 20)
		w.catchUp()
		for _, c := range w.hall.Consumers() {
			must(w.log.CatchUp(w.t.Context(), c))(w.t)
		}
	}
}

func (w town) merge(from, into *Idea) {
	w.t.Helper()
	must(w.Merge(w.t.Context(), vera, Merging{IdeaID: from.ID, IntoID: into.ID}))(w.t)
}

func (w town) says(on *Idea, by community.Viewer, body string, to *community.PostID) *forum.Post {
	w.t.Helper()
	return must(w.hall.Reply(w.t.Context(), by, forum.NewPost{TopicID: on.TopicID, Body: body, ReplyToID: to}))(w.t)
}

// said are the posts of the idea's topic, in order.
func (w town) said(on *Idea) (out []*forum.Post) {
	w.t.Helper()
	hundred := 100
	p := community.Paging{First: &hundred}
	for {
		page := must(w.hall.Posts(w.t.Context(), admin, on.TopicID, true, p))(w.t)
		for _, e := range page.Edges {
			out = append(out, e.Node)
		}
		if !page.PageInfo.HasNextPage {
			return out
		}
		after := page.Edges[len(page.Edges)-1].Cursor()
		p.After = &after
	}
}

// recounted compares what the topic counts with the posts that are there.
func (w town) recounted(on *Idea) {
	w.t.Helper()
	topic := must(w.hall.Topic(w.t.Context(), admin, on.TopicID))(w.t)
	type counts struct {
		Posts, People, Reactions, Last, Unread int
	}
	by := map[community.MemberID]int{topic.AuthorID: 1}
	opening := must(w.hall.Post(w.t.Context(), admin, topic.OpeningID))(w.t)
	want := counts{Reactions: reactionsTo(opening)}
	for _, p := range w.said(on) {
		want.Last = max(want.Last, p.Number)
		if !p.Deleted {
			by[p.AuthorID]++
			want.Posts, want.Unread, want.Reactions = want.Posts+1, want.Unread+1, want.Reactions+reactionsTo(p)
		}
	}
	want.People = len(by)
	zero := 0
	reader := member("reader", community.RoleMember)
	must(w.hall.MarkRead(w.t.Context(), reader, topic.ID, &zero))(w.t)
	unread := must(w.hall.ReadingOf(w.t.Context(), reader, []*forum.Topic{topic}))(w.t)[topic.ID].Unread
	if got := (counts{topic.PostCount, topic.ParticipantCount, topic.ReactionCount, topic.LastNumber, unread}); got != want {
		w.t.Errorf("%s counts %+v; there are %+v", topic.ID, got, want)
	}
	hundred := 100
	kept := map[community.MemberID]int{}
	for _, e := range must(w.hall.Participants(w.t.Context(), admin, topic.ID, community.Paging{First: &hundred}))(w.t).Edges {
		kept[e.Node.MemberID] = e.Node.PostCount
	}
	if diff := gocmp.Diff(by, kept); diff != "" {
		w.t.Errorf("who wrote in %s (-recount +kept):\n%s", topic.ID, diff)
	}
}

func reactionsTo(p *forum.Post) (n int) {
	for _, r := range p.Reactions {
		n += r.Count
	}
	return n
}

// TestMergeCarriesComments crashes behind every batch, and handles all of it
// again: each post arrives once, and both topics count what they have.
func TestMergeCarriesComments(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	into, from := w.propose(b, anna), w.propose(b, boris)
	w.says(into, boris, "Давно пора", nil)
	const many = 2*settledAtOnce + 30
	var want []community.PostID
	for n := range many {
		p := w.says(from, member(fmt.Sprint("m", n%7), community.RoleMember), fmt.Sprint("Да ", n), nil)
		want = append(want, p.ID)
	}
	gone := w.says(from, anna, "Oops", nil)
	must(w.hall.DeletePost(t.Context(), anna, gone.ID))(t)
	w.merge(from, into)
	for crashes := 0; !w.stepping(1); crashes++ {
		w.recounted(into)
		if crashes > 20 {
			t.Fatal("it comes to no end")
		}
	}
	if err := w.store.Do(t.Context(), func(tx store.Tx) error { return w.leaveDue(t.Context(), tx, w.freshIdea(from.ID), "") }); err != nil {
		t.Fatal(err)
	}
	again := w.settling()
	again.Name = "from.the.start"
	must(w.log.CatchUp(t.Context(), again))(t)
	w.settleAll()
	w.recounted(into)
	w.recounted(from)
	there := w.said(into)
	if len(there) != many+2 || there[1].AuthorID != boris.ID || there[1].Body != "**Идея**\n\nВот *что*" ||
		there[1].HTML != "<p><strong>Идея</strong></p><p>Вот <em>что</em></p>" {
		t.Fatalf("%d posts there, the second %+v", len(there), there[1])
	}
	var got []community.PostID
	for _, p := range there[2:] {
		got = append(got, p.ID)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("carried (-want +got):\n%s", diff)
	}
	here := w.said(from)
	if len(here) != 2 || !here[0].Deleted || !strings.HasPrefix(here[1].Body, "→ ") {
		t.Errorf("there stayed %d posts", len(here))
	}
	if a, c := w.freshIdea(from.ID).CommentCount, w.freshIdea(into.ID).CommentCount; a != 1 || c != many+2 {
		t.Errorf("the ideas count %d and %d comments", a, c)
	}
	active := must(w.hall.ActivityOf(t.Context(), []community.MemberID{"member_m0", boris.ID}))(t)
	if active["member_m0"].Posts != (many+6)/7 || active[boris.ID].Posts != 2 {
		t.Errorf("m0 wrote %d posts, boris %d", active["member_m0"].Posts, active[boris.ID].Posts)
	}
}

// TestCarriedPostsKeepWhatIsAboutThem wants replies, reactions, bookmarks and
// revisions to be where the post is.
func TestCarriedPostsKeepWhatIsAboutThem(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	into, from := w.propose(b, anna), w.propose(b, boris)
	opening := must(w.hall.Topic(t.Context(), anna, from.TopicID))(t).OpeningID
	first := w.says(from, anna, "First", &opening)
	second := w.says(from, boris, "Ответ", &first.ID)
	must(w.hall.EditPost(t.Context(), boris, second.ID, forum.PostChange{Body: "Ответ!"}))(t)
	for _, who := range []community.Viewer{anna, vera} {
		must(w.hall.React(t.Context(), who, second.ID, forum.Love))(t)
	}
	must(w.hall.React(t.Context(), anna, opening, forum.Like))(t)
	must(w.hall.KeepBookmark(t.Context(), vera, second.ID, "см."))(t)
	must(w.hall.AcceptAnswer(t.Context(), boris, second.ID, true))(t)
	w.merge(from, into)
	w.settleAll()
	w.recounted(into)
	w.recounted(from)
	there := w.said(into)
	if len(there) != 3 || there[1].ReplyTo != there[0].ID || there[2].ReplyTo != first.ID || !there[1].CreatedAt.Equal(first.CreatedAt) {
		t.Fatalf("there: %+v", there)
	}
	left := must(w.hall.LeftAt(t.Context(), vera, there))(t)[second.ID]
	if len(left.Reactions) != 1 || left.Bookmark == nil || left.Bookmark.Note != "см." {
		t.Errorf("vera left %+v", left)
	}
	if p := must(w.hall.React(t.Context(), vera, second.ID, forum.Love))(t); reactionsTo(p) != 2 {
		t.Errorf("reacting again made it %d", reactionsTo(p))
	}
	must(w.hall.Unreact(t.Context(), anna, second.ID, forum.Love))(t)
	if err := w.hall.DropBookmark(t.Context(), vera, second.ID); err != nil {
		t.Error(err)
	}
	if n := len(must(w.hall.Bookmarks(t.Context(), vera, community.Paging{}))(t).Edges); n != 0 {
		t.Errorf("%d bookmarks are left", n)
	}
	if n := len(must(w.hall.Revisions(t.Context(), anna, second.ID, community.Paging{}))(t).Edges); n != 1 {
		t.Errorf("%d revisions", n)
	}
	if topic := must(w.hall.Topic(t.Context(), anna, from.TopicID))(t); topic.AnswerID != "" || !topic.Locked {
		t.Errorf("the answer stayed: %+v", topic)
	}
	w.recounted(into)
}

// TestCommentsGoTheWholeWay merges on while comments are on their way.
func TestCommentsGoTheWholeWay(t *testing.T) {
	for _, steps := range []int{0, 1, 2, 1 << 20} {
		t.Run(fmt.Sprint(steps), func(t *testing.T) {
			w := newTown(t)
			b := w.boardIn(w.space(forum.Public))
			one, two, three := w.propose(b, anna), w.propose(b, boris), w.propose(b, vera)
			for range settledAtOnce + 20 {
				w.says(one, boris, "Да", nil)
			}
			w.says(two, anna, "Yes", nil)
			w.merge(one, two)
			w.stepping(steps)
			w.merge(two, three)
			w.settleAll()
			for i, want := range []int{1, 1, settledAtOnce + 20 + 1 + 2} {
				idea := []*Idea{one, two, three}[i]
				w.recounted(idea)
				if n := len(w.said(idea)); n != want {
					t.Errorf("idea %d has %d posts, not %d", i+1, n, want)
				}
			}
		})
	}
}

// TestDeletedIdeaKeepsItsComments has them wait until it is restored.
func TestDeletedIdeaKeepsItsComments(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	into, from := w.propose(b, anna), w.propose(b, boris)
	w.comment(from, anna)
	w.merge(from, into)
	if err := w.DeleteIdea(t.Context(), vera, from.ID); err != nil {
		t.Fatal(err)
	}
	w.settleAll()
	if n := len(w.said(into)); n != 0 {
		t.Errorf("%d posts of a deleted idea were carried", n)
	}
	must(w.RestoreIdea(t.Context(), vera, from.ID))(t)
	w.settleAll()
	if n := len(w.said(into)); n != 2 {
		t.Errorf("%d posts", n)
	}
	w.recounted(into)
	w.recounted(from)
}

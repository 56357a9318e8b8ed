package ideas

import (
	"context"
	"errors"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/live"
	"veche/store"
)

// TestCommentsAreCountedOnce has the consumer die at its worst, begin again from
// the start, and run beside itself: the count is right and told once.
func TestCommentsAreCountedOnce(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	idea := w.propose(b, anna)
	other := must(w.hall.OpenTopic(t.Context(), anna, forum.NewTopic{SpaceID: b.SpaceID, Title: "Не идея", Body: "…"}))(t)
	w.catchUp()
	for range 3 {
		w.comment(idea, boris)
		must(w.hall.Reply(t.Context(), boris, forum.NewPost{TopicID: other.ID, Body: "Да"}))(t)
	}
	c := w.Consumers()[0]
	errDied := errors.New("died")
	_, err := w.log.CatchUp(t.Context(), live.Consumer{Name: c.Name, Handle: func(ctx context.Context, tx store.Tx, found []*live.Entry) error {
		return errors.Join(c.Handle(ctx, tx, found), errDied) // after its writes, before its position moved
	}})
	if !errors.Is(err, errDied) || w.freshIdea(idea.ID).CommentCount != 0 {
		t.Errorf("%v, and %d comments are kept", err, w.freshIdea(idea.ID).CommentCount)
	}
	w.catchUp()
	w.catchUp()
	again := c
	again.Name = "from.the.start"
	must(w.log.CatchUp(t.Context(), again))(t)
	if n := w.freshIdea(idea.ID).CommentCount; n != 3 {
		t.Errorf("%d comments", n)
	}
	w.wantEntries(t, b.ID, BoardCreated, IdeaAdded, IdeaActive)
}

// TestCommentCountHeals has a count that was wrong come right with the next post.
func TestCommentCountHeals(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	idea := w.propose(b, anna)
	must(ideas.Update(t.Context(), w.store, string(idea.ID), func(i *Idea) error { i.CommentCount = 40; return nil }))(t)
	post := w.comment(idea, boris)
	w.catchUp()
	if n := w.freshIdea(idea.ID).CommentCount; n != 1 {
		t.Errorf("%d comments", n)
	}
	must(w.hall.DeletePost(t.Context(), boris, post.ID))(t)
	w.catchUp()
	if n := w.freshIdea(idea.ID).CommentCount; n != 0 {
		t.Errorf("%d comments", n)
	}
}

// TestStatusesStandInTheLog wants a consumer to find idea and status.
func TestStatusesStandInTheLog(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	idea := w.propose(b, anna)
	note, said := "В [новостях](https://example.com)", "Сделано"
	must(w.SetStatus(t.Context(), vera, NewStatus{IdeaID: idea.ID, Status: Implemented, Answer: &said, ReleaseNote: &note}))(t)
	must(w.SetStatus(t.Context(), vera, NewStatus{IdeaID: idea.ID, Status: Implemented}))(t) // nothing new
	must(w.AnswerIdea(t.Context(), vera, idea.ID, "Thanks!"))(t)
	now := must(w.SetStatus(t.Context(), vera, NewStatus{IdeaID: idea.ID, Status: Declined}))(t)
	w.wantEntries(t, b.ID, BoardCreated, IdeaAdded, IdeaStatus, IdeaAnswered, IdeaStatus)
	got := w.entries(t, b.ID)[2]
	if diff := gocmp.Diff([]string{string(idea.ID), "IMPLEMENTED"}, got.About); diff != "" || got.Actor != string(vera.ID) {
		t.Errorf("by %s about %s", got.Actor, diff)
	}
	type brief struct {
		Status     Status
		Body, Note string
		By         community.MemberID
	}
	var answers []brief
	for _, a := range now.Answers {
		answers = append(answers, brief{a.Status, a.Body, a.ReleaseNote, a.ByID})
	}
	want := []brief{{Implemented, said, note, vera.ID}, {Implemented, "Thanks!", "", vera.ID}, {Declined, "", "", vera.ID}}
	if diff := gocmp.Diff(want, answers); diff != "" || now.ReleaseNote != "" || now.ReleaseHTML != "" {
		t.Errorf("%q is left of the release note, and the answers are (-want +got):\n%s", now.ReleaseNote, diff)
	}
}

// TestAnswersHaveAnEnd wants an idea to stay small enough for lists.
func TestAnswersHaveAnEnd(t *testing.T) {
	w := newTown(t)
	idea := w.propose(w.boardIn(w.space(forum.Public)), anna)
	for range MaxAnswers {
		must(w.AnswerIdea(t.Context(), vera, idea.ID, "ещё"))(t)
	}
	_, err := w.AnswerIdea(t.Context(), vera, idea.ID, "ещё")
	wants(t, "one more answer", err, community.KindConflict)
}

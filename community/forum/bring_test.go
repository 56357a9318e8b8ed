package forum_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// nobody is a roll without members.
type nobody struct{}

func (nobody) Mentioned(context.Context, []string) (map[string]community.Mention, error) {
	return nil, nil
}
func (nobody) Known(context.Context, community.MemberID) error { return nil }

func bringing(t *testing.T) (*forum.Hall, func(func(tx store.Tx) error)) {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	hall, err := forum.New(t.Context(), s, log, nobody{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return hall, func(fn func(tx store.Tx) error) {
		t.Helper()
		if err := s.Do(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
}

func day(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }

func TestBringSpaceIsFoundAgain(t *testing.T) {
	hall, do := bringing(t)
	var first, again *forum.Space
	do(func(tx store.Tx) (err error) {
		if first, err = hall.BringSpace(t.Context(), tx, "old", "Old forum"); err != nil {
			return err
		}
		again, err = hall.BringSpace(t.Context(), tx, "old", "Another name")
		return err
	})
	if first.Visibility != forum.Public || again.ID != first.ID || again.Name != "Old forum" {
		t.Errorf("made %+v, then found %+v", first, again)
	}
	do(func(tx store.Tx) error {
		if _, err := hall.BringSpace(t.Context(), tx, "Not a slug", "x"); community.KindOf(err) != community.KindBadInput {
			t.Errorf("a space with a bad slug: %v", err)
		}
		return nil
	})
}

func TestBringTopicAndPosts(t *testing.T) {
	hall, do := bringing(t)
	ctx := t.Context()
	text := func(author community.MemberID, body string, at time.Time) forum.BroughtText {
		return forum.BroughtText{Author: author, Body: body, CreatedAt: at, Score: 2, Source: "https://old.example.org"}
	}
	var topic *forum.Topic
	var late, early *forum.Post
	do(func(tx store.Tx) error {
		s, err := hall.BringSpace(ctx, tx, "old", "Old forum")
		if err != nil {
			return err
		}
		opening := text("member_a", "*how?*", day(1))
		opening.Revisions = []forum.BroughtRevision{{Body: "second", Editor: "member_b", At: day(3)}, {Body: "first", Editor: "member_b", Reason: "better", At: day(2)}}
		topic, err = hall.BringTopic(ctx, tx, forum.BroughtTopic{BroughtText: opening, SpaceID: s.ID, Title: "How?", Tags: []string{"go"}, Views: 9, Locked: true})
		if err != nil {
			return err
		}
		if late, err = hall.BringPost(ctx, tx, forum.BroughtPost{BroughtText: text("member_b", "so", day(9)), TopicID: topic.ID, IsAnswer: true}); err != nil {
			return err
		}
		early, err = hall.BringPost(ctx, tx, forum.BroughtPost{BroughtText: text("member_a", "thanks", day(5)), TopicID: topic.ID, ReplyTo: late.ID})
		return err
	})
	got, err := hall.Topic(ctx, community.Viewer{}, topic.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !got.LastPostAt.Equal(day(9)) || got.AnswerID != late.ID || got.PostCount != 2 || got.ParticipantCount != 2 || got.ViewCount != 9 || !got.Locked {
		t.Errorf("the topic is %+v", got)
	}
	if early.Number != 2 || early.ReplyTo != late.ID || early.Score() != 2 {
		t.Errorf("the post is %+v", early)
	}
	was, err := hall.Revisions(ctx, community.Viewer{}, topic.OpeningID, community.Paging{})
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, r := range was.Nodes() {
		bodies = append(bodies, r.Body)
	}
	if diff := cmp.Diff([]string{"first", "second"}, bodies); diff != "" {
		t.Error(diff)
	}
}

func TestBringReplyToDeletedPost(t *testing.T) {
	hall, do := bringing(t)
	ctx := t.Context()
	admin := community.Viewer{ID: "member_a", Role: community.RoleAdmin, Scopes: community.AllScopes}
	var topic *forum.Topic
	var post *forum.Post
	do(func(tx store.Tx) error {
		s, err := hall.BringSpace(ctx, tx, "old", "Old forum")
		if err != nil {
			return err
		}
		if topic, err = hall.BringTopic(ctx, tx, forum.BroughtTopic{SpaceID: s.ID, Title: "How?", BroughtText: forum.BroughtText{Author: "member_a", Body: "how"}}); err != nil {
			return err
		}
		post, err = hall.BringPost(ctx, tx, forum.BroughtPost{TopicID: topic.ID, BroughtText: forum.BroughtText{Author: "member_b", Body: "so"}})
		return err
	})
	if _, err := hall.DeletePost(ctx, admin, post.ID); err != nil {
		t.Fatal(err)
	}
	do(func(tx store.Tx) error {
		reply, err := hall.BringPost(ctx, tx, forum.BroughtPost{TopicID: topic.ID, ReplyTo: post.ID, BroughtText: forum.BroughtText{Author: "member_b", Body: "and"}})
		if err == nil && reply.ReplyTo != "" {
			t.Errorf("it replies to the deleted %s", reply.ReplyTo)
		}
		return err
	})
}

func TestBringBookmark(t *testing.T) {
	hall, do := bringing(t)
	var post *forum.Post
	do(func(tx store.Tx) error {
		s, err := hall.BringSpace(t.Context(), tx, "old", "Old forum")
		if err != nil {
			return err
		}
		topic, err := hall.BringTopic(t.Context(), tx, forum.BroughtTopic{SpaceID: s.ID, Title: "How?", BroughtText: forum.BroughtText{Author: "member_a", Body: "how"}})
		if err != nil {
			return err
		}
		post, err = hall.BringPost(t.Context(), tx, forum.BroughtPost{TopicID: topic.ID, BroughtText: forum.BroughtText{Author: "member_b", Body: "so"}})
		return err
	})
	for _, at := range []time.Time{day(1), day(2)} {
		do(func(tx store.Tx) error { return hall.BringBookmark(t.Context(), tx, "member_a", post.ID, at) })
	}
	found, err := hall.Bookmarks(t.Context(), community.Viewer{ID: "member_a", Role: community.RoleMember}, community.Paging{})
	if err != nil {
		t.Fatal(err)
	}
	if all := found.Nodes(); len(all) != 1 || !all[0].At.Equal(day(1)) || all[0].PostID != post.ID {
		t.Errorf("the bookmarks are %+v", all)
	}
}

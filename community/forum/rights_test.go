package forum

import (
	"fmt"
	"testing"
	"time"

	"veche/community"
)

func TestWhoEnters(t *testing.T) {
	c := newCrowd(t)
	moderator := member("moderator", community.RoleModerator)
	setBack := member("set-back", community.RoleGuest)
	seated := member("seated", community.RoleMember)
	viewers := map[string]community.Viewer{
		"guest": guest, "set back": setBack, "member": anna, "seated": seated, "moderator": moderator, "admin": admin,
	}
	for visibility, may := range map[Visibility][]string{
		Public:  {"guest", "set back", "member", "seated", "moderator", "admin"},
		Members: {"member", "seated", "moderator", "admin"},
		Private: {"seated", "admin"},
	} {
		s := c.space(visibility)
		must(c.SeatMember(t.Context(), admin, s.ID, seated.ID, Sitter))(t)
		topic := c.topic(s, admin)
		post := c.reply(topic, admin, "тут")
		for name, viewer := range viewers {
			allowed := contains(may, name)
			_, spaceErr := c.Space(t.Context(), viewer, s.ID)
			_, topicErr := c.Topic(t.Context(), viewer, topic.ID)
			_, postErr := c.Post(t.Context(), viewer, post.ID)
			for what, err := range map[string]error{"space": spaceErr, "topic": topicErr, "post": postErr} {
				if allowed && err != nil {
					t.Errorf("%s, %s in a %s space: %v", name, what, visibility, err)
				} else if !allowed {
					wants(t, err, community.KindNotFound)
				}
			}
			if found := must(c.PostsByID(t.Context(), viewer, []community.PostID{post.ID}))(t); (len(found) == 1) != allowed {
				t.Errorf("%s loads %d posts of a %s space", name, len(found), visibility)
			}
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func TestTokenWithoutScope(t *testing.T) {
	c := newCrowd(t)
	s := c.space(Public)
	topic := c.topic(s, anna)
	reader := anna
	reader.Scopes = []community.Scope{community.ScopeRead}
	_, err := c.Reply(t.Context(), reader, NewPost{TopicID: topic.ID, Body: "нет"})
	wants(t, err, community.KindForbidden)
	moderator := member("moderator", community.RoleModerator)
	moderator.Scopes = []community.Scope{community.ScopeRead, community.ScopeWrite}
	pinned := true
	_, err = c.UpdateTopic(t.Context(), moderator, topic.ID, TopicChange{Pinned: &pinned})
	wants(t, err, community.KindForbidden)
}

func TestLockedTopic(t *testing.T) {
	c := newCrowd(t)
	topic := c.topic(c.space(Public), anna)
	mine := c.reply(topic, anna, "моё")
	locked := true
	must(c.UpdateTopic(t.Context(), admin, topic.ID, TopicChange{Locked: &locked}))(t)
	_, err := c.Reply(t.Context(), anna, NewPost{TopicID: topic.ID, Body: "ещё"})
	wants(t, err, community.KindForbidden)
	_, err = c.EditPost(t.Context(), anna, mine.ID, PostChange{Body: "иначе"})
	wants(t, err, community.KindForbidden)
	must(c.Reply(t.Context(), admin, NewPost{TopicID: topic.ID, Body: "закрыто"}))(t)
}

func TestPollCloses(t *testing.T) {
	c := newCrowd(t)
	now := community.Now()
	c.now = func() time.Time { return now }
	topic := c.topic(c.space(Public), anna)
	end := now.Add(time.Hour)
	poll := must(c.HoldPoll(t.Context(), anna, NewPoll{TopicID: topic.ID, Question: "Ну?", Options: []string{"а", "б"}, MaxChoices: 1, ClosesAt: &end}))(t)
	must(c.Vote(t.Context(), boris, poll.ID, []string{"1"}))(t)
	now = end
	_, err := c.Vote(t.Context(), boris, poll.ID, []string{"2"})
	wants(t, err, community.KindConflict)
	if p := must(c.Poll(t.Context(), boris, poll.ID))(t); p.Options[0].VoteCount != 1 || p.Options[1].VoteCount != 0 {
		t.Errorf("the vote of a closed poll moved: %+v", p.Options)
	}
}

func TestBadInput(t *testing.T) {
	c := newCrowd(t)
	s := c.space(Public)
	topic := c.topic(s, anna)
	other := c.reply(c.topic(s, anna), anna, "в другой теме")
	gone := c.reply(topic, anna, "уйдёт")
	must(c.DeletePost(t.Context(), anna, gone.ID))(t)
	many := make([]string, MaxTags+1)
	for i := range many {
		many[i] = fmt.Sprintf("tag-%d", i)
	}
	for name, try := range map[string]func() error{
		"empty title": func() error {
			_, err := c.OpenTopic(t.Context(), anna, NewTopic{SpaceID: s.ID, Title: " ", Body: "x"})
			return err
		},
		"too many tags": func() error {
			_, err := c.OpenTopic(t.Context(), anna, NewTopic{SpaceID: s.ID, Title: "x", Body: "x", Tags: many})
			return err
		},
		"a reply to a post of another topic": func() error {
			_, err := c.Reply(t.Context(), anna, NewPost{TopicID: topic.ID, Body: "x", ReplyToID: &other.ID})
			return err
		},
		"a reply to a deleted post": func() error {
			_, err := c.Reply(t.Context(), anna, NewPost{TopicID: topic.ID, Body: "x", ReplyToID: &gone.ID})
			return err
		},
		"the opening as the answer": func() error { _, err := c.AcceptAnswer(t.Context(), anna, topic.OpeningID, true); return err },
		"an unknown reaction":       func() error { _, err := c.React(t.Context(), anna, other.ID, "SHRUG"); return err },
		"one option": func() error {
			_, err := c.HoldPoll(t.Context(), anna, NewPoll{TopicID: topic.ID, Question: "?", Options: []string{"1"}, MaxChoices: 1})
			return err
		},
		"a cursor of another list": func() error {
			page := must(c.Posts(t.Context(), anna, other.TopicID, false, community.Paging{}))(t)
			_, err := c.Posts(t.Context(), anna, topic.ID, false, community.Paging{After: page.PageInfo.EndCursor})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { wants(t, try(), community.KindBadInput) })
	}
}

func TestEditsDoNotOverwrite(t *testing.T) {
	c := newCrowd(t)
	topic := c.topic(c.space(Public), anna)
	post := c.reply(topic, anna, "первое")
	zero := 0
	must(c.EditPost(t.Context(), anna, post.ID, PostChange{Body: "второе", Revision: &zero}))(t)
	_, err := c.EditPost(t.Context(), admin, post.ID, PostChange{Body: "третье", Revision: &zero})
	wants(t, err, community.KindConflict)
	page := must(c.Revisions(t.Context(), guest, post.ID, community.Paging{}))(t)
	if len(page.Edges) != 1 || page.Edges[0].Node.Body != "первое" {
		t.Errorf("the history holds %+v", page.Nodes())
	}
	if now := must(c.Post(t.Context(), guest, post.ID))(t); now.Body != "второе" || now.Revision != 1 {
		t.Errorf("the post says %q at revision %d", now.Body, now.Revision)
	}
}

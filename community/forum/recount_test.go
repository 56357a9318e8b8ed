package forum

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/store"
)

// Whatever members do at once, in whatever order, every count equals a recount
// of the documents that it counts.
func TestCountsEqualARecount(t *testing.T) {
	c := newCrowd(t)
	halls := []*Space{c.space(Public), c.space(Members)}
	var open []*Topic
	for i := range 4 {
		open = append(open, c.topic(halls[i%2], anna))
	}
	poll := must(c.HoldPoll(t.Context(), anna, NewPoll{TopicID: open[0].ID, Question: "Когда?", Options: []string{"сегодня", "завтра", "потом"}, MaxChoices: 2}))(t)
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 3))
			m := member(fmt.Sprintf("m%d", w), community.RoleModerator)
			for range 60 {
				c.anything(r, m, open, halls, poll)
			}
		})
	}
	all.Wait()
	for _, topic := range open {
		c.recountTopic(topic.ID)
	}
	for _, space := range halls {
		c.recountSpace(space.ID)
	}
	c.recountPoll(poll.ID)
	c.recountActivity(open)
}

// recountActivity compares what a consumer derived from the log.
func (c crowd) recountActivity(open []*Topic) {
	c.t.Helper()
	for _, consumer := range c.Consumers() {
		must(c.log.CatchUp(c.t.Context(), consumer))(c.t)
	}
	want := map[community.MemberID]Activity{}
	for _, topic := range open {
		a := want[topic.AuthorID]
		want[topic.AuthorID] = Activity{ID: topic.AuthorID, Topics: a.Topics + 1, Posts: a.Posts}
		for _, p := range must(posts.Find(c.t.Context(), c.store, store.Query{
			Where: []store.Cond{store.Eq("topic", topic.ID), store.Eq("deleted", false), store.Between("number", 1, nil)}, Sort: []string{"number"},
		}))(c.t) {
			a := want[p.AuthorID]
			want[p.AuthorID] = Activity{ID: p.AuthorID, Topics: a.Topics, Posts: a.Posts + 1}
		}
	}
	for who, activity := range want {
		got := must(c.ActivityOf(c.t.Context(), []community.MemberID{who}))(c.t)[who]
		if diff := cmp.Diff(&activity, got); diff != "" {
			c.t.Errorf("the activity of %s (-recount +kept):\n%s", who, diff)
		}
	}
}

// anything does some deed; that the forum refuses it is as good as that it
// does it.
func (c crowd) anything(r *rand.Rand, m community.Viewer, open []*Topic, halls []*Space, poll *Poll) {
	ctx, t := c.t.Context(), open[r.IntN(len(open))]
	id := t.OpeningID
	page, err := c.Posts(ctx, m, t.ID, true, community.Paging{})
	if err == nil && len(page.Edges) > 0 {
		id = page.Edges[r.IntN(len(page.Edges))].Node.ID
	}
	kind := reactionKinds[r.IntN(len(reactionKinds))]
	switch r.IntN(12) {
	case 0, 1, 2:
		_, err = c.Reply(ctx, m, NewPost{TopicID: t.ID, Body: "и я"})
	case 3:
		_, err = c.DeletePost(ctx, m, id)
	case 4:
		_, err = c.RestorePost(ctx, m, id)
	case 5, 6:
		_, err = c.React(ctx, m, id, kind)
	case 7:
		_, err = c.Unreact(ctx, m, id, kind)
	case 8:
		_, err = c.UpdateTopic(ctx, m, t.ID, TopicChange{SpaceID: &halls[r.IntN(2)].ID})
	case 9:
		_, err = c.Vote(ctx, m, poll.ID, [][]string{{"1"}, {"2", "3"}, {}, {"1", "3"}}[r.IntN(4)])
	case 10:
		if _, err = c.JoinSpace(ctx, m, halls[0].ID); err == nil && r.IntN(2) == 0 {
			_, err = c.LeaveSpace(ctx, m, halls[0].ID)
		}
	case 11:
		if _, err = c.DeleteTopic(ctx, m, t.ID); err == nil && r.IntN(4) > 0 {
			_, err = c.RestoreTopic(ctx, m, t.ID)
		}
	}
	if kind := community.KindOf(err); err != nil && kind == community.KindInternal {
		c.t.Error(err)
	}
}

func (c crowd) recountTopic(id community.TopicID) {
	c.t.Helper()
	topic := must(topics.Get(c.t.Context(), c.store, string(id)))(c.t)
	said := must(posts.Find(c.t.Context(), c.store, store.Query{
		Where: []store.Cond{store.Eq("topic", id), store.In("deleted", []bool{false, true})}, Sort: []string{"number"},
	}))(c.t)
	want := *topic
	want.PostCount, want.ReactionCount, want.LastNumber, want.Gaps = 0, 0, len(said)-1, nil
	by := map[community.MemberID]int{}
	for i, p := range said {
		if p.Number != i {
			c.t.Errorf("post %d of %s has the number %d", i, id, p.Number)
		}
		c.recountReactions(p)
		if p.Deleted {
			want.Gaps = append(want.Gaps, p.Number)
			continue
		}
		by[p.AuthorID]++
		want.ReactionCount += p.reactionTotal()
		want.LastPostID, want.LastPostAt = p.ID, p.CreatedAt
		if i > 0 {
			want.PostCount++
		}
	}
	want.ParticipantCount = len(by)
	want.refresh()
	if len(topic.Gaps) == 0 {
		want.Gaps = topic.Gaps
	}
	if diff := cmp.Diff(&want, topic); diff != "" {
		c.t.Errorf("the counts of %s (-recount +kept):\n%s", id, diff)
	}
	for who, n := range by {
		kept := must(traces.Get(c.t.Context(), c.store, pair(id, who)))(c.t)
		if kept.Posts != n || !kept.Wrote {
			c.t.Errorf("%s has %d posts in %s, counted %d", who, n, id, kept.Posts)
		}
	}
}

func (c crowd) recountReactions(p *Post) {
	c.t.Helper()
	want := map[ReactionKind]int{}
	for _, left := range must(traces.Find(c.t.Context(), c.store, store.Query{Where: []store.Cond{pairsOf(p.TopicID)}}))(c.t) {
		for _, kind := range left.about(p.ID) {
			want[kind]++
		}
	}
	got := map[ReactionKind]int{}
	for _, r := range p.Reactions {
		got[r.Kind] = r.Count
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("the reactions to %s (-recount +kept):\n%s", p.ID, diff)
	}
}

func (c crowd) recountSpace(id community.SpaceID) {
	c.t.Helper()
	s := must(spaces.Get(c.t.Context(), c.store, string(id)))(c.t)
	in := must(topics.Count(c.t.Context(), c.store, store.Query{Where: []store.Cond{store.Eq("listed", id)}, Sort: []string{"createdAt"}}))(c.t)
	seated := must(seats.Count(c.t.Context(), c.store, store.Query{Where: []store.Cond{store.Eq("space", id)}, Sort: []string{"joinedAt"}}))(c.t)
	if s.TopicCount != in || s.MemberCount != seated {
		c.t.Errorf("%s counts %d topics and %d members; there are %d and %d", id, s.TopicCount, s.MemberCount, in, seated)
	}
}

func (c crowd) recountPoll(id community.PollID) {
	c.t.Helper()
	p := must(polls.Get(c.t.Context(), c.store, string(id)))(c.t)
	cast := must(ballots.Find(c.t.Context(), c.store, store.Query{Where: []store.Cond{pairsOf(id)}}))(c.t)
	voters := 0
	for _, option := range p.Options {
		n := 0
		for _, b := range cast {
			if slices.Contains(b.Choices, option.ID) {
				n++
			}
		}
		if option.VoteCount != n {
			c.t.Errorf("option %s counts %d votes; there are %d", option.Text, option.VoteCount, n)
		}
	}
	for _, b := range cast {
		voters += min(1, len(b.Choices))
	}
	if p.VoterCount != voters {
		c.t.Errorf("the poll counts %d voters; there are %d", p.VoterCount, voters)
	}
}

func TestUnreadLeavesOutDeletedPosts(t *testing.T) {
	c := newCrowd(t)
	topic := c.topic(c.space(Public), anna)
	var said []*Post
	for i := range 6 {
		said = append(said, c.reply(topic, boris, strings.Repeat("да ", i+1)))
	}
	if got := c.unread(topic, anna); got != 6 {
		t.Errorf("never opened: %d unread, want 6", got)
	}
	two := 2
	must(c.MarkRead(t.Context(), anna, topic.ID, &two))(t)
	for _, i := range []int{0, 3, 4} { // one before the mark, two behind it
		must(c.DeletePost(t.Context(), boris, said[i].ID))(t)
	}
	if got := c.unread(topic, anna); got != 2 {
		t.Errorf("%d unread, want 2", got)
	}
	must(c.RestorePost(t.Context(), boris, said[3].ID))(t)
	if got := c.unread(topic, anna); got != 3 {
		t.Errorf("%d unread after one came back, want 3", got)
	}
	one := 1
	must(c.MarkRead(t.Context(), anna, topic.ID, &one))(t)
	if got := c.unread(topic, anna); got != 3 {
		t.Errorf("a mark moved back: %d unread", got)
	}
	if got := c.unread(topic, boris); got != 0 {
		t.Errorf("who wrote last has %d unread", got)
	}
}

func (c crowd) unread(t *Topic, viewer community.Viewer) int {
	c.t.Helper()
	return must(c.ReadingOf(c.t.Context(), viewer, []*Topic{c.fresh(t)}))(c.t)[t.ID].Unread
}

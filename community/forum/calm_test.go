package forum

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"veche/community"
	"veche/live"
)

// onlooker reads a space calmly and remembers what it was told.
type onlooker struct {
	crowd
	space  community.SpaceID
	look   SpaceLook
	feed   *community.Feed
	source live.Source
	at     int64
	count  int
	cursor community.Cursor
	// heard are the kinds of what else it was told since it was last asked.
	heard []string
}

func (c crowd) look(s *Space, look SpaceLook, after *community.Cursor) *onlooker {
	c.t.Helper()
	look.Calm = true
	feed, at, err := c.SpaceFeed(c.t.Context(), s.ID, look, after)
	if err != nil {
		c.t.Fatal(err)
	}
	o := &onlooker{crowd: c, space: s.ID, look: look, feed: feed, source: feed.Open(func() {}), cursor: *at}
	c.t.Cleanup(o.source.Close)
	o.at = must(at.OpenLive(feed.Stream))(c.t)
	return o
}

// listen takes all that there is.
func (o *onlooker) listen() {
	o.t.Helper()
	found, _, err := o.source.Next(o.t.Context(), o.at)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range found {
		if e.Seq <= o.at {
			o.t.Fatalf("%d was told behind %d", e.Seq, o.at)
		}
		o.at = e.Seq
		event, err := o.feed.Event(o.t.Context(), anna, e)
		if errors.Is(err, community.ErrNoEvent) {
			continue
		}
		if err != nil {
			o.t.Fatal(err)
		}
		o.cursor = o.feed.Behind(e.Seq)
		if n, ok := event.(*NewTopicsEvent); ok {
			o.count = n.NewCount
		} else {
			o.heard = append(o.heard, fmt.Sprintf("%T", event))
		}
	}
	if again, _, err := o.source.Next(o.t.Context(), o.at); len(again) > 0 || err != nil {
		o.t.Errorf("there is more at once: %v %v", again, err)
	}
}

// wants listens, and wants a count and the kinds of other events.
func (o *onlooker) wants(count int, kinds ...string) {
	o.t.Helper()
	o.listen()
	for i, kind := range kinds {
		kinds[i] = "*forum." + kind + "Event"
	}
	if o.count != count || !slices.Equal(o.heard, kinds) {
		o.t.Errorf("counts %d and hears %v, want %d and %v", o.count, o.heard, count, kinds)
	}
	o.heard = nil
}

// page asks what is new since a cursor.
func (o *onlooker) page(since community.Cursor) *NewTopicsPage {
	o.t.Helper()
	first := community.MaxPage
	return must(o.NewTopics(o.t.Context(), anna, o.space, o.look, since, &first))(o.t)
}

func TestCalm(t *testing.T) {
	c := newCrowd(t)
	s := c.space(Public)
	shown, other := c.topic(s, anna), c.topic(s, anna)
	o := c.look(s, SpaceLook{OnScreen: []community.TopicID{shown.ID}}, nil)
	o.wants(0)
	c.reply(shown, boris, "раз")
	c.reply(shown, boris, "два")
	o.wants(0, "TopicChanged") // the last of them
	for range 5 {
		c.reply(other, boris, "ещё")
	}
	third := c.topic(s, boris)
	o.wants(2)
	resumed := o.cursor
	pinned := true
	must(c.UpdateTopic(t.Context(), admin, c.topic(s, anna).ID, TopicChange{Pinned: &pinned}))(t)
	must(c.DeleteTopic(t.Context(), admin, third.ID))(t)
	o.wants(2)
	must(c.DeleteTopic(t.Context(), admin, shown.ID))(t)
	must(c.JoinSpace(t.Context(), boris, s.ID))(t)
	o.wants(2, "TopicRemoved", "SpaceChanged")
	must(c.RestoreTopic(t.Context(), admin, third.ID))(t)
	o.wants(3)
	again := c.look(s, o.look, &resumed)
	again.wants(3, "TopicRemoved", "SpaceChanged") // behind the cursor, and counted from where it all began
	if page := again.page(resumed); page.NewCount != 3 || len(page.Nodes) != 3 {
		t.Errorf("%d are new, %d are answered", page.NewCount, len(page.Nodes))
	}
	if page := o.page(again.page(resumed).LiveCursor); page.NewCount != 0 {
		t.Errorf("%d are new since they were answered", page.NewCount)
	}
}

// What is counted is what a model counts, from wherever and however often it is
// asked.
func TestCalmCountsAsAModel(t *testing.T) {
	c := newCrowd(t)
	s, away := c.space(Public), c.space(Public)
	random := rand.New(rand.NewPCG(1, 2))
	tags := []string{"go", "sql"}
	all := []*Topic{c.topic(s, anna, "go"), c.topic(s, anna, "sql"), c.topic(s, anna)}
	type pair struct {
		*onlooker
		active map[community.TopicID]bool
		before []onlooker
	}
	var pairs []*pair
	for step := range 150 {
		if step%10 == 0 {
			look := SpaceLook{}
			if step%20 == 0 {
				look.Tag = &tags[step/20%2]
			}
			if step%30 == 0 {
				look.OnScreen = []community.TopicID{all[0].ID, all[random.IntN(len(all))].ID}
			}
			pairs = append(pairs, &pair{onlooker: c.look(s, look, nil), active: map[community.TopicID]bool{}})
		}
		topic := all[random.IntN(len(all))]
		acts, removed := c.stir(topic, s, away, random, tags)
		if acts == nil {
			acts = topic
		}
		if !slices.ContainsFunc(all, func(t *Topic) bool { return t.ID == acts.ID }) {
			all = append(all, acts)
		}
		for _, p := range pairs {
			switch {
			case removed == nil:
			case *removed:
				delete(p.active, acts.ID)
			default:
				p.active[acts.ID] = true
			}
			if random.IntN(3) == 0 {
				p.check(s, p.active)
				p.before = append(p.before, *p.onlooker)
			}
		}
	}
	for _, p := range pairs {
		p.check(s, p.active)
		for _, was := range p.before {
			again := c.look(s, p.look, &was.cursor)
			again.count = was.count
			again.listen()
			if again.count != p.count {
				t.Errorf("resumed where it counted %d, it counts %d and not %d", was.count, again.count, p.count)
			}
		}
	}
}

// stir does something to the topic or opens one; nil means that it is neither
// activity nor the end of it in the space.
func (c crowd) stir(topic *Topic, s, away *Space, random *rand.Rand, tags []string) (acted *Topic, removed *bool) {
	c.t.Helper()
	no, yes := false, true
	now := c.fresh(topic)
	switch random.IntN(6) {
	case 0:
		return c.topic(s, boris, tags[random.IntN(2)]), &no
	case 1:
		some := []string{tags[random.IntN(2)]}
		must(c.UpdateTopic(c.t.Context(), admin, topic.ID, TopicChange{Tags: &some}))(c.t)
		return topic, nil
	case 2:
		if now.SpaceID != s.ID {
			break
		}
		if now.DeletedAt != nil {
			must(c.RestoreTopic(c.t.Context(), admin, topic.ID))(c.t)
			return topic, &no
		}
		must(c.DeleteTopic(c.t.Context(), admin, topic.ID))(c.t)
		return topic, &yes
	case 3:
		if now.DeletedAt != nil {
			break
		}
		to := away.ID
		if now.SpaceID == away.ID {
			to = s.ID
		}
		must(c.UpdateTopic(c.t.Context(), admin, topic.ID, TopicChange{SpaceID: &to}))(c.t)
		gone := to == away.ID
		return topic, &gone
	}
	c.reply(topic, admin, "ещё")
	if now.SpaceID != s.ID || now.DeletedAt != nil {
		return topic, nil
	}
	return topic, &no
}

// check wants the onlooker and the page to count what the model does.
func (o *onlooker) check(s *Space, active map[community.TopicID]bool) {
	o.t.Helper()
	want := 0
	for id := range active {
		t := o.fresh(&Topic{ID: id})
		tagged := o.look.Tag == nil || slices.Contains(t.Tags, *o.look.Tag)
		if tagged && !slices.Contains(o.look.OnScreen, id) {
			want++
		}
	}
	o.listen()
	if got := o.page(o.cursor).NewCount; o.count != want || got != want {
		o.t.Fatalf("counts %d, answers %d, want %d", o.count, got, want)
	}
}

// Memory is bounded however many topics there are, and the count says so.
func TestCalmIsBounded(t *testing.T) {
	s := &sieve{space: "space_x"}
	n := &news{sieve: s, most: 10, active: map[community.TopicID]bool{}}
	seq := int64(0)
	happens := func(kind live.Kind, i int, counts bool) {
		seq++
		n.weigh(&live.Entry{Kind: kind, Seq: seq}, community.TopicID(fmt.Sprint(i)), counts)
	}
	for i := range 100 {
		happens(TopicActive, -i, false)
	}
	if n.told() != 0 || n.over || len(n.active) > 10 {
		t.Errorf("counts %d, over %t, of %d", n.told(), n.over, len(n.active))
	}
	for i := range 10 {
		happens(TopicAdded, i, true)
	}
	if n.told() != 10 || n.changed != seq {
		t.Errorf("counts %d, changed at %d", n.told(), n.changed)
	}
	happens(TopicActive, 3, true)
	if n.changed == seq {
		t.Error("what is counted already changes the count")
	}
	happens(TopicAdded, 11, true)
	happens(TopicRemoved, 3, false)
	if n.told() != MaxNewTopics || len(n.active) > 20 {
		t.Errorf("counts %d of %d", n.told(), len(n.active))
	}
}

// A cursor that is too old is said to be, and counting begins anew.
func TestCalmAfterPruning(t *testing.T) {
	c := newCrowd(t)
	s := c.space(Public)
	old := c.look(s, SpaceLook{}, nil)
	c.topic(s, anna)
	old.wants(1)
	c.prune(s)
	_, err := c.NewTopics(t.Context(), anna, s.ID, SpaceLook{}, old.cursor, nil)
	wants(t, err, community.KindConflict)
	feed, at, err := c.SpaceFeed(t.Context(), s.ID, SpaceLook{Calm: true}, &old.cursor)
	if err != nil || feed.Since == old.feed.Since {
		t.Errorf("goes on counting from what is gone: %s %v", feed.Since, err)
	}
	if seq := must(at.OpenLive(feed.Stream))(t); seq != -1 {
		t.Errorf("starts at %d", seq)
	}
	c.topic(s, anna)
	old.wants(2) // who was there goes on
}

// prune drops all that the space's stream holds.
func (c crowd) prune(s *Space) {
	c.t.Helper()
	old, err := live.Open(c.t.Context(), c.store, live.Options{Poll: -1, Retention: time.Nanosecond, Now: func() time.Time { return time.Now().Add(time.Hour) }})
	if err != nil {
		c.t.Fatal(err)
	}
	if n, err := old.Prune(c.t.Context()); n == 0 || err != nil {
		c.t.Fatalf("pruned %d: %v", n, err)
	}
}

// A source that slept while the log was pruned says so and begins anew.
func TestCalmSleeps(t *testing.T) {
	c := newCrowd(t)
	s := c.space(Public)
	o := c.look(s, SpaceLook{}, nil)
	old := o.at
	c.topic(s, anna)
	c.prune(s)
	if _, _, err := o.source.Next(t.Context(), o.at); !errors.Is(err, live.ErrGone) {
		t.Fatalf("got %v, want ErrGone", err)
	}
	if err := o.source.Check(t.Context(), old); !errors.Is(err, live.ErrGone) {
		t.Errorf("who lags may go on: %v", err)
	}
	o.at = must(o.source.Head(t.Context()))(t)
	c.topic(s, anna)
	o.wants(1)
	if page := o.page(o.cursor); page.NewCount != 1 {
		t.Errorf("%d are new", page.NewCount)
	}
}

func TestLookIsChecked(t *testing.T) {
	c := newCrowd(t)
	s := c.space(Public)
	bad := "a b"
	for name, look := range map[string]SpaceLook{"tag": {Tag: &bad}, "screen": {OnScreen: make([]community.TopicID, MaxOnScreen+1)}} {
		_, _, err := c.SpaceFeed(t.Context(), s.ID, look, nil)
		wants(t, err, community.KindBadInput)
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	none := 0
	since := community.LiveCursor(community.Stream(s.ID), 0)
	_, err := c.NewTopics(t.Context(), anna, s.ID, SpaceLook{}, since, &none)
	wants(t, err, community.KindBadInput)
	_, err = c.NewTopics(t.Context(), anna, s.ID, SpaceLook{}, "rubbish", nil)
	wants(t, err, community.KindBadInput)
	hidden := c.space(Private)
	_, err = c.NewTopics(t.Context(), anna, hidden.ID, SpaceLook{}, "rubbish", nil)
	wants(t, err, community.KindNotFound)
}

package server

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/store/storetest/ferret"
)

// seed repeats a random run.
var seed = flag.Uint64("seed", 1, "the seed of TestRandomRights")

// TestRandomRights takes and gives rights at random while people read and write.
// Nothing that was written after a right was taken may be told to who lost it;
// all others are told everything; and what they are told is what their own query
// answers.
func TestRandomRights(t *testing.T) {
	steps := map[string]int64{"sqlite": few(160), "mongodb": few(16) + 4}
	for engine, fresh := range engines(ferret.StartReplicaSet(t).URI) {
		t.Run(engine, func(t *testing.T) {
			r := newTrial(t, fresh(t))
			for range steps[engine] {
				r.step(t)
				if t.Failed() {
					t.Fatalf("seed %d, at step %d: %s", *seed, len(r.may), r.deed)
				}
			}
			t.Logf("%d events were looked at, %d subscriptions ended", r.looked, r.over)
		})
	}
}

// trial is a random run.
type trial struct {
	*house
	dice   *rand.Rand
	people []string
	topics []string
	homes  map[string]string // the space that a topic is in
	gone   map[string]bool   // topics that are deleted
	// may says for each step who may see which topic or space behind it.
	may []map[string]bool
	// written says for each topic at which step its posts were.
	written map[string][]int
	subs    []*sub

	deed         string
	looked, over int
}

// sub is somebody's subscription to a topic or a space, which begins anew when
// it has ended.
type sub struct {
	who, what, query string
	v                vars
	ear              *ear // nil while it is over
	last             int  // post of the topic
	told             tree // the last event
}

const (
	thing   = `{ id number body html author { id name role } topic { id title postCount lastPost { id } space { id name visibility memberCount } } reactions { kind count } replyTo { id } %s }`
	theirs  = `viewerReactions viewerBookmark { note } topic { readNumber viewerWatch unreadCount }`
	ofTopic = `subscription($id: ID!, $a: Cursor) { topicEvents(topicId: $id, after: $a) { __typename
		... on PostAdded { cursor post %[1]s } ... on ReactionsChanged { cursor post %[1]s } ... on TopicChanged { cursor } } }`
	ofSpace = `subscription($id: ID!, $a: Cursor) { spaceEvents(spaceId: $id, after: $a) { __typename
		... on TopicChanged { cursor topic { id postCount } } ... on SpaceChanged { cursor } ... on TopicAdded { cursor topic { id postCount } } ... on TopicRemoved { cursor } } }`
)

func newTrial(t *testing.T, c Config) *trial {
	r := &trial{
		house: open(t, c, "anna", "boris", "vera moderator"), dice: rand.New(rand.NewPCG(*seed, 1)),
		people: []string{"guest", "anna", "boris", "vera"}, homes: map[string]string{}, gone: map[string]bool{}, written: map[string][]int{},
	}
	for _, space := range []string{"open public", "inner members", "cellar private"} {
		r.build(space)
	}
	for _, space := range []string{"open", "inner", "cellar"} {
		topic := r.openTopic("keeper", space)
		r.topics, r.homes[topic] = append(r.topics, topic), space
	}
	r.look()
	for i, who := range r.people {
		for j, topic := range r.topics {
			own := []string{"", theirs}[(i+j)%2]
			r.subs = append(r.subs, &sub{who: who, what: topic, query: fmt.Sprintf(ofTopic, fmt.Sprintf(thing, own))})
		}
		for _, id := range r.spaces {
			r.subs = append(r.subs, &sub{who: who, what: string(id), query: ofSpace})
		}
	}
	for _, s := range r.subs {
		s.v = vars{"id": s.what}
	}
	return r
}

// look asks as everybody what they may see.
func (r *trial) look() {
	now := map[string]bool{}
	ids := append([]string{}, r.topics...)
	for _, id := range r.spaces {
		ids = append(ids, string(id))
	}
	for _, who := range r.people {
		found := r.get(who, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": ids}).at("nodes").list()
		for i, node := range found {
			now[who+" "+ids[i]] = node.any != nil
		}
	}
	r.may = append(r.may, now)
}

func (r *trial) sees(s *sub) bool { return r.may[len(r.may)-1][s.who+" "+s.what] }

// couldSee says whether somebody was allowed to see the thing at some moment from
// the step before on.
func (r *trial) couldSee(who, what string, step int) bool {
	for _, now := range r.may[max(step-1, 0):] {
		if now[who+" "+what] {
			return true
		}
	}
	return false
}

// step does something, and looks at what everybody was told of it.
func (r *trial) step(t *testing.T) {
	topic, post, ended := r.act()
	r.look()
	for _, s := range r.subs {
		switch {
		case s.ear == nil && r.sees(s) && r.dice.IntN(2) == 0:
			readers := r.server.station.Readers()
			s.ear = r.mustListen([]string{newer, older, sse}[r.dice.IntN(3)], s.who, s.query, s.v)
			if s.v["a"] == nil {
				r.settled(s.ear, readers)
				s.last = max(s.last, len(r.written[s.what]))
			}
			r.catchUp(t, s)
		case s.ear == nil:
		case !r.sees(s) || s.who == ended:
			r.wantOver(t, s)
		case s.what == topic:
			r.catchUp(t, s)
			if post != "" {
				r.wantSame(t, s, post)
			}
		}
	}
}

// catchUp reads on until the subscription has told of every post of its topic.
func (r *trial) catchUp(t *testing.T, s *sub) {
	t.Helper()
	for s.last < len(r.written[s.what]) {
		got, ok := s.ear.hear(patience / 3)
		if !ok || got.outcome == nil || len(got.Errors) > 0 {
			t.Errorf("%s: post %d of %d does not come: %v %q", s.who, s.last+1, len(r.written[s.what]), got.outcome, got.end)
			return
		}
		r.hears(t, s, got)
	}
}

// hears looks at an event: whether it may be told, and whether it is the next.
func (r *trial) hears(t *testing.T, s *sub, got heard) {
	t.Helper()
	r.looked++
	data := read(got.Data)
	event := tree{}
	for _, field := range []string{"topicEvents", "spaceEvents"} {
		if e := data.at(field); e.any != nil {
			event = e
		}
	}
	if cursor := event.at("cursor").text(); cursor != "" {
		s.v = vars{"id": s.what, "a": cursor}
	}
	what, number := s.what, event.at("post.number").number()
	if topic := event.at("topic.id").text(); topic != "" {
		what, number = topic, event.at("topic.postCount").number()
	}
	if number > 0 && !r.couldSee(s.who, what, r.written[what][number-1]) {
		t.Errorf("%s is told of post %d of %s, which was written after the right was gone", s.who, number, what)
	}
	if event.at("__typename").text() == "PostAdded" {
		if number != s.last+1 {
			t.Errorf("%s hears of post %d behind %d", s.who, number, s.last)
		}
		s.last = number
	}
	s.told = event
}

// wantOver wants the subscription to end within a second.
func (r *trial) wantOver(t *testing.T, s *sub) {
	t.Helper()
	limit := time.Second
	if slow {
		limit *= 4
	}
	for deadline := time.Now().Add(limit); ; {
		got, ok := s.ear.hear(time.Until(deadline))
		if !ok {
			t.Errorf("%s goes on to hear of %s", s.who, s.what)
			return
		}
		if got.outcome == nil || len(got.Errors) > 0 {
			break
		}
		r.hears(t, s, got)
	}
	s.ear.cancel()
	s.ear = nil
	r.over++
}

// wantSame wants the last event to be what the viewer's own query answers.
func (r *trial) wantSame(t *testing.T, s *sub, post string) {
	t.Helper()
	fields := fmt.Sprintf(thing, "")
	if s.query == fmt.Sprintf(ofTopic, fmt.Sprintf(thing, theirs)) {
		fields = fmt.Sprintf(thing, theirs)
	}
	own := r.get(s.who, `query($id: ID!) { post(id: $id) `+fields+` }`, vars{"id": post}).at("post")
	latest := r.get("keeper", `query($t: ID!) { topic(id: $t) { liveCursor } }`, vars{"t": s.what}).at("topic.liveCursor").text()
	for s.v["a"] != latest {
		got, ok := s.ear.hear(patience / 3)
		if !ok || got.outcome == nil || len(got.Errors) > 0 {
			t.Errorf("%s is not told of %s: %v %q", s.who, post, got.outcome, got.end)
			return
		}
		r.hears(t, s, got)
	}
	if diff := cmp.Diff(own.any, s.told.at("post").any); diff != "" {
		t.Errorf("%s asks, and is told:\n%s", s.who, diff)
	}
}

// anyone is a member.
func (r *trial) anyone() string { return r.people[1+r.dice.IntN(len(r.people)-1)] }

func (r *trial) anywhere() (string, community.SpaceID) {
	name := []string{"open", "inner", "cellar"}[r.dice.IntN(3)]
	return name, r.spaces[name]
}

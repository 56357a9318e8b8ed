package forum

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/live"
)

const here community.TopicID = "topic_here"

// lobby is a presence without a store: what happens in topics is told by hand.
type lobby struct {
	*presence
	mu    sync.Mutex
	hears map[live.Stream]func(*live.Entry)
}

func newLobby() *lobby {
	l := &lobby{hears: map[live.Stream]func(*live.Entry){}}
	l.presence = newPresence(live.NewHub())
	l.listen = func(s live.Stream, hear func(*live.Entry)) func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.hears[s] = hear
		return func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			delete(l.hears, s)
		}
	}
	return l
}

// stands is how the topic stands, in a word: how many, who, who types.
func (l *lobby) stands() string {
	seen := l.seen(here, anna)
	return fmt.Sprintf("%d %v %v", seen.HereCount, seen.Here, seen.Writing)
}

func (l *lobby) want(t *testing.T, want string) {
	t.Helper()
	if got := l.stands(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// empty wants nothing to be remembered.
func (l *lobby) empty(t *testing.T) {
	t.Helper()
	l.presence.mu.Lock()
	defer l.presence.mu.Unlock()
	if len(l.rooms)+len(l.hands)+len(l.restless)+len(l.dirty)+len(l.hears) > 0 || l.sweep != nil {
		t.Errorf("left over: %v %v %v %v %v %v", l.rooms, l.hands, l.restless, l.dirty, l.hears, l.sweep)
	}
}

func TestWhoIsHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		l.want(t, "0 [] []")
		phone, desk := l.enter(here, anna.ID), l.enter(here, anna.ID)
		guestLeaves, hides := l.enterGuest(here), l.hide(here)
		l.want(t, "2 [member_anna] []")
		phone(nil)
		time.Sleep(2 * grace)
		l.want(t, "2 [member_anna] []")
		desk(nil)
		guestLeaves(nil)
		l.want(t, "2 [member_anna] []")
		back, guestBack := l.enter(here, anna.ID), l.enterGuest(here)
		l.want(t, "2 [member_anna] []")
		time.Sleep(2 * grace)
		l.want(t, "2 [member_anna] []")
		back(nil)
		guestBack(nil)
		time.Sleep(grace - time.Millisecond)
		l.want(t, "2 [member_anna] []")
		time.Sleep(2 * beat)
		l.want(t, "0 [] []")
		hides(nil)
		l.empty(t)
	})
}

func TestGuestsSeeCountsAlone(t *testing.T) {
	l := newLobby()
	defer l.enter(here, anna.ID)(errGone)
	l.types(here, boris.ID, true)
	if diff := cmp.Diff(&TopicPresence{HereCount: 1}, l.seen(here, guest)); diff != "" {
		t.Error(diff)
	}
}

var errGone = errors.New("the right is gone")

// A right that ended takes its member out at once, with what they type.
func TestRightsEndPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		one, two, stranger := l.enter(here, anna.ID), l.enter(here, anna.ID), l.enterGuest(here)
		l.types(here, anna.ID, true)
		l.want(t, "2 [member_anna] [member_anna]")
		one(errGone)
		l.want(t, "2 [member_anna] [member_anna]")
		two(errGone)
		stranger(errGone)
		l.want(t, "0 [] []")
		time.Sleep(2 * typingWindow)
		l.empty(t)
	})
}

func TestTypingPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		l.types(here, anna.ID, true)
		l.want(t, "0 [] [member_anna]")
		time.Sleep(typingLasts - time.Second)
		l.types(here, anna.ID, true)
		time.Sleep(typingLasts - time.Second)
		l.want(t, "0 [] [member_anna]")
		time.Sleep(time.Second + 2*beat)
		l.want(t, "0 [] []")
		l.types(here, anna.ID, true)
		l.types("topic_there", anna.ID, true) // in one topic at a time
		l.want(t, "0 [] []")
		l.types(here, anna.ID, true)
		l.types("topic_there", anna.ID, false) // where she does not
		l.want(t, "0 [] [member_anna]")
		l.types(here, anna.ID, false)
		l.want(t, "0 [] []")
		time.Sleep(2 * typingWindow)
		l.empty(t)
	})
}

func TestPostEndsTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		l.types(here, anna.ID, true)
		l.types(here, boris.ID, true)
		hear := l.hears[community.Stream(here)]
		hear(&live.Entry{Kind: PostEdited, Actor: string(anna.ID)})
		hear(&live.Entry{Kind: PostAdded, Actor: string(anna.ID)})
		synctest.Wait()
		l.want(t, "0 [] [member_boris]")
		if l.known(anna.ID, here, true) {
			t.Error("what was said before the post counts as said behind it")
		}
		time.Sleep(2 * typingWindow)
		l.empty(t)
	})
}

// Who says the same again, or too much, is answered and told of to nobody.
func TestTypingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		told := 0
		defer l.states.Glance(presenceOf(here), func() { told++ }).Close()
		for range 100 {
			if !l.known(anna.ID, here, true) {
				l.types(here, anna.ID, true)
			}
		}
		if told != 1 {
			t.Errorf("told %d times of one who types", told)
		}
		for range 100 {
			l.types(here, anna.ID, true)
			l.types(here, anna.ID, false)
		}
		if told > 2*typingTurns {
			t.Errorf("told %d times of who begins and stops", told)
		}
		l.types(here, anna.ID, true)
		l.want(t, "0 [] []")
		time.Sleep(2 * typingWindow)
		l.types(here, anna.ID, true)
		l.want(t, "0 [] [member_anna]")
		time.Sleep(2 * typingWindow)
		l.empty(t)
	})
}

// However many come, a hundred are named, the same ones each time.
func TestManyAreHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		var out []func(error)
		for i := range 3 * MaxPresent {
			who := community.MemberID(fmt.Sprintf("member_%03d", i))
			out = append(out, l.enter(here, who))
			l.types(here, who, true)
		}
		seen := l.seen(here, anna)
		if seen.HereCount != 3*MaxPresent || len(seen.Here) != MaxPresent || len(seen.Writing) != MaxPresent || !slices.IsSorted(seen.Here) {
			t.Errorf("%d are here, %d are named, %d type", seen.HereCount, len(seen.Here), len(seen.Writing))
		}
		for _, leave := range out {
			leave(nil)
		}
		time.Sleep(2 * typingWindow)
		l.empty(t)
	})
}

// Many come and go at once, and nothing is left of them.
func TestComingAndGoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				id := community.TopicID(fmt.Sprintf("topic_%d", i%3))
				who := community.MemberID(fmt.Sprintf("member_%d", i%7))
				for j := range 50 {
					leave := [](func(error)){l.enter(id, who), l.enterGuest(id), l.hide(id)}
					l.types(id, who, j%2 == 0)
					l.seen(id, anna)
					l.hear("far", fmt.Appendf(nil, `{"r": [{"t": %q, "h": ["member_far"], "w": ["member_far"]}]}`, id))
					for k, out := range leave {
						if (j+k)%3 == 0 {
							out(errGone)
						} else {
							out(nil)
						}
					}
					time.Sleep(time.Duration(i+j) * time.Millisecond)
				}
			})
		}
		all.Wait()
		time.Sleep(2 * typingWindow)
		l.empty(t)
	})
}

func TestWhoMayType(t *testing.T) {
	c := newCrowd(t)
	topic, private := c.topic(c.space(Public), anna), c.topic(c.space(Private), admin)
	wants(t, c.SetTyping(t.Context(), guest, topic.ID, true), community.KindUnauthenticated)
	wants(t, c.SetTyping(t.Context(), member("set-back", community.RoleGuest), topic.ID, true), community.KindForbidden)
	wants(t, c.SetTyping(t.Context(), anna, private.ID, true), community.KindNotFound)
	wants(t, c.SetTyping(t.Context(), anna, "topic_none", false), community.KindNotFound)
	locked := true
	must(c.UpdateTopic(t.Context(), admin, topic.ID, TopicChange{Locked: &locked}))(t)
	wants(t, c.SetTyping(t.Context(), anna, topic.ID, true), community.KindForbidden)
	if err := c.SetTyping(t.Context(), admin, topic.ID, true); err != nil {
		t.Errorf("who moderates may type in a locked topic: %v", err)
	}
	if got := c.presence.seen(topic.ID, anna).Writing; !slices.Equal(got, []community.MemberID{admin.ID}) {
		t.Errorf("%v type", got)
	}
	c.reply(topic, admin, "вот")
	for range 100 {
		if len(c.presence.seen(topic.ID, anna).Writing) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the post is there, and its author still types")
}

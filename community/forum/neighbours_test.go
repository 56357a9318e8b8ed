package forum

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"veche/community"
	"veche/live"
)

// nodes are lobbies that hear each other through NATS.
func nodes(t *testing.T, names ...string) (out []*lobby, leave []func()) {
	t.Helper()
	nats, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start()
	t.Cleanup(nats.Shutdown)
	if !nats.ReadyForConnections(10 * time.Second) {
		t.Fatal("NATS does not start")
	}
	for _, name := range names {
		hub := live.NewHub()
		l := newLobby()
		l.signals = hub.Signals()
		l.signals.Hear(presenceSignal, l.hear)
		parts, err := hub.Join(nats.ClientURL(), name)
		if err != nil {
			t.Fatal(err)
		}
		out, leave = append(out, l), append(leave, parts)
	}
	return out, leave
}

func (l *lobby) soon(t *testing.T, want string) {
	t.Helper()
	for range 500 {
		if l.stands() == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("got %s, want %s", l.stands(), want)
}

func TestNodesShareWhoIsHere(t *testing.T) {
	both, leave := nodes(t, "a", "b")
	a, b := both[0], both[1]
	annaLeaves := a.enter(here, anna.ID)
	defer b.hide(here)(nil) // asks, though it changes nothing
	b.soon(t, "1 [member_anna] []")
	annaToo := b.enter(here, anna.ID) // one member at two nodes
	defer b.enterGuest(here)(errGone)
	a.soon(t, "2 [member_anna] []")
	a.types(here, boris.ID, true)
	b.soon(t, "2 [member_anna] [member_boris]")
	a.types(here, boris.ID, false)
	b.soon(t, "2 [member_anna] []")
	annaToo(errGone)
	annaLeaves(errGone)
	b.soon(t, "1 [] []")
	defer a.enter(here, boris.ID)(errGone)
	b.soon(t, "2 [member_boris] []")
	leave[0]()
	b.soon(t, "1 [] []")
	leave[1]()
}

// A node that is not heard any more is forgotten, and what it said of topics
// that nobody watches here is not kept.
func TestSilentNodesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		say := func(who string) {
			l.hear("far", fmt.Appendf(nil, `{"r": [{"t": %q, "h": [%q], "o": 2}, {"t": "topic_other", "h": ["member_x"]}]}`, here, who))
		}
		say("member_anna")
		l.empty(t)
		leave := l.hide(here)
		say("member_anna")
		l.want(t, "3 [member_anna] []")
		time.Sleep(silence - time.Second)
		say("member_anna")
		time.Sleep(silence - time.Second)
		l.want(t, "3 [member_anna] []")
		time.Sleep(time.Second + 2*beat)
		l.want(t, "0 [] []")
		say("member_boris")
		l.hear("far", []byte(`rubbish`))
		l.want(t, "3 [member_boris] []")
		l.hear("far", nil)
		l.want(t, "0 [] []")
		leave(nil)
		time.Sleep(2 * beat)
		l.empty(t)
	})
}

// What is told to others is bounded, however many are here.
func TestReportsAreBounded(t *testing.T) {
	r := &room{here: map[community.MemberID]*stay{}, guests: 5}
	for i := range reportLimit + 7 {
		r.here[community.MemberID(fmt.Sprintf("member_%d", i))] = &stay{devices: 1}
	}
	if told := r.report(); len(told.Here) != reportLimit || told.Others != 12 {
		t.Errorf("%d are named and %d are not", len(told.Here), told.Others)
	}
}

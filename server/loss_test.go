package server

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"veche/community"
	"veche/community/members"
)

// loss is a deed that takes from somebody the right to read a topic or its
// space. Both are in a private space in which both have seats, if nothing else
// is said.
type loss struct {
	in         string // the space and who sees it
	lost, kept func(h *house) string
	deed       func(h *house, topic string)
	// codes are what those are told who lost the right.
	codes []string
	// topicOnly says that the space goes on being seen.
	topicOnly bool
}

func named(name string) func(*house) string { return func(*house) string { return name } }

func (h *house) logInAgain(name string) string {
	h.t.Helper()
	in, err := h.parts.Roll.LogIn(h.t.Context(), name+"@example.org", password, members.Device{})
	if err != nil {
		h.t.Fatal(err)
	}
	return in.Token
}

var ended = []string{"UNAUTHENTICATED", "close 4401 Session ended: This session or token is unknown, expired or revoked. Sign in again."}

var hiddenNow = []string{"NOT_FOUND"}

const moveTopic = `mutation($t: ID!, $s: ID!) { updateTopic(input: {topicId: $t, spaceId: $s}) { topic { id } } }`

var losses = map[string]loss{
	"log out": {codes: ended, deed: func(h *house, _ string) { h.get("anna", `mutation { logOut { member { id } } }`, nil) }},
	"session revoked": {codes: ended, kept: func(h *house) string { return h.logInAgain("anna") }, deed: func(h *house, _ string) {
		token := h.logInAgain("anna")
		first := h.get("anna", `{ viewer { sessions { id current } } }`, nil).at("viewer.sessions").list()
		for _, s := range first {
			if s.at("current").any == true {
				h.get(token, `mutation($s: ID!) { revokeSession(input: {sessionId: $s}) { sessionId } }`, vars{"s": s.at("id").text()})
			}
		}
	}},
	"API token revoked": {codes: ended, lost: func(h *house) string {
		return h.get("anna", `mutation { createApiToken(input: {name: "t", scopes: [READ]}) { token } }`, nil).at("createApiToken.token").text()
	}, kept: named("anna"), deed: func(h *house, _ string) {
		id := h.get("anna", `{ viewer { apiTokens { id } } }`, nil).at("viewer.apiTokens.0.id").text()
		h.get("anna", `mutation($t: ID!) { revokeApiToken(input: {apiTokenId: $t}) { apiTokenId } }`, vars{"t": id})
	}},
	"password changed": {codes: ended, deed: func(h *house, _ string) {
		h.get(h.logInAgain("anna"), `mutation($p: String!) { changePassword(input: {currentPassword: $p, newPassword: "another horse battery"}) { viewer { member { id } } } }`,
			vars{"p": password})
	}},
	"set back to guest": {codes: hiddenNow, deed: func(h *house, _ string) {
		h.get("keeper", `mutation($m: ID!) { setMemberRole(input: {memberId: $m, role: GUEST}) { member { id } } }`, vars{"m": h.residents["anna"].id})
	}},
	"removed from the space": {codes: hiddenNow, deed: func(h *house, _ string) {
		h.get("keeper", `mutation($s: ID!, $m: ID!) { removeSpaceMember(input: {spaceId: $s, memberId: $m}) { space { id } } }`,
			vars{"s": h.spaces["room"], "m": h.residents["anna"].id})
	}},
	"space made private": {in: "room members", codes: hiddenNow, lost: func(h *house) string { h.admit("zoya", ""); return "zoya" }, deed: func(h *house, _ string) {
		h.get("keeper", `mutation($s: ID!) { updateSpace(input: {spaceId: $s, visibility: PRIVATE}) { space { id } } }`, vars{"s": h.spaces["room"]})
	}},
	"space made for members": {in: "room public", codes: hiddenNow, lost: named("guest"), deed: func(h *house, _ string) {
		h.get("keeper", `mutation($s: ID!) { updateSpace(input: {spaceId: $s, visibility: MEMBERS}) { space { id } } }`, vars{"s": h.spaces["room"]})
	}},
	"topic moved away": {codes: hiddenNow, topicOnly: true, deed: func(h *house, topic string) {
		h.get("keeper", moveTopic, vars{"t": topic, "s": h.spaces["cellar"]})
	}},
	"topic deleted": {codes: hiddenNow, topicOnly: true, kept: named("vera"), deed: func(h *house, topic string) {
		h.get("keeper", `mutation($t: ID!) { deleteTopic(input: {topicId: $t}) { topicId } }`, vars{"t": topic})
	}},
}

const (
	spaceNews = `subscription($s: ID!, $a: Cursor) { spaceEvents(spaceId: $s, after: $a) { __typename ... on TopicChanged { cursor topic { id postCount } } } }`
	takeSeat  = `mutation($s: ID!, $m: ID!) { addSpaceMember(input: {spaceId: $s, memberId: $m}) { space { id } } }`
)

// TestRightsBite takes rights in every way from people who listen in every way:
// within a second it is over, nothing later is told, and others go on without a
// loss.
func TestRightsBite(t *testing.T) {
	for name, l := range losses {
		for _, busy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, busy %v", name, busy), func(t *testing.T) {
				t.Parallel()
				l.take(t, busy)
			})
		}
	}
}

// furnish makes the spaces with their seats, and the topic with some posts, and
// answers where the topic and the space began.
func (l loss) furnish(t *testing.T) (h *house, topic string, began vars) {
	h = open(t, inFolder(t.TempDir()), "anna", "boris", "vera moderator")
	if l.in == "" {
		l.in = "room private"
	}
	h.build(l.in)
	h.build("cellar private")
	for who, places := range map[string][]string{"anna": {"room"}, "boris": {"room", "cellar"}, "vera": {"room", "cellar"}} {
		for _, place := range places {
			h.get("keeper", takeSeat, vars{"s": h.spaces[place], "m": h.residents[who].id})
		}
	}
	topic = h.openTopic("keeper", "room")
	page := h.get("keeper", `query($t: ID!) { topic(id: $t) { liveCursor space { liveCursor } } }`, vars{"t": topic})
	began = vars{"topic": page.at("topic.liveCursor").text(), "space": page.at("topic.space.liveCursor").text()}
	for range 40 {
		writeReply(t, h.parts, h.viewer("keeper"), topic)
	}
	return h, topic, began
}

func (h *house) viewer(name string) community.Viewer {
	h.t.Helper()
	v, err := h.parts.Roll.Authenticate(h.t.Context(), h.residents[name].token)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// listeners are all that listen for somebody, in every way.
type listeners struct{ topic, space []*ear }

func (h *house) listeners(who, topic string, began vars, asleep <-chan struct{}) (all listeners) {
	h.t.Helper()
	open := func(e *ear, err error) *ear {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
		return e
	}
	of, in := vars{"t": topic}, vars{"s": h.spaces["room"]}
	behindOf, behindIn := vars{"t": topic, "a": began["topic"]}, vars{"s": h.spaces["room"], "a": began["space"]}
	for _, way := range []string{newer, older, sse} {
		for _, v := range []vars{of, behindOf} {
			all.topic = append(all.topic, open(h.listenBy(way, who, added, v)))
		}
		for _, v := range []vars{in, behindIn} {
			all.space = append(all.space, open(h.listenBy(way, who, spaceNews, v)))
		}
	}
	if asleep != nil {
		all.topic = append(all.topic, open(h.listenOn(newer, who, added, behindOf, asleep)))
	}
	return all
}

func (l loss) take(t *testing.T, busy bool) {
	h, topic, began := l.furnish(t)
	lost, kept := "anna", "boris"
	if l.lost != nil {
		lost = l.lost(h)
	}
	if l.kept != nil {
		kept = l.kept(h)
	}
	woken := make(chan struct{})
	out, in := h.listeners(lost, topic, began, woken), h.listeners(kept, topic, began, nil)
	n := len(out.topic) + len(out.space) + len(in.topic) + len(in.space)
	for begun := time.Now(); h.server.station.Readers() < n && time.Since(begun) < patience; {
		time.Sleep(time.Millisecond)
	}
	w := h.startWriting(t, topic, busy)
	time.Sleep(settle)
	l.deed(h, topic)
	after := w.after()
	deadline := time.Now().Add(time.Second)
	if slow {
		deadline = deadline.Add(2 * time.Second)
	}
	close(woken)
	for _, e := range out.topic {
		l.wantEnd(t, e, deadline, after)
	}
	for _, e := range out.space {
		if l.topicOnly {
			wantNothingOf(t, e, topic, after)
		} else {
			l.wantEnd(t, e, deadline, after)
		}
	}
	last := w.end()
	if p, err := h.parts.Hall.Reply(t.Context(), h.viewer("keeper"), newPost(topic)); err == nil { // else it is deleted
		last = p.Number
	}
	for i, e := range in.topic {
		if all := i%2 == 1; all || last > 40 {
			wantAllPosts(t, e, last, all)
		}
	}
}

// wantEnd wants the subscription over in time, and nothing told of a post behind
// the number.
func (l loss) wantEnd(t *testing.T, e *ear, deadline time.Time, after int) {
	t.Helper()
	var codes []string
	for over := false; !over; {
		got, ok := e.hear(time.Until(deadline))
		if !ok {
			break
		}
		if over = got.outcome == nil; over {
			codes = append(codes, got.end)
		} else if len(got.Errors) > 0 {
			codes = append(codes, got.Errors[0].Extensions.Code)
		} else if numberIn(got) > after {
			t.Errorf("post %d was told, behind %d", numberIn(got), after)
		}
	}
	if !slices.ContainsFunc(codes, func(c string) bool { return slices.Contains(l.codes, c) }) {
		t.Errorf("it ended with %q, not with %q", codes, l.codes)
	}
}

// numberIn is the number of the post that an event tells of.
func numberIn(got heard) int {
	data := read(got.Data)
	return max(data.at("topicEvents.post.number").number(), data.at("spaceEvents.topic.postCount").number())
}

// wantNothingOf wants a space to be silent about posts of a topic that left.
func wantNothingOf(t *testing.T, e *ear, topic string, after int) {
	t.Helper()
	for {
		got, ok := e.hear(settle)
		if !ok {
			return
		}
		if got.outcome == nil || len(got.Errors) > 0 {
			t.Errorf("the space ended: %v %q", got.outcome, got.end)
			return
		}
		if read(got.Data).at("spaceEvents.topic.id").text() == topic && numberIn(got) > after {
			t.Errorf("post %d of a topic that is hidden was told", numberIn(got))
		}
	}
}

// wantAllPosts wants the posts in order up to the last; all of them, if the
// subscription began before the first.
func wantAllPosts(t *testing.T, e *ear, last int, all bool) {
	t.Helper()
	for want := 0; want < last; {
		got, ok := e.hear(patience / 3)
		if !ok || got.outcome == nil || len(got.Errors) > 0 {
			t.Errorf("behind %d of %d: %v %q", want, last, got.outcome, got.end)
			return
		}
		n := numberIn(got)
		if n == 0 {
			continue // the topic itself was moved or deleted
		}
		if want++; n != want && (all || want > 1) {
			t.Errorf("post %d was told, want %d", n, want)
			return
		}
		want = n
	}
}

// writing is somebody who writes posts, one after the other.
type writing struct {
	mu   sync.Mutex
	last int
	stop chan struct{}
	done sync.WaitGroup
}

// startWriting has the keeper write until told to end, or until it may not.
func (h *house) startWriting(t *testing.T, topic string, busy bool) *writing {
	w := &writing{last: 40, stop: make(chan struct{})}
	if !busy {
		return w
	}
	keeper := h.viewer("keeper")
	w.done.Go(func() {
		for {
			select {
			case <-w.stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
			p, err := h.parts.Hall.Reply(t.Context(), keeper, newPost(topic))
			if err != nil {
				return // the topic is deleted
			}
			w.mu.Lock()
			w.last = p.Number
			w.mu.Unlock()
		}
	})
	return w
}

// after is the number of the last post that may have been written before now.
func (w *writing) after() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last + 1
}

func (w *writing) end() (last int) {
	close(w.stop)
	w.done.Wait()
	return w.last
}

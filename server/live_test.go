package server

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/store/storetest/ferret"
)

const everything = `subscription($t: ID!, $a: Cursor) { topicEvents(topicId: $t, after: $a) { __typename
	... on ResyncRequired { cursor } ... on PostAdded { cursor post { number } } } }`

// TestResync comes with cursors that the log cannot serve.
func TestResync(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	for name, cursor := range map[string]string{"of the future": liveCursor(topic, 1000), "before the first": liveCursor(topic, -1)} {
		t.Run(name, func(t *testing.T) { wantResync(t, h, topic, cursor) })
	}
}

// TestResyncAfterPruning comes with a cursor older than what the log keeps.
func TestResyncAfterPruning(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Retention = time.Nanosecond
	h := open(t, c, "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	old := h.liveCursor(topic)
	h.get("anna", reply, vars{"t": topic, "b": "раз"})
	time.Sleep(5 * time.Millisecond)
	if n, err := h.parts.Log.Prune(t.Context()); n == 0 || err != nil {
		t.Fatalf("pruned %d: %v", n, err)
	}
	wantResync(t, h, topic, old)
}

// wantResync wants to be told to fetch the page anew, and then what happens.
func wantResync(t *testing.T, h *house, topic, cursor string) {
	t.Helper()
	ear, err := h.listen("anna", everything, vars{"t": topic, "a": cursor})
	if err != nil {
		t.Fatal(err)
	}
	now := h.liveCursor(topic)
	wantHeard(t, ear, fmt.Sprintf(`{"topicEvents":{"__typename":"ResyncRequired","cursor":%q}}`, now))
	number := h.get("anna", reply, vars{"t": topic, "b": "два"}).at("addPost.post.number").number()
	wantHeard(t, ear, fmt.Sprintf(`{"topicEvents":{"__typename":"PostAdded","cursor":%q,"post":{"number":%d}}}`, h.liveCursor(topic), number))
}

// TestFarBehind resumes a thousand events behind, in a topic where nothing
// happens any more: the log is read some at a time, and no news wakes the reader
// for the next.
func TestFarBehind(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	start := h.liveCursor(topic)
	viewer := community.Viewer{ID: h.residents["anna"].id, Role: community.RoleMember, Scopes: community.AllScopes}
	many := int(few(1200)) // several times what is read from the log at once
	for range many {
		writeReply(t, h.parts, viewer, topic)
	}
	ear, err := h.listen("anna", everything, vars{"t": topic, "a": start})
	if err != nil {
		t.Fatal(err)
	}
	for i := range many {
		got, ok := ear.hear(patience / 6)
		if !ok || got.outcome == nil {
			t.Fatalf("after %d of %d events nothing more comes", i, many)
		}
	}
}

// TestSessionEndsAtOnce ends a session whose socket listens to a quiet topic.
func TestSessionEndsAtOnce(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris", "rita admin")
	h.build("hall")
	h.build("club members")
	for name, end := range map[string]func(){
		"anna": func() { h.get("anna", `mutation { logOut { member { id } } }`, nil) },
		"boris": func() {
			h.get("rita", `mutation($m: ID!) { setMemberRole(input: {memberId: $m, role: GUEST}) { member { id } } }`, vars{"m": h.residents["boris"].id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ear, err := h.listen(name, `subscription($t: ID!) { topicEvents(topicId: $t) { __typename } }`, vars{"t": h.openTopic("rita", "club")})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(settle)
			end()
			if got, ok := ear.hear(3 * time.Second); !ok {
				t.Error("the subscription goes on after the session or the role is gone")
			} else {
				t.Logf("ended with %v %s", got.outcome, got.end)
			}
		})
	}
}

// TestStreamOpensAtOnce wants the headers of an event stream before its first
// event: browsers tell the page by them that it is connected.
func TestStreamOpensAtOnce(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	h.build("hall")
	body := fmt.Sprintf(`{"query": "subscription { spaceEvents(spaceId: \"%s\") { __typename } }"}`, h.spaces["hall"])
	r, err := h.request(t.Context(), "guest", []byte(body), "text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan *http.Response, 1)
	go func() {
		if response, err := h.client.Do(r); err == nil {
			response.Body.Close()
			answered <- response
		}
	}()
	select {
	case <-answered:
	case <-time.After(3 * time.Second):
		t.Error("nothing is answered before the first event")
	}
}

// TestAtOnceWithoutTransactions has one member do a thing twice at once, the
// first time in a place, where the store has no transactions: neither may fail
// because of the other.
func TestAtOnceWithoutTransactions(t *testing.T) {
	h := open(t, engines(ferret.Start(t))["mongodb"](t), "anna", "boris")
	h.build("hall")
	for range few(8) {
		topic := h.openTopic("anna", "hall")
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for _, deed := range []string{reply, `mutation($s: ID!) { joinSpace(input: {spaceId: $s}) { space { id } } }`} {
					got, err := h.try(t.Context(), "boris", deed, vars{"t": topic, "b": "да", "s": h.spaces["hall"]})
					if err != nil || len(got.Errors) > 0 {
						t.Errorf("%s: %v %v", deed, err, said(got))
					}
				}
			})
		}
		both.Wait()
		h.get("boris", `mutation($s: ID!) { leaveSpace(input: {spaceId: $s}) { spaceId } }`, vars{"s": h.spaces["hall"]})
	}
}

func writeReply(t *testing.T, parts *Parts, viewer community.Viewer, topic string) {
	t.Helper()
	if _, err := parts.Hall.Reply(t.Context(), viewer, newPost(topic)); err != nil {
		t.Fatal(err)
	}
}

func newPost(topic string) forum.NewPost {
	return forum.NewPost{TopicID: community.TopicID(topic), Body: "и ещё"}
}

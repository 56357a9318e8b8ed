package server

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

// wantGroups waits for so many readers, and wants them to be in so many groups.
func (h *house) wantGroups(t *testing.T, readers, groups int) {
	t.Helper()
	s := h.server.station
	for begun := time.Now(); s.Readers() != readers && time.Since(begun) < patience/3; {
		time.Sleep(time.Millisecond)
	}
	if s.Readers() != readers || s.Groups() != groups {
		t.Errorf("%d readers in %d groups, want %d in %d", s.Readers(), s.Groups(), readers, groups)
	}
}

func (h *house) mustListen(way, who, query string, v vars) *ear {
	h.t.Helper()
	e, err := h.listenBy(way, who, query, v)
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// TestOneExecution has people listen in many ways: those who are answered alike
// are one group, and nobody else is in it.
func TestOneExecution(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris", "vera moderator")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	start := h.liveCursor(topic)
	for range 3 {
		writeReply(t, h.parts, h.viewer("anna"), topic)
	}
	const body = `{ topicEvents(topicId: $t, after: $a) { ... on PostAdded { cursor post { body %s } } } }`
	plain := `subscription($t: ID!, $a: Cursor) ` + fmt.Sprintf(body, "")
	var all []*ear
	for _, way := range []string{newer, older, sse} {
		for _, who := range []string{"anna", "boris"} {
			for _, after := range []any{nil, start, h.liveCursor(topic)} {
				all = append(all, h.mustListen(way, who, plain, vars{"t": topic, "a": after}))
			}
		}
	}
	h.wantGroups(t, len(all), 1)
	twin, err := h.dial("anna") // two operations of one socket, each with its id
	if err != nil {
		t.Fatal(err)
	}
	defer twin.Close()
	for _, id := range []string{"one", "two"} {
		if err := twin.say("subscribe", id, map[string]any{"query": plain, "variables": vars{"t": topic}}); err != nil {
			t.Fatal(err)
		}
	}
	h.wantGroups(t, len(all)+2, 1)
	for i, other := range []struct{ who, query string }{
		{"guest", plain},
		{"vera", plain},
		{"anna", "\n" + plain},
		{"anna", `subscription Named($t: ID!, $a: Cursor) ` + fmt.Sprintf(body, "")},
		{"anna", `subscription($t: ID!, $a: Cursor) ` + fmt.Sprintf(body, "viewerReactions")},
		{"boris", `subscription($t: ID!, $a: Cursor) ` + fmt.Sprintf(body, "viewerReactions")},
		{"boris", `subscription($t: ID!, $a: Cursor) ` + fmt.Sprintf(body, "...f") + ` fragment f on Post { topic { unreadCount } }`},
	} {
		h.mustListen(newer, other.who, other.query, vars{"t": topic})
		h.wantGroups(t, len(all)+3+i, 2+i)
	}
	writeReply(t, h.parts, h.viewer("anna"), topic)
	for i, e := range all {
		behind := []int{0, 3, 0}[i%3]
		for range behind + 1 {
			if got, ok := e.hear(patience / 3); !ok || read(got.Data).at("topicEvents.post.body").text() != "и ещё" {
				t.Fatalf("reader %d heard %v", i, got)
			}
		}
	}
}

// TestEachViewersOwn has two members watch a field that each sees with other
// eyes.
func TestEachViewersOwn(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	const own = `subscription($t: ID!) { topicEvents(topicId: $t) { ... on ReactionsChanged { post { viewerReactions } } } }`
	opening := h.get("anna", `query($t: ID!) { topic(id: $t) { opening { id } } }`, vars{"t": topic}).at("topic.opening.id").text()
	ears := map[string]*ear{"anna": h.mustListen(newer, "anna", own, vars{"t": topic}), "boris": h.mustListen(newer, "boris", own, vars{"t": topic})}
	h.wantGroups(t, 2, 2)
	h.get("boris", `mutation($p: ID!) { addReaction(input: {postId: $p, kind: LIKE}) { post { id } } }`, vars{"p": opening})
	wantHeard(t, ears["anna"], `{"topicEvents":{"post":{"viewerReactions":[]}}}`)
	wantHeard(t, ears["boris"], `{"topicEvents":{"post":{"viewerReactions":["LIKE"]}}}`)
}

// TestReadsOfEvents wants an event to cost as many reads for many readers as for
// one, and to show what is so by then.
func TestReadsOfEvents(t *testing.T) {
	h, c := openCounting(t, "anna", "boris", "vera moderator")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	const names = `subscription($t: ID!) { topicEvents(topicId: $t) { ... on PostAdded { post { number author { name } topic { title space { name } } } } } }`
	var ears []*ear
	costs := map[int]int{}
	for _, many := range []int{1, 40} {
		for len(ears) < many {
			ears = append(ears, h.mustListen([]string{newer, older, sse}[len(ears)%3], "boris", names, vars{"t": topic}))
		}
		h.wantGroups(t, many, 1)
		for i := range tries {
			c.reset()
			writeReply(t, h.parts, h.viewer("anna"), topic)
			for _, e := range ears {
				if got, ok := e.hear(patience / 3); !ok || read(got.Data).at("topicEvents.post.author.name").text() != "anna" {
					t.Fatalf("heard %v", got)
				}
			}
			time.Sleep(time.Millisecond) // what is read behind the delivery counts too
			if n := total(apart(c.reset())); i == 0 || n < costs[many] {
				costs[many] = n
			}
		}
	}
	// Each reader for itself would be some hundred reads.
	if costs[40] > costs[1]+late {
		t.Errorf("an event costs %d reads for 40 readers, %d for one", costs[40], costs[1])
	}
	t.Logf("an event, with the reply, costs %d reads", costs[1])
	h.get("anna", `mutation { updateProfile(input: {name: "Анна"}) { member { id } } }`, nil)
	writeReply(t, h.parts, h.viewer("anna"), topic)
	for _, e := range ears {
		if got, ok := e.hear(patience / 3); !ok || read(got.Data).at("topicEvents.post.author.name").text() != "Анна" {
			t.Fatalf("heard %v", got)
		}
	}
}

// apart leaves out what the log's consumers read, who have their own pace: where
// they stand, and the log behind it.
func apart(reads map[string]int) map[string]int {
	maps.DeleteFunc(reads, func(kind string, _ int) bool {
		return strings.HasPrefix(kind, "consumers ") || strings.HasPrefix(kind, "log ")
	})
	return reads
}

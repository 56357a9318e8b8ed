package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/live"
)

// kills is how often the server dies in the crash test.
const kills = 6

const reply = `mutation($t: ID!, $b: Markdown!) { addPost(input: {topicId: $t, body: $b}) { post { id number } } }`

// TestKilled kills the server in the middle of many writes, again and again.
// What it had acknowledged must be there afterwards, once, with one entry in
// each log and counted right.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	h := open(t, inFolder(dir), "anna", "boris")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	kept := map[string]int{} // acknowledged numbers by id
	for i := range kills {
		c := startChild(t, dir, h.residents)
		acknowledged := c.writeUntilKilled(topic, rand.N(300*time.Millisecond))
		for id, number := range acknowledged {
			kept[id] = number
		}
		n := checkFolder(t, dir, topic, h.spaces["hall"], kept)
		t.Logf("kill %d: %d acknowledged, %d posts", i+1, len(acknowledged), n)
	}
	if len(kept) == 0 {
		t.Error("nothing was ever acknowledged")
	}
}

// openTopic opens a topic in the space and answers its id.
func (h *house) openTopic(who, space string) string {
	h.t.Helper()
	return h.get(who, `mutation($s: ID!) { createTopic(input: {spaceId: $s, title: "Тема", body: "Текст", tags: ["go"]}) { topic { id } } }`,
		vars{"s": h.spaces[space]}).at("createTopic.topic.id").text()
}

// writeUntilKilled has several people reply until the server is killed, some
// time after the first reply, and answers what was acknowledged.
func (c *child) writeUntilKilled(topic string, after time.Duration) map[string]int {
	acknowledged := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	first, begun := make(chan struct{}), sync.Once{}
	for i := range 8 {
		all.Go(func() {
			for j := 0; ; j++ {
				v := vars{"t": topic, "b": fmt.Sprintf("ответ %d.%d", i, j)}
				got, err := c.try(context.Background(), []string{"anna", "boris"}[i%2], reply, v)
				if err != nil || len(got.Errors) > 0 {
					return
				}
				post := read(got.Data).at("addPost.post")
				mu.Lock()
				acknowledged[post.at("id").text()] = post.at("number").number()
				mu.Unlock()
				begun.Do(func() { close(first) })
			}
		})
	}
	select {
	case <-first:
	case <-time.After(patience):
		c.t.Error("the child acknowledges nothing")
	}
	time.Sleep(after)
	c.kill()
	all.Wait()
	return acknowledged
}

// checkFolder opens the folder and compares documents, counts and logs. It
// answers how many posts there are.
func checkFolder(t *testing.T, dir, topic string, space community.SpaceID, kept map[string]int) int {
	t.Helper()
	parts, err := Assemble(t.Context(), inFolder(dir), cheap)
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	posts := allPosts(t, parts, topic)
	var ids []string
	for i, p := range posts {
		ids = append(ids, string(p.ID))
		if p.Number != i+1 {
			t.Errorf("post %d has the number %d", i+1, p.Number)
		}
	}
	found := map[string]int{}
	for _, p := range posts {
		if _, ok := kept[string(p.ID)]; ok {
			found[string(p.ID)] = p.Number
		}
	}
	if diff := cmp.Diff(kept, found); diff != "" {
		t.Errorf("acknowledged and found:\n%s", diff)
	}
	if diff := cmp.Diff(ids, told(t, parts, community.Stream(topic), forum.PostAdded, 0)); diff != "" {
		t.Errorf("the topic's posts and its log:\n%s", diff)
	}
	if diff := cmp.Diff(ids, told(t, parts, community.Stream(space), forum.TopicActive, 1)); diff != "" {
		t.Errorf("the topic's posts and its space's log:\n%s", diff)
	}
	checkCounts(t, parts, topic, posts)
	return len(posts)
}

// allPosts are the topic's posts by number.
func allPosts(t testing.TB, parts *Parts, topic string) (out []*forum.Post) {
	t.Helper()
	first := community.MaxPage
	paging := community.Paging{First: &first}
	for {
		page, err := parts.Hall.Posts(t.Context(), community.Viewer{}, community.TopicID(topic), true, paging)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page.Nodes()...)
		if paging.After = page.PageInfo.EndCursor; !page.PageInfo.HasNextPage {
			return out
		}
	}
}

// told are the ids that the stream's entries of the kind are about.
func told(t testing.TB, parts *Parts, stream live.Stream, kind live.Kind, about int) (ids []string) {
	t.Helper()
	moment, err := parts.Log.Moment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head, err := parts.Log.PositionsAt(t.Context(), moment, []live.Stream{stream})
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(0); at < head[stream]; {
		at = follow(t, parts, stream, at, head[stream], func(e *live.Entry) {
			if e.Kind == kind {
				ids = append(ids, e.About[about])
			}
		})
	}
	return ids
}

// follow reads some entries behind at, no further than to, and answers where it
// left off.
func follow(t testing.TB, parts *Parts, stream live.Stream, at, to int64, see func(*live.Entry)) int64 {
	t.Helper()
	tap := parts.Log.Tap(stream, func() {})
	defer tap.Close()
	found, _, err := tap.Next(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		see(e)
		if at = e.Seq; at >= to {
			break
		}
	}
	if len(found) == 0 {
		t.Fatalf("the log of %s does not go on behind %d", stream, at)
	}
	return at
}

func checkCounts(t *testing.T, parts *Parts, topic string, posts []*forum.Post) {
	t.Helper()
	counted, err := parts.Hall.Topic(t.Context(), community.Viewer{}, community.TopicID(topic))
	if err != nil {
		t.Fatal(err)
	}
	if counted.PostCount != len(posts) || counted.LastNumber != len(posts) {
		t.Errorf("the topic counts %d posts up to number %d, there are %d", counted.PostCount, counted.LastNumber, len(posts))
	}
	if last := posts[len(posts)-1]; counted.LastPostID != last.ID {
		t.Errorf("the topic's last post is %s, not %s", counted.LastPostID, last.ID)
	}
	wrote, err := parts.Hall.Participants(t.Context(), community.Viewer{}, community.TopicID(topic), community.Paging{})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, p := range wrote.Nodes() {
		sum += p.PostCount
	}
	if sum != len(posts)+1 || counted.ParticipantCount != len(wrote.Edges) {
		t.Errorf("%d participants wrote %d posts; the topic counts %d and there are %d with the opening",
			len(wrote.Edges), sum, counted.ParticipantCount, len(posts)+1)
	}
}

package server

import (
	"testing"
	"time"
)

// TestEventsArePaid has a guest follow a topic by an operation that costs much,
// until the budget is spent: it hears less and less often, and all in order.
func TestEventsArePaid(t *testing.T) {
	c := inFolder(t.TempDir())
	c.RateLimit, c.GuestRate = "on", 3000 // 50 in a second
	h := open(t, c, "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	ear, err := h.listen("guest", `subscription($t: ID!) { topicEvents(topicId: $t) { ... on PostAdded { post { number
		a: topic { posts(first: 50) { nodes { author { name } } } } } } } }`, vars{"t": topic})
	if err != nil {
		t.Fatal(err)
	}
	defer ear.cancel()
	const posts = 31 // each costs 103 points, so that two are too much
	for range posts {
		h.get("anna", `mutation($t: ID!) { addPost(input: {topicId: $t, body: "ещё"}) { post { id } } }`, vars{"t": topic})
	}
	begun, last := time.Now(), time.Duration(0)
	for want := 1; want <= posts; want++ {
		got, _ := ear.hear(patience)
		if got.outcome == nil || len(got.Errors) > 0 {
			t.Fatalf("the event of post %d: %+v", want, got)
		}
		if n := read(got.Data).at("topicEvents.post.number").number(); n != want {
			t.Fatalf("heard of post %d, want %d", n, want)
		}
		last = time.Since(begun)
	}
	if last < time.Second {
		t.Errorf("all was told within %v, as if it cost nothing", last)
	}
}

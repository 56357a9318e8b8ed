package server

import (
	"testing"
)

// TestOneBrokenPart breaks what parts of a topic's page are read from: each is
// missing with an error of its own, and the page stands.
func TestOneBrokenPart(t *testing.T) {
	h, floor, _ := openTrapped(t, "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	h.get("anna", `mutation($t: ID!) { addPost(input: {topicId: $t, body: "Привет, @anna"}) { post { id } } }`, vars{"t": topic})
	const page = `query($t: ID!) { topics { nodes { id } } spaces { nodes { id } } topic(id: $t) { title postCount author { name } body space { name }
		polls { id } unreadCount viewerWatch posts { nodes { number html author { name } mentions { name } viewerReactions } } } }`
	for broken, missing := range map[string][]string{
		"members": {"topic.author", "topic.posts.nodes.0.author", "topic.posts.nodes.0.mentions"},
		"polls":   {"topic.polls"},
		"posts":   {"topic.body", "topic.posts"},
		"traces":  {"topic.unreadCount", "topic.viewerWatch", "topic.posts.nodes.0.viewerReactions"},
	} {
		who := "anna"
		if broken == "members" {
			who = "guest" // nobody else could be known
		}
		whole := h.get(who, page, vars{"t": topic})
		floor.set(broken)
		got := h.ask(who, page, vars{"t": topic})
		floor.set("")
		rest := read(got.Data)
		for _, path := range append(missing, "topic.title") {
			if whole.at(path).any == nil {
				t.Fatalf("%s is not there to begin with: %s", path, whole.raw(t))
			}
		}
		for _, path := range missing {
			if rest.at(path).any != nil {
				t.Errorf("without %s there is %s still", broken, path)
			}
		}
		if len(got.Errors) < len(missing) || rest.at("topic.title").text() != "Тема" || rest.at("topic.postCount").number() != 1 ||
			rest.at("topics.nodes.0.id").any == nil || rest.at("topic.space.name").any == nil {
			t.Errorf("without %s: %d errors, %s", broken, len(got.Errors), rest.raw(t))
		}
	}
}

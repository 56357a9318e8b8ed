package server

import (
	"fmt"
	"strings"
	"testing"

	"veche/community"
)

// secret is in every text of the private space.
const secret = "sekret"

// cellar is a private space full of things, in a house with people who have no
// seat there: anna, who began its topic when that was a public one, the
// moderator vera, and a program with a token of anna's that may only read.
type cellar struct {
	*house
	viewers []string
	// things are by the names that probes call them, and absent are ids of the
	// same types that nothing has.
	things, absent *names
}

func dig(t *testing.T) *cellar {
	config := inFolder(t.TempDir())
	config.MaxCost = 1_000_000 // every list at once
	c := &cellar{house: open(t, config, "anna", "vera moderator"), things: noNames(), absent: noNames()}
	c.build("hall")
	c.build(secret + " private")
	for name, id := range map[string]community.SpaceID{"hall": c.spaces["hall"], "space": c.spaces[secret]} {
		c.bind(name, string(id))
	}
	c.bind("slug", secret)
	c.bind("anna", string(c.residents["anna"].id))
	c.furnish()
	token := c.do("anna", `createApiToken(input: {name: "r", scopes: []}) { token }`).at("token").text()
	c.viewers = []string{"guest", "anna", "vera", token}
	c.absent.bind("slug", "absent")
	for name, value := range c.things.values {
		if prefix := community.IDPrefix(value); prefix != "" && name != "hall" && name != "anna" && !strings.HasPrefix(name, "public") {
			c.absent.bind(name, community.NewID[string](prefix))
		}
	}
	for _, place := range []string{"space", "topic", "board", "calendar"} {
		c.things.bind(place+"Cursor", liveCursor(c.things.values[place], 1))
		c.absent.bind(place+"Cursor", liveCursor(c.absent.values[place], 1))
	}
	c.bind("hallCursor", liveCursor(string(c.spaces["hall"]), 0))
	return c
}

func noNames() *names { return &names{map[string]string{}, map[string]string{}, map[string]int{}} }

func liveCursor(id string, seq int64) string {
	return string(community.LiveCursor(community.Stream(id), seq))
}

func (c *cellar) bind(name, value string) {
	c.things.bind(name, value)
	c.absent.bind(name, value)
}

// furnish has anna open two topics in the hall, one of which is then moved into
// the cellar with all that is in it.
func (c *cellar) furnish() {
	for _, name := range []string{"public", "topic"} {
		made := c.do("anna", `createTopic(input: {spaceId: "$hall", title: "`+secret+`", body: "`+secret+`", tags: ["go"]}) {
			topic { id opening { id } } }`).at("topic")
		c.bind(name, made.at("id").text())
		if name == "public" {
			c.do("anna", `updateTopic(input: {topicId: "$public", title: "open", body: "open"}) { topic { id } }`)
			name += "Opening"
		} else {
			name = "opening"
		}
		c.bind(name, made.at("opening.id").text())
	}
	c.bind("publicPost", c.reply("anna", "$public", "open"))
	c.bind("own", c.reply("anna", "$topic", secret))
	c.do("anna", `bookmark(input: {postId: "$own", note: "mine"}) { post { id } }`)
	c.do("anna", `watch(input: {topicId: "$topic", level: WATCHING}) { topic { id } }`)
	c.do("keeper", `updateTopic(input: {topicId: "$topic", spaceId: "$space"}) { topic { id } }`)
	c.bind("post", c.reply("keeper", "$topic", secret))
	c.bind("gone", c.reply("keeper", "$topic", secret))
	c.do("keeper", `deletePost(input: {postId: "$gone"}) { post { id } }`)
	c.bind("poll", c.do("keeper", `createPoll(input: {topicId: "$topic", question: "`+secret+`?", options: ["a", "b"]}) {
		poll { id } }`).at("poll.id").text())
	c.bind("keeper", string(c.residents["keeper"].id))
	c.board("hall", "publicBoard", "open")
	c.board("space", "board", secret)
	c.bind("publicIdea", c.propose("anna", "$publicBoard", "open", false))
	c.do("keeper", `updateSpace(input: {spaceId: "$space", visibility: PUBLIC}) { space { id } }`)
	c.bind("ownIdea", c.propose("anna", "$board", secret, false))
	c.bind("ownDraft", c.propose("anna", "$board", secret, true))
	c.do("keeper", `updateSpace(input: {spaceId: "$space", visibility: PRIVATE}) { space { id } }`)
	c.bind("idea", c.propose("keeper", "$board", secret, false))
	c.bind("goneIdea", c.propose("keeper", "$board", secret, false))
	c.do("keeper", `deleteIdea(input: {ideaId: "$goneIdea"}) { ideaId }`)
	c.plan()
}

func (c *cellar) board(space, name, text string) {
	c.bind(name, c.do("keeper", `createBoard(input: {spaceId: "$`+space+`", name: "`+text+`", slug: "`+text+`", brief: "`+text+`"}) {
		board { id } }`).at("board.id").text())
}

func (c *cellar) propose(who, board, text string, draft bool) string {
	return c.do(who, fmt.Sprintf(`proposeIdea(input: {boardId: "%s", title: "%s", body: "%s", tags: ["go"], draft: %v}) { idea { id } }`,
		board, text, text, draft)).at("idea.id").text()
}

func (c *cellar) reply(who, topic, body string) string {
	return c.do(who, `addPost(input: {topicId: "`+topic+`", body: "`+body+`"}) { post { id } }`).at("post.id").text()
}

// do is a mutation that must succeed; its payload is the answer.
func (c *cellar) do(who, deed string) tree {
	c.t.Helper()
	deed, err := c.things.show("mutation { a: " + deed + " }")
	if err != nil {
		c.t.Fatal(err)
	}
	return c.get(who, deed, nil).at("a")
}

// hidden puts names for all that is in the cellar, or absent.
func hidden(n *names, text string) string {
	var pairs []string
	for name, value := range n.values {
		pairs = append(pairs, value, "$"+name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const topicFields = `nodes { id title postCount reactionCount author { handle } lastPost { id } participants { nodes { postCount } } }
	pageInfo { hasNextPage hasPreviousPage endCursor }`

// lists are all that lists anything, as one query.
func lists() string {
	var b strings.Builder
	b.WriteString(`{ spaces { nodes { id slug name topicCount memberCount viewerRole } pageInfo { hasNextPage endCursor } }
		viewer { member { handle } bookmarks { nodes { note post { id body topic { id } } } } }
		hall: space(id: "$hall") { topicCount memberCount liveCursor newTopics(since: "$hallCursor", first: 100) { newCount nodes { id title } liveCursor } }
		public: topic(id: "$public") { postCount participantCount reactionCount viewCount liveCursor
			posts { nodes { id body replyTo { id } mentions { handle } } } }
		member(handle: "anna") { id bio ideas { nodes { id title board { name } } pageInfo { hasNextPage endCursor } } }
		boards { nodes { id name slug ideaCount space { id } } pageInfo { hasNextPage endCursor } }
		publicBoard: board(id: "$publicBoard") { name ideaCount voteCount implementedCount liveCursor ideas { nodes { id title topic { id } } } }
		roadmap(boardId: "$publicBoard") { columns { ideas { nodes { id } } } }
		calendars { nodes { id name description } pageInfo { hasNextPage endCursor } }
		nearestEvents { nodes { id title goingCount } pageInfo { hasNextPage } } currentEvents { nodes { id title } }
		events(calendarIds: ["$publicCalendar"], from: "2099-01-01", to: "2099-02-01") { nodes { id title } }
	`)
	n := 0
	for _, order := range strings.Fields("LATEST NEWEST HOT MOST_DISCUSSED UNANSWERED") {
		for _, filter := range []string{"", `, tag: "go"`, `, tag: "` + secret + `"`, `, spaceId: "$hall"`, `, spaceId: "$hall", tag: "go"`} {
			for _, page := range []string{"first: 100", "last: 100"} {
				n++
				fmt.Fprintf(&b, "l%d: topics(%s, orderBy: %s%s) { %s }\n", n, page, order, filter, topicFields)
			}
		}
	}
	return b.String() + "}"
}

// TestListsHideThePrivate reads all lists as people who may not see a private
// space: nothing of it is there, and nothing changes when things happen in it.
func TestListsHideThePrivate(t *testing.T) {
	c := dig(t)
	query, err := c.things.show(lists())
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	for _, who := range c.viewers {
		before[who] = layout(c.get(who, query, nil).raw(t))
		c.wantNothingOf(t, who, before[who])
	}
	c.stir()
	for _, who := range c.viewers {
		if diff := cmp.Diff(before[who], layout(c.get(who, query, nil).raw(t))); diff != "" {
			t.Errorf("%s sees that something happened in the private space:\n%s", who, diff)
		}
	}
	if all := layout(c.get("keeper", query, nil).raw(t)); !strings.Contains(all, secret) {
		t.Errorf("its keeper does not see it either:\n%s", all)
	}
}

// wantNothingOf wants none of the cellar's ids or words.
func (c *cellar) wantNothingOf(t *testing.T, who, text string) {
	t.Helper()
	for name, value := range c.things.values {
		_, private := c.absent.names[value]
		if !private && strings.Contains(text, value) {
			t.Errorf("%s sees $%s in\n%s", who, name, text)
		}
	}
	if strings.Contains(text, secret) {
		t.Errorf("%s sees %q in\n%s", who, secret, text)
	}
}

// stir makes things happen in the cellar.
func (c *cellar) stir() {
	c.do("keeper", `createTopic(input: {spaceId: "$space", title: "`+secret+`2", body: "@anna", tags: ["go", "`+secret+`"]}) { topic { id } }`)
	c.reply("keeper", "$topic", secret+" @anna")
	c.do("keeper", `editPost(input: {postId: "$own", body: "`+secret+`"}) { post { id } }`)
	c.do("keeper", `addReaction(input: {postId: "$own", kind: LIKE}) { post { id } }`)
	c.do("keeper", `acceptAnswer(input: {postId: "$own"}) { topic { id } }`)
	c.do("keeper", `updateTopic(input: {topicId: "$topic", pinned: true}) { topic { id } }`)
	c.do("keeper", `deletePost(input: {postId: "$post"}) { post { id } }`)
	c.do("keeper", `votePoll(input: {pollId: "$poll", optionIds: ["1"]}) { poll { id } }`)
	c.do("keeper", `updateSpace(input: {spaceId: "$space", name: "`+secret+`2"}) { space { id } }`)
	c.propose("keeper", "$board", secret, false)
	c.do("keeper", `setIdeaStatus(input: {ideaId: "$ownIdea", status: PLANNED, answer: "`+secret+`"}) { idea { id } }`)
	c.do("keeper", `deleteIdea(input: {ideaId: "$idea"}) { ideaId }`)
	c.do("keeper", `updateBoard(input: {boardId: "$board", name: "`+secret+`2"}) { board { id } }`)
	c.do("keeper", `updateEvent(input: {eventId: "$event", title: "`+secret+`2"}) { event { id } }`)
	c.do("keeper", `rsvp(input: {occurrenceId: "$occurrence", answer: MAYBE}) { occurrence { id } }`)
}

// TestRunningSubscriptionsHideThePrivate has people listen to public places
// while things move out of them.
func TestRunningSubscriptionsHideThePrivate(t *testing.T) {
	c := dig(t)
	const all = `__typename ... on TopicAdded { topic { title } } ... on TopicChanged { topic { title } } ... on TopicRemoved { topicId }`
	for _, who := range c.viewers {
		t.Run(strings.Split(who, "_")[0], func(t *testing.T) {
			made := c.do("keeper", `createTopic(input: {spaceId: "$hall", title: "open", body: "open"}) { topic { id } }`).at("topic.id").text()
			c.things.bind("moving", made)
			query, _ := c.things.show(`subscription { spaceEvents(spaceId: "$hall") { ` + all + ` } }`)
			hall, err := c.listen(who, query, nil)
			if err != nil {
				t.Fatal(err)
			}
			query, _ = c.things.show(`subscription { topicEvents(topicId: "$moving") { __typename ... on PostAdded { post { body } } } }`)
			topic, err := c.listen(who, query, nil)
			if err != nil {
				t.Fatal(err)
			}
			c.attentive(t, hall, topic)
			c.do("keeper", `updateTopic(input: {topicId: "$moving", title: "`+secret+`", spaceId: "$space"}) { topic { id } }`)
			c.reply("keeper", "$moving", secret)
			wantHeard(t, hall, `{"spaceEvents":{"__typename":"TopicRemoved","topicId":"`+made+`"}}`)
			wantHeard(t, topic, "NOT_FOUND: There is no such topic.")
			wantHeard(t, topic, "end")
			c.do("keeper", `updateTopic(input: {topicId: "$public", pinned: true}) { topic { id } }`)
			wantHeard(t, hall, `{"spaceEvents":{"__typename":"TopicChanged","topic":{"title":"open"}}}`)
		})
	}
}

// attentive waits until both ears are known to listen.
func (c *cellar) attentive(t *testing.T, hall, topic *ear) {
	t.Helper()
	first := func(e *ear) bool { _, ok := e.hear(settle); return ok }
	for !first(topic) {
		c.reply("keeper", "$moving", "open")
	}
	for range 3 {
		for first(hall) || first(topic) { // what the posts made them hear
		}
	}
}

func wantHeard(t *testing.T, e *ear, want string) {
	t.Helper()
	got, ok := e.hear(patience)
	text := got.end
	if got.outcome != nil {
		text = string(got.Data)
		for _, f := range got.Errors {
			text = f.String()
		}
	}
	if !ok || text != want {
		t.Errorf("want to hear %s, got %s", want, text)
	}
}

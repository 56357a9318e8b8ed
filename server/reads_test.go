package server

import (
	"fmt"
	"maps"
	"testing"
)

// tries is how often a page is read: a batch gathers for a fraction of a
// millisecond, and on a busy machine some ask too late for it. What each kind of
// read costs at least is taken for what the page needs, and late batches are
// forgiven.
const (
	tries = 10
	late  = 12
)

// wantReads reads the pages and wants none to cost more than most of a kind of
// read, or kinds that the first does not need.
func wantReads(t *testing.T, h *house, c *counting, query string, most int, pages ...vars) {
	t.Helper()
	var first map[string]int
	for _, v := range pages {
		needed := map[string]int{}
		for i := range tries {
			c.reset()
			h.get("boris", query, v)
			needed = least(i, needed, c.reset())
		}
		if first == nil {
			first = needed
			if total(first) > most {
				t.Errorf("a page costs %d reads, more than %d: %s", total(first), most, listed(first))
			}
		}
		t.Logf("a page costs %d reads: %s", total(needed), listed(needed))
		for kind, n := range needed {
			if n > first[kind]+late {
				t.Errorf("this page costs %d of %s, the first one %d", n, kind, first[kind])
			}
		}
	}
}

func least(i int, needed, reads map[string]int) map[string]int {
	if i == 0 {
		return reads
	}
	for kind, n := range needed {
		if needed[kind] = min(n, reads[kind]); needed[kind] == 0 {
			delete(needed, kind)
		}
	}
	return needed
}

// sizes are the variables of pages of 5, of 20 and of 50.
func sizes(more vars) []vars {
	out := make([]vars, 0, 3)
	for _, n := range []int{5, 20, 50} {
		v := vars{"n": n}
		maps.Copy(v, more)
		out = append(out, v)
	}
	return out
}

// crowd opens topics, each with replies by many members, who react.
func crowd(t *testing.T, h *house, topics, posts int) (last string) {
	t.Helper()
	h.build("hall")
	for i := range topics {
		who := fmt.Sprintf("p%d", i%10)
		made := h.get(who, `mutation($s: ID!) { createTopic(input: {spaceId: $s, title: "Тема", body: "@boris и @anna", tags: ["go"]}) {
			topic { id opening { id } } } }`, vars{"s": h.spaces["hall"]})
		last = made.at("createTopic.topic.id").text()
		parent := made.at("createTopic.topic.opening.id").text()
		for j := range posts {
			parent = h.get(fmt.Sprintf("p%d", j%10), `mutation($t: ID!, $r: ID!) {
				addPost(input: {topicId: $t, body: "Да, @anna и @p1!", replyToId: $r}) { post { id } } }`,
				vars{"t": last, "r": parent}).at("addPost.post.id").text()
			h.get("boris", `mutation($p: ID!) { addReaction(input: {postId: $p, kind: LIKE}) { post { id } }
				bookmark(input: {postId: $p, note: "!"}) { post { id } } }`, vars{"p": parent})
		}
	}
	return last
}

func people() []string {
	all := []string{"anna", "boris"}
	for i := range 10 {
		all = append(all, fmt.Sprintf("p%d", i))
	}
	return all
}

// TestReadsOfPosts wants a page of posts with all that is around them to cost
// as many reads however long it is.
func TestReadsOfPosts(t *testing.T) {
	h, c := openCounting(t, people()...)
	topic := crowd(t, h, 1, 50)
	const query = `query($t: ID!, $n: Int!) { topic(id: $t) { title liveCursor unreadCount posts(first: $n) { nodes {
		id body accepted topic { id } author { handle } replyTo { id author { handle } } mentions { handle }
		reactions { kind count } viewerReactions viewerBookmark { note } } pageInfo { endCursor } } } }`
	wantReads(t, h, c, query, 20, sizes(vars{"t": topic})...)
}

// TestReadsOfTopics wants the same of the list of the latest topics.
func TestReadsOfTopics(t *testing.T) {
	h, c := openCounting(t, people()...)
	crowd(t, h, 50, 1)
	const query = `query($n: Int!) { topics(first: $n) { nodes {
		id title space { name viewerRole viewerWatch liveCursor } author { handle } opening { id author { handle } viewerReactions }
		lastPost { body author { handle } replyTo { id } } unreadCount readNumber viewerWatch liveCursor polls { id viewerChoices }
		acceptedAnswer { id } } } }`
	wantReads(t, h, c, query, 21, sizes(nil)...)
}

// TestReadsOfBookmarks wants the same of a member's bookmarks.
func TestReadsOfBookmarks(t *testing.T) {
	h, c := openCounting(t, people()...)
	crowd(t, h, 50, 1)
	const query = `query($n: Int!) { viewer { bookmarks(first: $n) { nodes { postId post { body author { handle } topic { title } } } } } }`
	wantReads(t, h, c, query, 11, sizes(nil)...)
}

// TestReadsOfDeletedTopics wants bookmarks of posts in topics that were deleted
// to cost no more than others.
func TestReadsOfDeletedTopics(t *testing.T) {
	h, c := openCounting(t, append(people(), "vera moderator")...)
	crowd(t, h, 20, 1)
	for _, topic := range h.get("vera", `{ topics(first: 100) { nodes { id } } }`, nil).at("topics.nodes").list() {
		h.get("vera", `mutation($t: ID!) { deleteTopic(input: {topicId: $t}) { topicId } }`, vars{"t": topic.at("id").text()})
	}
	const query = `query($n: Int!) { viewer { bookmarks(first: $n) { nodes { postId post { id } } } } }`
	wantReads(t, h, c, query, 12, vars{"n": 5}, vars{"n": 20})
}

// TestReadsOfNodes wants things asked for by id to be read together.
func TestReadsOfNodes(t *testing.T) {
	h, c := openCounting(t, people()...)
	topic := crowd(t, h, 1, 50)
	var ids []string
	for _, p := range h.get("anna", `query($t: ID!) { topic(id: $t) { posts(first: 50) { nodes { id } } } }`, vars{"t": topic}).at("topic.posts.nodes").list() {
		ids = append(ids, p.at("id").text())
	}
	const query = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Post { id author { handle } } } }`
	wantReads(t, h, c, query, 8, vars{"ids": ids[:5]}, vars{"ids": ids[:20]}, vars{"ids": ids})
}

// TestReadsOfIdeas wants the same of a board's best ideas, with all that is
// around them, and of its roadmap.
func TestReadsOfIdeas(t *testing.T) {
	h, c := openCounting(t, append(people(), "olga owner")...)
	h.build("hall")
	board := h.get("olga", `mutation($s: ID!) { createBoard(input: {spaceId: $s, name: "Board"}) { board { id } } }`,
		vars{"s": h.spaces["hall"]}).at("createBoard.board.id").text()
	for i := range 50 {
		idea := h.get(fmt.Sprintf("p%d", i%10), `mutation($b: ID!) { proposeIdea(input: {boardId: $b, title: "Идея", body: "@boris и @anna", tags: ["go"]}) {
			idea { id } } }`, vars{"b": board}).at("proposeIdea.idea.id").text()
		h.get("olga", `mutation($i: ID!) { setIdeaStatus(input: {ideaId: $i, status: PLANNED, answer: "Да, @anna!"}) { idea { id } } }`, vars{"i": idea})
	}
	const page = `query($b: ID!, $n: Int!) { board(id: $b) { name liveCursor space { name } policy { voters { handle } }
		ideas(first: $n, status: PLANNED, tag: "go") { nodes { id title score voterCount commentCount tags status author { handle }
		board { name } topic { id postCount unreadCount idea { id } } mergedInto { id } answers { by { handle } } } } } }`
	wantReads(t, h, c, page, 20, sizes(vars{"b": board})...)
	const roadmap = `query($b: ID!, $n: Int!) { roadmap(boardId: $b) { columns { status ideas(first: $n) { nodes { id title author { handle } board { name } topic { title } } } } } }`
	wantReads(t, h, c, roadmap, 17, sizes(vars{"b": board})...)
	const mine = `query($n: Int!) { member(handle: "p1") { ideas(first: $n) { nodes { id title board { name } } } } }`
	wantReads(t, h, c, mine, 10, sizes(nil)...)
}

package server

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"veche/graph"
)

// probe is an operation on things of the private space.
type probe struct {
	// does is the root field with its arguments; names in quotes stand for ids.
	does string
	// want is what a member who may not see the space is answered: NOT_FOUND, if
	// nothing else is said.
	want string
}

const nothingSaid = "-" // no error at all: the thing is null

var queryProbes = append(calendarQueries, []probe{
	{does: `node(id: "$space") { id }`},
	{does: `node(id: "$topic") { id }`},
	{does: `node(id: "$opening") { id }`},
	{does: `node(id: "$post") { id }`},
	{does: `node(id: "$own") { id }`},
	{does: `node(id: "$gone") { id }`},
	{does: `node(id: "$poll") { id }`},
	{does: `nodes(ids: ["$space", "$topic", "$opening", "$post", "$own", "$gone", "$poll"]) { id }`, want: nothingSaid},
	{does: `space(id: "$space") { name topicCount memberCount members { nodes { role } } topics { nodes { title } } liveCursor }`},
	{does: `space(id: "$space") { newTopics(since: "$spaceCursor", tag: "go", onScreen: ["$topic"]) { newCount nodes { id } } }`},
	{does: `space(id: "$space") { newTopics(since: "x") { newCount } }`},
	{does: `space(slug: "$slug") { id }`},
	{does: `topic(id: "$topic") { title postCount viewCount unreadCount posts { nodes { id } } polls { id } liveCursor }`},
	{does: `post(id: "$opening") { body }`},
	{does: `post(id: "$post") { body }`},
	{does: `post(id: "$own") { body revisions { nodes { body } } viewerBookmark { note } }`},
	{does: `post(id: "$gone") { body }`},
	{does: `topics(spaceId: "$space") { nodes { id } }`},
	{does: `topics(spaceId: "$space", tag: "go", orderBy: HOT) { nodes { id } }`},
	{does: `topics(spaceId: "$space", first: 1, after: "x", orderBy: NEWEST) { nodes { id } }`},
	{does: `node(id: "$board") { id }`},
	{does: `node(id: "$idea") { id }`},
	{does: `node(id: "$ownIdea") { id }`},
	{does: `node(id: "$goneIdea") { id }`},
	{does: `node(id: "$ownDraft") { id }`},
	{does: `nodes(ids: ["$board", "$idea", "$ownIdea", "$goneIdea", "$ownDraft"]) { id }`, want: nothingSaid},
	{does: `board(id: "$board") { name ideaCount policy { kind } ideas { nodes { title } } liveCursor }`},
	{does: `board(slug: "$slug") { id }`},
	{does: `boards(spaceId: "$space") { nodes { id } }`},
	{does: `roadmap(boardId: "$board") { columns { status ideas { nodes { id } } } }`},
	{does: `ideas(boardId: "$board") { nodes { id } }`},
	{does: `similarIdeas(boardId: "$board", title: "x") { id }`},
	{does: `similarIdeas(boardId: "$board", title: "no idea", first: 100) { title }`},
	{does: `ideas(boardId: "$board", tag: "no tag", status: PLANNED, first: 1, after: "x") { nodes { id } }`},
	{does: `ideas(boardId: "$board", orderBy: NEWEST, period: DAY) { nodes { id } }`},
	{does: `idea(id: "$idea") { title score commentCount topic { id } answers { body } }`},
	{does: `idea(id: "$ownIdea") { title }`},
	{does: `idea(id: "$ownDraft") { title }`},
	{does: `idea(id: "$goneIdea") { title }`},
}...)

var mutationProbes = append(calendarMutations, []probe{
	{does: `updateSpace(input: {spaceId: "$space", name: "x"}) { space { id } }`},
	{does: `updateSpace(input: {spaceId: "$space", visibility: PUBLIC}) { space { id } }`},
	{does: `joinSpace(input: {spaceId: "$space"}) { space { id } }`},
	{does: `leaveSpace(input: {spaceId: "$space"}) { spaceId }`},
	{does: `addSpaceMember(input: {spaceId: "$space", memberId: "$anna"}) { space { id } }`},
	{does: `addSpaceMember(input: {spaceId: "$space", memberId: "$anna", role: MANAGER}) { space { id } }`},
	{does: `removeSpaceMember(input: {spaceId: "$space", memberId: "$keeper"}) { space { id } }`},
	{does: `createTopic(input: {spaceId: "$space", title: "x", body: "x"}) { topic { id } }`},
	{does: `updateTopic(input: {topicId: "$topic", title: "x"}) { topic { id } }`},
	{does: `updateTopic(input: {topicId: "$topic", body: "x"}) { topic { id } }`},
	{does: `updateTopic(input: {topicId: "$topic", pinned: true}) { topic { id } }`},
	{does: `updateTopic(input: {topicId: "$topic", spaceId: "$hall"}) { topic { id } }`},
	{does: `updateTopic(input: {topicId: "$public", spaceId: "$space"}) { topic { id } }`, want: "FORBIDDEN NOT_FOUND"},
	{does: `deleteTopic(input: {topicId: "$topic"}) { topicId }`},
	{does: `restoreTopic(input: {topicId: "$topic"}) { topic { id } }`},
	{does: `acceptAnswer(input: {postId: "$post"}) { topic { id } }`},
	{does: `acceptAnswer(input: {postId: "$own", accepted: false}) { topic { id } }`},
	{does: `markRead(input: {topicId: "$topic"}) { topic { id } }`},
	{does: `markRead(input: {topicId: "$topic", number: 1000}) { topic { id } }`},
	{does: `watch(input: {topicId: "$topic"}) { topic { id } }`},
	{does: `watch(input: {topicId: "$topic", level: MUTED}) { topic { id } }`},
	{does: `watch(input: {spaceId: "$space", level: MUTED}) { space { id } }`},
	{does: `addPost(input: {topicId: "$topic", body: "x"}) { post { id } }`},
	{does: `addPost(input: {topicId: "$topic", body: "x", replyToId: "$post"}) { post { id } }`},
	{does: `addPost(input: {topicId: "$public", body: "x", replyToId: "$post"}) { post { id } }`, want: "BAD_INPUT"},
	{does: `addPost(input: {topicId: "$public", body: "x", replyToId: "$gone"}) { post { id } }`, want: "BAD_INPUT"},
	{does: `editPost(input: {postId: "$own", body: "x"}) { post { id } }`},
	{does: `editPost(input: {postId: "$post", body: "x", revision: 7}) { post { id } }`},
	{does: `editPost(input: {postId: "$opening", body: "x"}) { post { id } }`},
	{does: `editPost(input: {postId: "$gone", body: "x"}) { post { id } }`},
	{does: `deletePost(input: {postId: "$own"}) { post { id } }`},
	{does: `deletePost(input: {postId: "$opening"}) { post { id } }`},
	{does: `restorePost(input: {postId: "$gone"}) { post { id } }`},
	{does: `restorePost(input: {postId: "$own"}) { post { id } }`},
	{does: `addReaction(input: {postId: "$post", kind: LIKE}) { post { id } }`},
	{does: `addReaction(input: {postId: "$gone", kind: LIKE}) { post { id } }`},
	{does: `removeReaction(input: {postId: "$post", kind: LIKE}) { post { id } }`},
	{does: `bookmark(input: {postId: "$post"}) { post { id } }`},
	{does: `bookmark(input: {postId: "$own", note: "x"}) { post { id } }`},
	{does: `bookmark(input: {postId: "$post", keep: false}) { post { id } }`, want: nothingSaid},
	{does: `createPoll(input: {topicId: "$topic", question: "x", options: ["a", "b"]}) { poll { id } }`},
	{does: `votePoll(input: {pollId: "$poll", optionIds: ["1"]}) { poll { id } }`},
	{does: `votePoll(input: {pollId: "$poll", optionIds: ["9", "8", "7"]}) { poll { id } }`},
	{does: `closePoll(input: {pollId: "$poll"}) { poll { id } }`},
	{does: `setTyping(input: {topicId: "$topic"}) { topicId }`},
	{does: `setTyping(input: {topicId: "$topic", typing: false}) { topicId }`},
	{does: `createBoard(input: {spaceId: "$space", name: "x"}) { board { id } }`},
	{does: `createBoard(input: {spaceId: "$space", name: "", kind: CONTEST, policy: {voterIds: ["$keeper"], budget: 1}}) { board { id } }`},
	{does: `updateBoard(input: {boardId: "$board", name: "x"}) { board { id } }`},
	{does: `updateBoard(input: {boardId: "$board", archived: true, slug: "?", policy: {voterIds: ["$keeper"], budget: 1}}) { board { id } }`},
	{does: `proposeIdea(input: {boardId: "$board", title: "x", body: "x"}) { idea { id } }`},
	{does: `proposeIdea(input: {boardId: "$board", title: "", body: "", draft: true}) { idea { id } }`},
	{does: `publishIdea(input: {ideaId: "$ownDraft"}) { idea { id } }`},
	{does: `publishIdea(input: {ideaId: "$idea"}) { idea { id } }`},
	{does: `updateIdea(input: {ideaId: "$ownIdea", title: "x"}) { idea { id } }`},
	{does: `updateIdea(input: {ideaId: "$ownDraft", body: "x"}) { idea { id } }`},
	{does: `updateIdea(input: {ideaId: "$idea", title: ""}) { idea { id } }`},
	{does: `deleteIdea(input: {ideaId: "$ownIdea"}) { ideaId }`},
	{does: `deleteIdea(input: {ideaId: "$ownDraft"}) { ideaId }`},
	{does: `deleteIdea(input: {ideaId: "$goneIdea"}) { ideaId }`},
	{does: `restoreIdea(input: {ideaId: "$goneIdea"}) { idea { id } }`},
	{does: `setIdeaStatus(input: {ideaId: "$idea", status: IMPLEMENTED, releaseNote: "x"}) { idea { id } }`},
	{does: `setIdeaStatus(input: {ideaId: "$idea", status: DUPLICATE}) { idea { id } }`},
	{does: `announceWinners(input: {boardId: "$board", winners: [{ideaId: "$idea", place: 1}]}) { board { id } }`},
	{does: `announceWinners(input: {boardId: "$board", winners: []}) { board { id } }`},
	{does: `answerIdea(input: {ideaId: "$idea", body: ""}) { idea { id } }`},
	{does: `voteIdea(input: {ideaId: "$idea"}) { votesLeft idea { score } }`},
	{does: `voteIdea(input: {ideaId: "$ownIdea", value: 1000}) { votesLeft }`},
	{does: `unvoteIdea(input: {ideaId: "$idea"}) { votesLeft idea { score } }`},
	{does: `mergeIdeas(input: {ideaId: "$idea", intoId: "$ownIdea"}) { idea { id } }`},
	{does: `mergeIdeas(input: {ideaId: "$idea", intoId: "$idea"}) { idea { id } }`},
}...)

var subscriptionProbes = append(calendarSubscriptions, []probe{
	{does: `topicEvents(topicId: "$topic") { __typename }`},
	{does: `topicEvents(topicId: "$topic", after: "$topicCursor") { __typename }`},
	{does: `topicEvents(topicId: "$topic", after: "x") { __typename }`},
	{does: `spaceEvents(spaceId: "$space") { __typename }`},
	{does: `spaceEvents(spaceId: "$space", after: "$spaceCursor") { __typename }`},
	{does: `spaceEvents(spaceId: "$space", calm: true) { __typename ... on NewTopics { newCount } }`},
	{does: `spaceEvents(spaceId: "$space", calm: true, after: "$spaceCursor", onScreen: ["$topic"]) { __typename }`},
	{does: `spaceEvents(spaceId: "$space", calm: true, after: "x", tag: "go") { __typename }`},
	{does: `topicPresence(topicId: "$topic") { hereCount members { id } typing { id } }`},
	{does: `topicPresence(topicId: "$topic", hidden: true) { hereCount }`},
	{does: `boardEvents(boardId: "$board") { __typename }`},
	{does: `boardEvents(boardId: "$board", after: "$boardCursor") { __typename }`},
	{does: `boardEvents(boardId: "$board", after: "x") { __typename }`},
	{does: `ideaLeaderboard(boardId: "$board") { __typename }`},
	{does: `ideaLeaderboard(boardId: "$board", period: DAY, first: 100, after: "x") { __typename }`},
}...)

// elsewhere are the root fields that know nothing of spaces, and lists, which
// TestListsHideThePrivate reads.
var elsewhere = map[string]string{
	"viewer": "a list", "spaces": "a list", "ideaDrafts": "a list", "calendars": "a list", "member": "members are public", "members": "members are public",
	"register": "an account", "logIn": "an account", "logOut": "an account", "changePassword": "an account",
	"revokeSession": "an account", "createApiToken": "an account", "revokeApiToken": "an account", "updateProfile": "an account",
	"setMemberRole": "a member", "createSpace": "takes no id",
	"communityCounters": "counts what the viewer's audience sees, which the counters' own tests try",
}

// TestThePrivateIsAbsent asks for all that is in a private space, and does all
// that can be done to it, as people who may not see it. Each answer must be the
// one for an id that nothing has.
func TestThePrivateIsAbsent(t *testing.T) {
	c := dig(t)
	before := c.contents()
	for _, who := range c.viewers {
		for _, p := range queryProbes {
			c.compare(t, who, "query", p, p.want)
		}
		for _, p := range mutationProbes {
			want := p.want
			if who == "guest" {
				want = "UNAUTHENTICATED NOT_FOUND"
			} else if strings.HasPrefix(who, "veche_") {
				want = "FORBIDDEN NOT_FOUND"
			}
			c.compare(t, who, "mutation", p, want)
		}
		for _, p := range subscriptionProbes {
			c.compareHeard(t, who, p)
		}
	}
	if after := c.contents(); after != before {
		t.Errorf("the private space was changed from\n%s\nto\n%s", before, after)
	}
}

// contents are what is in the cellar, as its keeper sees it.
func (c *cellar) contents() string {
	query, err := c.things.show(`{ board(id: "$board") { name slug archivedAt policy { voterRole } ideaCount ideas { nodes { title body status answers { body } } } }
		goneIdea: idea(id: "$goneIdea") { deleted } space(id: "$space") { name visibility topicCount memberCount
		topics { nodes { id title pinned postCount reactionCount viewCount acceptedAnswer { id } polls { voterCount closesAt }
			posts(withDeleted: true) { nodes { id body revision deleted reactions { count } } } } } } }`)
	if err != nil {
		c.t.Fatal(err)
	}
	return layout(c.ask("keeper", query, nil).Data)
}

func (c *cellar) compare(t *testing.T, who, kind string, p probe, want string) {
	t.Helper()
	answers := make([]string, 2)
	for i, n := range []*names{c.things, c.absent} {
		query, err := n.show(kind + " { " + p.does + " }")
		if err != nil {
			t.Fatal(err)
		}
		got := c.ask(who, query, nil)
		wantKinds(t, who+" "+p.does, want, got)
		answers[i] = hidden(n, said(got))
	}
	if answers[0] != answers[1] {
		t.Errorf("%s: %s\nof the private one:  %s\nof one that is not: %s", who, p.does, answers[0], answers[1])
	}
	if strings.Contains(answers[0], secret) {
		t.Errorf("%s: %s told %s", who, p.does, answers[0])
	}
}

func (c *cellar) compareHeard(t *testing.T, who string, p probe) {
	t.Helper()
	answers := make([]string, 2)
	for i, n := range []*names{c.things, c.absent} {
		query, err := n.show("subscription { " + p.does + " }")
		if err != nil {
			t.Fatal(err)
		}
		ear, err := c.listen(who, query, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := ear.hear(patience)
		ear.cancel()
		if !ok || got.outcome == nil {
			t.Fatalf("%s: %s heard %v", who, p.does, got)
		}
		wantKinds(t, who+" "+p.does, p.want, got.outcome)
		answers[i] = hidden(n, said(got.outcome))
	}
	if answers[0] != answers[1] {
		t.Errorf("%s: %s\nof the private one:  %s\nof one that is not: %s", who, p.does, answers[0], answers[1])
	}
}

// said is all of an answer but its extensions' ids.
func said(o *outcome) string {
	text := string(o.Data)
	for _, f := range o.Errors {
		text += "\n" + f.String()
	}
	return text
}

// wantKinds wants errors of the kinds, NOT_FOUND if none is named, or none.
func wantKinds(t *testing.T, what, want string, got *outcome) {
	t.Helper()
	if want == "" {
		want = "NOT_FOUND"
	}
	if want == nothingSaid && len(got.Errors) == 0 {
		return
	}
	if len(got.Errors) == 0 || !slices.Contains(strings.Fields(want), got.Errors[0].Extensions.Code) {
		t.Errorf("%s: want %s, got %s", what, want, said(got))
	}
}

// TestProbesCoverTheSchema fails when the schema has a root field, or an
// argument that takes an id, that no probe tries.
func TestProbesCoverTheSchema(t *testing.T) {
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for root, probes := range map[*ast.Definition][]probe{
		schema.Query: queryProbes, schema.Mutation: mutationProbes, schema.Subscription: subscriptionProbes,
	} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") || elsewhere[field.Name] != "" {
				continue
			}
			var tried []string
			for _, p := range probes {
				if regexp.MustCompile(`^` + field.Name + `\b`).MatchString(p.does) {
					tried = append(tried, p.does)
				}
			}
			if len(tried) == 0 {
				t.Errorf("no probe tries %s.%s", root.Name, field.Name)
			}
			for _, id := range idsOf(schema, field.Arguments) {
				if !strings.Contains(strings.Join(tried, "\n"), id+":") {
					t.Errorf("no probe gives %s.%s its %s", root.Name, field.Name, id)
				}
			}
		}
	}
}

// idsOf are the names of the arguments that take ids, in inputs too.
func idsOf(schema *ast.Schema, arguments ast.ArgumentDefinitionList) (ids []string) {
	fields := ast.FieldList{}
	for _, a := range arguments {
		fields = append(fields, &ast.FieldDefinition{Name: a.Name, Type: a.Type})
	}
	for i := 0; i < len(fields); i++ {
		if fields[i].Type.Name() == "ID" && fields[i].Name != "optionIds" {
			ids = append(ids, fields[i].Name)
		}
		if kind := schema.Types[fields[i].Type.Name()]; kind.Kind == ast.InputObject {
			fields = append(fields, kind.Fields...)
		}
	}
	return ids
}

package server

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
)

// input is what somebody sends in place of what a mutation takes, and the code
// and field of the error that must come.
type input struct {
	mutation string
	name     string
	change   vars // of an input that is good otherwise
	want     string
}

func letters(n int) string { return strings.Repeat("я", n) }

// override is a name that reads backwards (Unicode, U+202E).
const override = "Anna \u202egpj.exe"

var badInputs = append(badCalendarInputs, []input{
	{"register", "RegisterInput", vars{"email": "anna"}, "BAD_INPUT email"},
	{"register", "RegisterInput", vars{"email": "Anna <anna2@example.org>"}, "BAD_INPUT email"},
	{"register", "RegisterInput", vars{"email": letters(300) + "@example.org"}, "BAD_INPUT email"},
	{"register", "RegisterInput", vars{"email": "a@b\u0000.org"}, "BAD_INPUT email"},
	{"register", "RegisterInput", vars{"email": 7}, "BAD_INPUT email"},
	{"register", "RegisterInput", vars{"email": nil}, "BAD_INPUT email"},
	{"register", "RegisterInput", vars{"password": letters(members.MinPassword - 1)}, "BAD_INPUT password"},
	{"register", "RegisterInput", vars{"password": letters(members.MaxPassword + 1)}, "BAD_INPUT password"},
	{"register", "RegisterInput", vars{"handle": "a"}, "BAD_INPUT handle"},
	{"register", "RegisterInput", vars{"handle": strings.Repeat("a", 33)}, "BAD_INPUT handle"},
	{"register", "RegisterInput", vars{"handle": "аnna2"}, "BAD_INPUT handle"}, // its first letter is Cyrillic
	{"register", "RegisterInput", vars{"handle": "ann a"}, "BAD_INPUT handle"},
	{"register", "RegisterInput", vars{"handle": "вече"}, "BAD_INPUT handle"},
	{"register", "RegisterInput", vars{"handle": "anna"}, "BAD_INPUT handle"},
	{"register", "RegisterInput", vars{"name": ""}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": " \t "}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": override}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": "Анна\u0000"}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": "Анна\nКим"}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": "\u200b"}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": "Z" + strings.Repeat("\u0301", 40)}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"name": letters(members.MaxName + 1)}, "BAD_INPUT name"},
	{"register", "RegisterInput", vars{"surname": "Ким"}, "BAD_INPUT surname"},

	{"updateProfile", "UpdateProfileInput", vars{"name": override}, "BAD_INPUT name"},
	{"updateProfile", "UpdateProfileInput", vars{"handle": ""}, "BAD_INPUT handle"},
	{"updateProfile", "UpdateProfileInput", vars{"bio": letters(members.MaxBio + 1)}, "BAD_INPUT bio"},
	{"updateProfile", "UpdateProfileInput", vars{"bio": "a\u0007b"}, "BAD_INPUT bio"},
	{"setMemberRole", "SetMemberRoleInput", vars{"role": "KING"}, "BAD_INPUT role"},
	{"setMemberRole", "SetMemberRoleInput", vars{"memberId": "rubbish"}, "NOT_FOUND"},
	{"createApiToken", "CreateApiTokenInput", vars{"name": ""}, "BAD_INPUT name"},
	{"createApiToken", "CreateApiTokenInput", vars{"name": letters(members.MaxName + 1)}, "BAD_INPUT name"},
	{"createApiToken", "CreateApiTokenInput", vars{"scopes": []string{"ALL"}}, "BAD_INPUT"},
	{"createApiToken", "CreateApiTokenInput", vars{"expiresAt": "tomorrow"}, "BAD_INPUT expiresAt"},
	{"createApiToken", "CreateApiTokenInput", vars{"expiresAt": "2020-01-01T00:00:00Z"}, "BAD_INPUT expiresAt"},
	{"revokeSession", "RevokeSessionInput", vars{"sessionId": ""}, "NOT_FOUND"},
	{"revokeApiToken", "RevokeApiTokenInput", vars{"apiTokenId": "\u0000"}, "NOT_FOUND"},

	{"createSpace", "CreateSpaceInput", vars{"name": ""}, "BAD_INPUT name"},
	{"createSpace", "CreateSpaceInput", vars{"name": override}, "BAD_INPUT name"},
	{"createSpace", "CreateSpaceInput", vars{"name": letters(forum.MaxSpaceName + 1)}, "BAD_INPUT name"},
	{"createSpace", "CreateSpaceInput", vars{"slug": "Площадь"}, "BAD_INPUT slug"},
	{"createSpace", "CreateSpaceInput", vars{"slug": "a"}, "BAD_INPUT slug"},
	{"createSpace", "CreateSpaceInput", vars{"slug": strings.Repeat("a", 65)}, "BAD_INPUT slug"},
	{"createSpace", "CreateSpaceInput", vars{"slug": "hall"}, "BAD_INPUT slug"},
	{"createSpace", "CreateSpaceInput", vars{"description": letters(forum.MaxSpaceDescription + 1)}, "BAD_INPUT description"},
	{"createSpace", "CreateSpaceInput", vars{"visibility": "SECRET"}, "BAD_INPUT visibility"},
	{"updateSpace", "UpdateSpaceInput", vars{"slug": ""}, "BAD_INPUT slug"},
	{"updateSpace", "UpdateSpaceInput", vars{"name": ""}, "BAD_INPUT name"},
	{"updateSpace", "UpdateSpaceInput", vars{"spaceId": "rubbish"}, "NOT_FOUND"},
	{"joinSpace", "JoinSpaceInput", vars{"spaceId": "space_"}, "NOT_FOUND"},
	{"leaveSpace", "LeaveSpaceInput", vars{"spaceId": letters(5000)}, "NOT_FOUND"},
	{"addSpaceMember", "AddSpaceMemberInput", vars{"memberId": "nobody"}, "NOT_FOUND"},
	{"addSpaceMember", "AddSpaceMemberInput", vars{"role": "KING"}, "BAD_INPUT role"},
	{"removeSpaceMember", "RemoveSpaceMemberInput", vars{"spaceId": "rubbish"}, "NOT_FOUND"},

	{"createTopic", "CreateTopicInput", vars{"title": ""}, "BAD_INPUT title"},
	{"createTopic", "CreateTopicInput", vars{"title": letters(forum.MaxTitle + 1)}, "BAD_INPUT title"},
	{"createTopic", "CreateTopicInput", vars{"title": override}, "BAD_INPUT title"},
	{"createTopic", "CreateTopicInput", vars{"body": ""}, "BAD_INPUT body"},
	{"createTopic", "CreateTopicInput", vars{"body": letters(forum.MaxBody + 1)}, "BAD_INPUT body"},
	{"createTopic", "CreateTopicInput", vars{"tags": []string{"a b"}}, "BAD_INPUT tags"},
	{"createTopic", "CreateTopicInput", vars{"tags": []string{"..."}}, "BAD_INPUT tags"},
	{"createTopic", "CreateTopicInput", vars{"tags": []string{letters(36)}}, "BAD_INPUT tags"},
	{"createTopic", "CreateTopicInput", vars{"tags": strings.Split("a b c d e f g h i", " ")}, "BAD_INPUT tags"},
	{"createTopic", "CreateTopicInput", vars{"spaceId": "rubbish"}, "NOT_FOUND"},
	{"updateTopic", "UpdateTopicInput", vars{"title": ""}, "BAD_INPUT title"},
	{"updateTopic", "UpdateTopicInput", vars{"body": " \n "}, "BAD_INPUT body"},
	{"updateTopic", "UpdateTopicInput", vars{"tags": []string{""}}, "BAD_INPUT tags"},
	{"updateTopic", "UpdateTopicInput", vars{"spaceId": "rubbish"}, "NOT_FOUND"},
	{"updateTopic", "UpdateTopicInput", vars{"pinned": "yes"}, "BAD_INPUT pinned"},
	{"deleteTopic", "DeleteTopicInput", vars{"topicId": ""}, "NOT_FOUND"},
	{"restoreTopic", "RestoreTopicInput", vars{"topicId": "rubbish"}, "NOT_FOUND"},
	{"markRead", "MarkReadInput", vars{"number": 99}, "BAD_INPUT number"},
	{"markRead", "MarkReadInput", vars{"number": 1.5}, "BAD_INPUT number"},
	{"markRead", "MarkReadInput", vars{"number": 1e30}, "BAD_INPUT number"},
	{"watch", "WatchInput", vars{"level": "ALWAYS"}, "BAD_INPUT level"},
	{"watch", "WatchInput", vars{"topicId": nil}, "BAD_INPUT topicId"},
	{"watch", "WatchInput", vars{"topicId": "rubbish"}, "NOT_FOUND"},

	{"addPost", "AddPostInput", vars{"body": ""}, "BAD_INPUT body"},
	{"addPost", "AddPostInput", vars{"body": letters(forum.MaxBody + 1)}, "BAD_INPUT body"},
	{"addPost", "AddPostInput", vars{"body": "a\u0000b"}, "BAD_INPUT body"},
	{"addPost", "AddPostInput", vars{"replyToId": "rubbish"}, "BAD_INPUT replyToId"},
	{"addPost", "AddPostInput", vars{"topicId": "rubbish"}, "NOT_FOUND"},
	{"editPost", "EditPostInput", vars{"body": ""}, "BAD_INPUT body"},
	{"editPost", "EditPostInput", vars{"reason": letters(forum.MaxReason + 1)}, "BAD_INPUT reason"},
	{"editPost", "EditPostInput", vars{"reason": override}, "BAD_INPUT reason"},
	{"editPost", "EditPostInput", vars{"revision": 5}, "CONFLICT"},
	{"editPost", "EditPostInput", vars{"postId": "rubbish"}, "NOT_FOUND"},
	{"deletePost", "DeletePostInput", vars{"postId": "rubbish"}, "NOT_FOUND"},
	{"restorePost", "RestorePostInput", vars{"postId": "rubbish"}, "NOT_FOUND"},
	{"acceptAnswer", "AcceptAnswerInput", vars{"postId": "rubbish"}, "NOT_FOUND"},
	{"addReaction", "AddReactionInput", vars{"kind": "GRIN"}, "BAD_INPUT kind"},
	{"removeReaction", "RemoveReactionInput", vars{"postId": "rubbish"}, "NOT_FOUND"},
	{"bookmark", "BookmarkInput", vars{"note": letters(forum.MaxNote + 1)}, "BAD_INPUT note"},
	{"bookmark", "BookmarkInput", vars{"note": override}, "BAD_INPUT note"},
	{"bookmark", "BookmarkInput", vars{"postId": "rubbish"}, "NOT_FOUND"},

	{"createPoll", "CreatePollInput", vars{"question": ""}, "BAD_INPUT question"},
	{"createPoll", "CreatePollInput", vars{"question": letters(forum.MaxQuestion + 1)}, "BAD_INPUT question"},
	{"createPoll", "CreatePollInput", vars{"options": []string{"a"}}, "BAD_INPUT options"},
	{"createPoll", "CreatePollInput", vars{"options": strings.Split(strings.Repeat("a,", 20)+"a", ",")}, "BAD_INPUT options"},
	{"createPoll", "CreatePollInput", vars{"options": []string{"a", ""}}, "BAD_INPUT options"},
	{"createPoll", "CreatePollInput", vars{"options": []string{"a", letters(forum.MaxOption + 1)}}, "BAD_INPUT options"},
	{"createPoll", "CreatePollInput", vars{"maxChoices": 0}, "BAD_INPUT maxChoices"},
	{"createPoll", "CreatePollInput", vars{"topicId": "rubbish"}, "NOT_FOUND"},
	{"votePoll", "VotePollInput", vars{"optionIds": []string{"9"}}, "BAD_INPUT optionIds"},
	{"votePoll", "VotePollInput", vars{"pollId": "rubbish"}, "NOT_FOUND"},
	{"closePoll", "ClosePollInput", vars{"pollId": "rubbish"}, "NOT_FOUND"},
	{"setTyping", "SetTypingInput", vars{"topicId": "rubbish"}, "NOT_FOUND"},
	{"setTyping", "SetTypingInput", vars{"topicId": "rubbish", "typing": false}, "NOT_FOUND"},

	{"createBoard", "CreateBoardInput", vars{"name": ""}, "BAD_INPUT name"},
	{"createBoard", "CreateBoardInput", vars{"name": letters(ideas.MaxBoardName + 1)}, "BAD_INPUT name"},
	{"createBoard", "CreateBoardInput", vars{"slug": "Доска"}, "BAD_INPUT slug"},
	{"createBoard", "CreateBoardInput", vars{"brief": letters(ideas.MaxBrief + 1)}, "BAD_INPUT brief"},
	{"createBoard", "CreateBoardInput", vars{"kind": "GAME"}, "BAD_INPUT kind"},
	{"createBoard", "CreateBoardInput", vars{"spaceId": "rubbish"}, "NOT_FOUND"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"kind": "BUDGET", "budget": ideas.MaxBudget + 1}}, "BAD_INPUT policy.budget"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"kind": "BUDGET", "budget": -1}}, "BAD_INPUT policy.budget"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"kind": "BUDGET", "budget": 5, "perIdea": -1}}, "BAD_INPUT policy.perIdea"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"kind": "WEIGHTED", "weights": []vars{{"role": "ADMIN", "weight": 0}}}}, "BAD_INPUT policy.weights"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"kind": "WEIGHTED", "weights": []vars{{"role": "ADMIN", "weight": ideas.MaxWeight + 1}}}}, "BAD_INPUT policy.weights"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"kind": "WEIGHTED", "weights": []vars{{"role": "GUEST", "weight": 1}}}}, "BAD_INPUT policy.weights"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"weights": []vars{{"role": "ADMIN", "weight": 1}}}}, "BAD_INPUT policy.weights"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"voterIds": []string{"rubbish"}}}, "BAD_INPUT policy.voterIds"},
	{"createBoard", "CreateBoardInput", vars{"policy": vars{"voterIds": make([]string, ideas.MaxJury+1)}}, "BAD_INPUT policy.voterIds"},
	{"updateBoard", "UpdateBoardInput", vars{"name": override}, "BAD_INPUT name"},
	{"updateBoard", "UpdateBoardInput", vars{"slug": ""}, "BAD_INPUT slug"},
	{"updateBoard", "UpdateBoardInput", vars{"boardId": "rubbish"}, "NOT_FOUND"},
	{"proposeIdea", "ProposeIdeaInput", vars{"title": ""}, "BAD_INPUT title"},
	{"proposeIdea", "ProposeIdeaInput", vars{"title": letters(ideas.MaxTitle + 1)}, "BAD_INPUT title"},
	{"proposeIdea", "ProposeIdeaInput", vars{"title": override}, "BAD_INPUT title"},
	{"proposeIdea", "ProposeIdeaInput", vars{"title": "", "draft": true}, "BAD_INPUT title"},
	{"proposeIdea", "ProposeIdeaInput", vars{"body": ""}, "BAD_INPUT body"},
	{"proposeIdea", "ProposeIdeaInput", vars{"body": letters(ideas.MaxBody + 1)}, "BAD_INPUT body"},
	{"proposeIdea", "ProposeIdeaInput", vars{"body": "a\u0000b", "draft": true}, "BAD_INPUT body"},
	{"proposeIdea", "ProposeIdeaInput", vars{"tags": strings.Split("a b c d e f g h i", " ")}, "BAD_INPUT tags"},
	{"proposeIdea", "ProposeIdeaInput", vars{"boardId": "rubbish"}, "NOT_FOUND"},
	{"publishIdea", "PublishIdeaInput", vars{"ideaId": "rubbish"}, "NOT_FOUND"},
	{"updateIdea", "UpdateIdeaInput", vars{"title": ""}, "BAD_INPUT title"},
	{"updateIdea", "UpdateIdeaInput", vars{"body": " "}, "BAD_INPUT body"},
	{"updateIdea", "UpdateIdeaInput", vars{"tags": []string{"a b"}}, "BAD_INPUT tags"},
	{"updateIdea", "UpdateIdeaInput", vars{"ideaId": "rubbish"}, "NOT_FOUND"},
	{"deleteIdea", "DeleteIdeaInput", vars{"ideaId": "rubbish"}, "NOT_FOUND"},
	{"restoreIdea", "RestoreIdeaInput", vars{"ideaId": "rubbish"}, "NOT_FOUND"},
	{"setIdeaStatus", "SetIdeaStatusInput", vars{"status": "DONE"}, "BAD_INPUT status"},
	{"setIdeaStatus", "SetIdeaStatusInput", vars{"status": "DUPLICATE"}, "BAD_INPUT status"},
	{"setIdeaStatus", "SetIdeaStatusInput", vars{"answer": letters(ideas.MaxAnswer + 1)}, "BAD_INPUT answer"},
	{"setIdeaStatus", "SetIdeaStatusInput", vars{"releaseNote": "x"}, "BAD_INPUT releaseNote"},
	{"setIdeaStatus", "SetIdeaStatusInput", vars{"status": "IMPLEMENTED", "releaseNote": ""}, "BAD_INPUT releaseNote"},
	{"setIdeaStatus", "SetIdeaStatusInput", vars{"ideaId": "rubbish"}, "NOT_FOUND"},
	{"answerIdea", "AnswerIdeaInput", vars{"body": ""}, "BAD_INPUT body"},
	{"answerIdea", "AnswerIdeaInput", vars{"body": letters(ideas.MaxAnswer + 1)}, "BAD_INPUT body"},
	{"answerIdea", "AnswerIdeaInput", vars{"ideaId": "rubbish"}, "NOT_FOUND"},
}...)

// TestBadInput sends each mutation what it must refuse, and wants the error to
// say what is wrong with which field.
func TestBadInput(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "olga owner")
	h.build("hall")
	good := goodInputs(h)
	for _, bad := range badInputs {
		name := fmt.Sprintf("%s %.60q", bad.mutation, fmt.Sprint(bad.change))
		sent := maps.Clone(good[bad.mutation])
		maps.Copy(sent, bad.change)
		query := fmt.Sprintf("mutation($i: %s!) { %s(input: $i) { __typename } }", bad.name, bad.mutation)
		wantFault(t, name, bad.want, h.ask("olga", query, vars{"i": sent}))
	}
}

func wantFault(t *testing.T, name, want string, got *outcome) {
	t.Helper()
	if len(got.Errors) != 1 {
		t.Errorf("%s: want one error %s, got %v and %s", name, want, got.Errors, got.Data)
		return
	}
	e := got.Errors[0].Extensions
	if said := strings.TrimSpace(e.Code + " " + e.Field); said != want {
		t.Errorf("%s: want %s, got %s: %s", name, want, said, got.Errors[0].Message)
	}
}

// goodInputs are inputs that would pass.
func goodInputs(h *house) map[string]vars {
	hall := h.spaces["hall"]
	topic := h.get("olga", `mutation($i: CreateTopicInput!) { createTopic(input: $i) { topic { id } } }`,
		vars{"i": vars{"spaceId": hall, "title": "Тема", "body": "Текст"}}).at("createTopic.topic.id").text()
	post := h.get("olga", `mutation($i: AddPostInput!) { addPost(input: $i) { post { id } } }`,
		vars{"i": vars{"topicId": topic, "body": "Пост"}}).at("addPost.post.id").text()
	poll := h.get("olga", `mutation($i: CreatePollInput!) { createPoll(input: $i) { poll { id } } }`,
		vars{"i": vars{"topicId": topic, "question": "?", "options": []string{"a", "b"}}}).at("createPoll.poll.id").text()
	board := h.get("olga", `mutation($i: CreateBoardInput!) { createBoard(input: $i) { board { id } } }`,
		vars{"i": vars{"spaceId": hall, "name": "Board"}}).at("createBoard.board.id").text()
	idea := h.get("olga", `mutation($i: ProposeIdeaInput!) { proposeIdea(input: $i) { idea { id } } }`,
		vars{"i": vars{"boardId": board, "title": "Идея", "body": "Текст"}}).at("proposeIdea.idea.id").text()
	good := goodCalendarInputs(h)
	maps.Copy(good, map[string]vars{
		"createBoard":       {"spaceId": hall, "name": "Another"},
		"updateBoard":       {"boardId": board},
		"proposeIdea":       {"boardId": board, "title": "Ещё", "body": "Текст"},
		"publishIdea":       {},
		"updateIdea":        {"ideaId": idea},
		"deleteIdea":        {},
		"restoreIdea":       {},
		"setIdeaStatus":     {"ideaId": idea, "status": "PLANNED"},
		"answerIdea":        {"ideaId": idea, "body": "Да"},
		"register":          {"email": "new@example.org", "password": password, "handle": "newcomer", "name": "Новый"},
		"updateProfile":     {},
		"setMemberRole":     {"memberId": h.residents["anna"].id, "role": community.RoleMember},
		"createApiToken":    {"name": "т", "scopes": []string{}},
		"revokeSession":     {},
		"revokeApiToken":    {},
		"createSpace":       {"name": "Новое"},
		"updateSpace":       {"spaceId": hall},
		"joinSpace":         {},
		"leaveSpace":        {},
		"addSpaceMember":    {"spaceId": hall, "memberId": h.residents["anna"].id},
		"removeSpaceMember": {"spaceId": hall, "memberId": h.residents["anna"].id},
		"createTopic":       {"spaceId": hall, "title": "Ещё", "body": "Текст"},
		"updateTopic":       {"topicId": topic},
		"deleteTopic":       {},
		"restoreTopic":      {},
		"markRead":          {"topicId": topic},
		"watch":             {"topicId": topic, "level": "MUTED"},
		"addPost":           {"topicId": topic, "body": "Ещё"},
		"editPost":          {"postId": post, "body": "Иначе"},
		"deletePost":        {},
		"restorePost":       {},
		"acceptAnswer":      {},
		"addReaction":       {"postId": post},
		"removeReaction":    {"kind": "LIKE"},
		"bookmark":          {"postId": post},
		"createPoll":        {"topicId": topic, "question": "?", "options": []string{"a", "b"}},
		"votePoll":          {"pollId": poll, "optionIds": []string{"1"}},
		"closePoll":         {},
		"setTyping":         {},
	})
	return good
}

// TestBadQueries asks for what cannot be answered.
func TestBadQueries(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "olga owner")
	h.build("hall")
	h.build("club")
	h.get("anna", `mutation($s: ID!) { createTopic(input: {spaceId: $s, title: "Т", body: "т", tags: ["go"]}) { topic { id } } }`, vars{"s": h.spaces["hall"]})
	cursor := h.get("anna", `{ spaces(first: 1) { pageInfo { endCursor } } }`, nil).at("spaces.pageInfo.endCursor").text()
	live := h.get("anna", `query($s: ID!) { space(id: $s) { liveCursor } }`, vars{"s": h.spaces["hall"]}).at("space.liveCursor").text()
	ids := make([]string, 101)
	lists := []string{
		"spaces(%s) { nodes { id } }", "topics(%s) { nodes { id } }", "members(%s) { nodes { id } }",
		`members(handlePrefix: "a", %s) { nodes { id } }`, "viewer { bookmarks(%s) { nodes { postId } } }",
		`space(slug: "hall") { topics(%s) { nodes { id } } }`, `space(slug: "hall") { topics(orderBy: HOT, %s) { nodes { id } } }`,
		`space(slug: "hall") { topics(tag: "go", %s) { nodes { id } } }`, `space(slug: "hall") { members(%s) { nodes { role } } }`,
		`topics { nodes { posts(%s) { nodes { id } } } }`, `topics { nodes { participants(%s) { nodes { postCount } } } }`,
		`topics { nodes { opening { revisions(%s) { nodes { number } } } } }`,
		"boards(%s) { nodes { id } }", "ideaDrafts(%s) { nodes { id } }", `member(handle: "anna") { ideas(%s) { nodes { id } } }`,
		`board(slug: "board") { ideas(%s) { nodes { id } } }`, `board(slug: "board") { ideas(period: WEEK, %s) { nodes { id } } }`,
		`board(slug: "board") { ideas(tag: "go", status: NEW, orderBy: TRENDING, %s) { nodes { id } } }`,
		`board(slug: "board") { ideas(orderBy: NEWEST, %s) { nodes { id } } }`,
		`boards { nodes { ideas(orderBy: MOST_DISCUSSED, status: NEW, %s) { nodes { id } } } }`,
		"calendars(%s) { nodes { id } }", "nearestEvents(%s) { nodes { id } }", "currentEvents(%s) { nodes { id } }",
	}
	h.get("olga", `mutation($s: ID!) { createBoard(input: {spaceId: $s, name: "board"}) { board { id } } }`, vars{"s": h.spaces["hall"]})
	pagings := map[string]string{
		"first: 0": "BAD_INPUT first", "first: 101": "BAD_INPUT first", "first: -1": "BAD_INPUT first",
		"last: 0": "BAD_INPUT last", "last: 101": "BAD_INPUT last", "first: 1, last: 1": "BAD_INPUT last",
		`after: ""`: "BAD_INPUT after", `after: "rubbish"`: "BAD_INPUT after", `after: "eyJsIjoic3BhY2VzIiwidiI6W119"`: "BAD_INPUT after",
		`last: 1, before: "rubbish"`: "BAD_INPUT before", `before: "rubbish"`: "BAD_INPUT before",
		`last: 1, after: "rubbish"`: "BAD_INPUT after", `after: "a", before: "b"`: "BAD_INPUT before",
		fmt.Sprintf("after: %q", live):         "BAD_INPUT after",
		fmt.Sprintf("after: %q", letters(2e3)): "BAD_INPUT after",
	}
	for _, list := range lists {
		for paging, want := range pagings {
			query := "{ " + fmt.Sprintf(list, paging) + " }"
			wantFault(t, query, want, h.ask("anna", query, nil))
		}
		if list != lists[0] {
			query := "{ " + fmt.Sprintf(list, fmt.Sprintf("after: %q", cursor)) + " }"
			wantFault(t, query, "BAD_INPUT after", h.ask("anna", query, nil))
		}
	}
	for query, want := range map[string]string{
		`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`: "BAD_INPUT ids",
		`{ space { id } }`:                        "BAD_INPUT id",
		`{ space(id: "a", slug: "b") { id } }`:    "BAD_INPUT id",
		`{ space(slug: "") { id } }`:              "NOT_FOUND",
		`{ node(id: "") { id } }`:                 "NOT_FOUND",
		`{ node(id: "topic_") { id } }`:           "NOT_FOUND",
		`{ node(id: "session_0000") { id } }`:     "NOT_FOUND",
		`{ topics(tag: "a b") { nodes { id } } }`: "BAD_INPUT tag",
		`query($ids: [ID!]!) { space(slug: "hall") { newTopics(since: "` + live + `", onScreen: $ids) { newCount } } }`:   "BAD_INPUT onScreen",
		`{ space(slug: "hall") { newTopics(since: "` + cursor + `") { newCount } } }`:                                     "BAD_INPUT since",
		`{ space(slug: "hall") { newTopics(since: "` + live + `", first: 101) { newCount } } }`:                           "BAD_INPUT first",
		`{ space(slug: "hall") { newTopics(since: "` + live + `", tag: "a b") { newCount } } }`:                           "BAD_INPUT tag",
		`{ space(slug: "hall") { newTopics(since: "` + liveCursor(string(h.spaces["hall"]), 1000) + `") { newCount } } }`: "CONFLICT",
		`{ topics(orderBy: BEST) { nodes { id } } }`:                                                                      "BAD_INPUT",
		`{ ideas(boardId: "x") { nodes { id } } }`:                                                                        "NOT_FOUND",
		`{ board(slug: "board") { ideas(tag: "a b") { nodes { id } } } }`:                                                 "BAD_INPUT tag",
		`{ board(slug: "board") { ideas(orderBy: NEWEST, period: DAY) { nodes { id } } } }`:                               "BAD_INPUT period",
		`{ board(slug: "board") { ideas(status: DONE) { nodes { id } } } }`:                                               "BAD_INPUT",
		`{ roadmap(boardId: "board_") { columns { status } } }`:                                                           "NOT_FOUND",
		`{ idea(id: "") { id } }`:                    "NOT_FOUND",
		`{ board { id } }`:                           "BAD_INPUT id",
		`{ topics(spaceId: "x") { nodes { id } } }`:  "NOT_FOUND",
		`{ topics(first: "many") { nodes { id } } }`: "BAD_INPUT",
		`{ member(handle: "") { id } }`:              "NOT_FOUND",
		`{ nothing }`:                                "BAD_INPUT",
		`{ viewer { member { password } } }`:         "BAD_INPUT",
		`{ viewer `:                                  "BAD_INPUT",
		``:                                           "BAD_INPUT",
		`query($a: Int!) { topics(first: $a) { nodes { id } } }`: "BAD_INPUT a",
	} {
		v := vars{}
		if strings.Contains(query, "$ids") {
			v["ids"] = ids
		}
		wantFault(t, query, want, h.ask("anna", query, v))
	}
}

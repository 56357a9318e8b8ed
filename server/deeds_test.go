package server

import (
	"sync"

	"veche/community"
	"veche/community/members"
)

// act does something at random, and says to which topic and post, and whose
// session it ended.
func (r *trial) act() (topic, post, ended string) {
	topic = r.topics[r.dice.IntN(len(r.topics))]
	_, space := r.anywhere()
	who := r.anyone()
	switch n := r.dice.IntN(20); {
	case n < 7:
		return topic, r.say(topic), ""
	case n < 9:
		return topic, r.react(topic), ""
	case n < 11:
		r.while(topic, "see", `mutation($s: ID!, $x: Visibility!) { updateSpace(input: {spaceId: $s, visibility: $x}) { space { id } } }`,
			vars{"s": space, "x": []string{"PUBLIC", "MEMBERS", "PRIVATE"}[r.dice.IntN(3)]})
	case n < 13:
		r.while(topic, "seat", takeSeat, vars{"s": space, "m": r.residents[who].id})
	case n < 15:
		r.while(topic, "unseat", `mutation($s: ID!, $m: ID!) { removeSpaceMember(input: {spaceId: $s, memberId: $m}) { space { id } } }`,
			vars{"s": space, "m": r.residents[who].id})
	case n < 17:
		r.while(topic, "role", `mutation($m: ID!, $x: Role!) { setMemberRole(input: {memberId: $m, role: $x}) { member { id } } }`,
			vars{"m": r.residents[who].id, "x": []string{"GUEST", "MEMBER", "MEMBER", "MODERATOR"}[r.dice.IntN(4)]})
	case n < 18:
		r.while(topic, "move", moveTopic, vars{"t": topic, "s": space})
	case n < 19:
		r.deed = "delete or restore"
		field := map[bool]string{false: "deleteTopic(input: {topicId: $t}) { topicId }", true: "restoreTopic(input: {topicId: $t}) { topic { id } }"}[r.gone[topic]]
		r.get("keeper", `mutation($t: ID!) { `+field+` }`, vars{"t": topic})
		r.gone[topic] = !r.gone[topic]
	default:
		r.deed = "log out"
		r.get(who, `mutation { logOut { member { id } } }`, nil)
		in, err := r.parts.Roll.LogIn(r.t.Context(), who+"@example.org", password, members.Device{})
		if err != nil {
			r.t.Fatal(err)
		}
		r.residents[who] = resident{r.residents[who].id, in.Token}
		return "", "", who
	}
	return topic, "", ""
}

// say adds a post; none to a topic that is deleted.
func (r *trial) say(topic string) string {
	r.deed = "post"
	if r.gone[topic] {
		return ""
	}
	p, err := r.parts.Hall.Reply(r.t.Context(), r.viewer("keeper"), newPost(topic))
	if err != nil {
		r.t.Fatal(err)
	}
	r.written[topic] = append(r.written[topic], len(r.may))
	return string(p.ID)
}

// react has somebody who may react to the last post of the topic.
func (r *trial) react(topic string) string {
	r.deed = "react"
	who := r.anyone()
	if r.gone[topic] || len(r.written[topic]) == 0 {
		return ""
	}
	post := r.get("keeper", `query($t: ID!) { topic(id: $t) { lastPost { id } } }`, vars{"t": topic}).at("topic.lastPost.id").text()
	kind := []string{"LIKE", "LOVE", "LAUGH", "SAD"}[r.dice.IntN(4)]
	field := "addReaction"
	mine := r.ask(who, `query($p: ID!) { post(id: $p) { viewerReactions } }`, vars{"p": post})
	for _, had := range read(mine.Data).at("post.viewerReactions").list() {
		if had.text() == kind {
			field = "removeReaction"
		}
	}
	got := r.ask(who, `mutation($p: ID!, $k: ReactionKind!) { `+field+`(input: {postId: $p, kind: $k}) { post { id } } }`, vars{"p": post, "k": kind})
	if len(got.Errors) > 0 {
		return "" // they may not
	}
	return post
}

// while has the keeper do something with rights, and somebody write at the same
// time. The server may refuse what changes nothing.
func (r *trial) while(topic, deed, query string, v vars) {
	var both sync.WaitGroup
	both.Go(func() { r.say(topic) })
	both.Go(func() {
		if got, err := r.try(r.t.Context(), "keeper", query, v); err != nil {
			r.t.Errorf("%s: %v", deed, err)
		} else if len(got.Errors) > 0 && got.Errors[0].Extensions.Code == string(community.KindInternal) {
			r.t.Errorf("%s: %s", deed, said(got))
		}
	})
	both.Wait()
	r.deed = deed
}

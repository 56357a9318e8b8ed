package server

import (
	"fmt"
	"sync"
	"testing"

	"veche/graph"
	"veche/store/storetest/ferret"
)

const keyed = `mutation($t: ID!, $b: Markdown!, $k: String) {
	addPost(input: {topicId: $t, body: $b}, idempotencyKey: $k) { post { id number body } } }`

// TestEveryMutationTakesAKey wants the argument on all of them.
func TestEveryMutationTakesAKey(t *testing.T) {
	for _, f := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		if arg := f.Arguments.ForName(idempotencyKey); arg == nil || arg.Type.String() != "String" {
			t.Errorf("%s takes no idempotencyKey", f.Name)
		}
	}
}

// TestOnce repeats a reply with the same key, on both engines: one after the
// other, at once, after a restart, and on another node.
func TestOnce(t *testing.T) {
	for engine, config := range engines(ferret.Start(t)) {
		t.Run(engine, func(t *testing.T) {
			c := config(t)
			h := open(t, c, "anna", "boris")
			h.build("hall")
			topic := h.openTopic("anna", "hall")
			first := h.get("anna", keyed, vars{"t": topic, "b": "раз", "k": "one"})
			again := h.get("anna", keyed, vars{"t": topic, "b": "раз", "k": "one"})
			if string(first.raw(t)) != string(again.raw(t)) {
				t.Errorf("got %s, then %s", first.raw(t), again.raw(t))
			}
			if other := h.ask("anna", keyed, vars{"t": topic, "b": "два", "k": "one"}); len(other.Errors) != 1 ||
				other.Errors[0].Extensions.Code != "CONFLICT" || other.Errors[0].Extensions.Field != idempotencyKey {
				t.Errorf("another input: %v", other.Errors)
			}
			if n := h.get("boris", keyed, vars{"t": topic, "b": "раз", "k": "one"}).at("addPost.post.number").number(); n != 2 {
				t.Errorf("another member's key is another key; got post %d", n)
			}
			atOnce(t, h, topic)
			if engine == "sqlite" {
				if err := h.stop(); err != nil {
					t.Fatal(err)
				}
			}
			residents := h.residents
			h = open(t, c) // after a restart, or another node
			h.residents = residents
			late := h.get("anna", keyed, vars{"t": topic, "b": "раз", "k": "one"})
			if late.at("addPost.post.id").text() != first.at("addPost.post.id").text() {
				t.Errorf("later: %s", late.raw(t))
			}
			if n := h.get("anna", `query($t: ID!) { topic(id: $t) { postCount } }`, vars{"t": topic}).at("topic.postCount").number(); n != 3 {
				t.Errorf("%d posts", n)
			}
		})
	}
}

// atOnce sends one reply many times at once: it is there once.
func atOnce(t *testing.T, h *house, topic string) {
	t.Helper()
	ids := make([]string, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			got, err := h.try(t.Context(), "boris", keyed, vars{"t": topic, "b": "вместе", "k": "together"})
			switch {
			case err != nil:
				t.Error(err)
			case len(got.Errors) > 0 && got.Errors[0].Extensions.Code == "UNAVAILABLE" && !h.parts.Store.Transactional():
			case len(got.Errors) > 0:
				t.Error(got.Errors)
			default:
				ids[i] = read(got.Data).at("addPost.post.id").text()
			}
		})
	}
	all.Wait()
	one := ""
	for _, id := range ids {
		if one == "" {
			one = id
		}
		if id != "" && id != one {
			t.Errorf("%s beside %s", id, one)
		}
	}
}

// TestOnceTellsTheTokenAgain repeats what tells a secret but once, and what its
// own deed would refuse the second time.
func TestOnceTellsTheTokenAgain(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	const key = "5f0c3c86-6a9f-4bb4-9d2a-8f5d6a1e7c33"
	register := `mutation($p: String!) { register(input: {email: "new@example.org", password: $p, handle: "nadia", name: "Nadia"}, idempotencyKey: "` + key + `") {
		session { token } member { id } } }`
	first := h.get("guest", register, vars{"p": password})
	again := h.get("guest", register, vars{"p": password})
	if a, b := first.at("register.session.token").text(), again.at("register.session.token").text(); a == "" || a != b {
		t.Errorf("the token was %q, then %q", a, b)
	}
	if got := h.ask("guest", register, vars{"p": password + "!"}); len(got.Errors) != 1 {
		t.Errorf("another password was answered %s", got.Data)
	}
	for name, mutation := range map[string]string{
		"changePassword": fmt.Sprintf(`mutation { changePassword(input: {currentPassword: %q, newPassword: "another long one"}, idempotencyKey: %q) { viewer { member { id } } } }`, password, key),
		"createApiToken": fmt.Sprintf(`mutation { createApiToken(input: {name: "t", scopes: [READ]}, idempotencyKey: %q) { token } }`, key+"t"),
	} {
		first := h.get("anna", mutation, nil)
		if again := h.get("anna", mutation, nil); string(first.raw(t)) != string(again.raw(t)) {
			t.Errorf("%s: %s, then %s", name, first.raw(t), again.raw(t))
		}
	}
	if got := h.ask("guest", `mutation { logIn(input: {email: "a@b.c", password: "x"}, idempotencyKey: "short") { member { id } } }`, nil); got.Errors[0].Extensions.Field != idempotencyKey {
		t.Errorf("a short key with a password: %v", got.Errors)
	}
}

package server

import (
	"testing"
)

// FuzzReferences asks for things by ids and cursors that anybody may make up:
// the answer says what is wrong with them, and nothing goes wrong inside.
func FuzzReferences(f *testing.F) {
	h := open(f, inFolder(f.TempDir()), "anna")
	h.build("hall")
	for _, text := range []string{"", "x", "topic_", "post_01jd", string(h.spaces["hall"]), string(h.residents["anna"].id), "eyJ", "\x00", "тема_1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		here := &house{t: t, parts: h.parts, server: h.server, url: h.url, client: h.client, residents: h.residents, spaces: h.spaces}
		got := here.ask("anna", `query($id: ID!, $c: Cursor) { node(id: $id) { id } nodes(ids: [$id, $id]) { id } topic(id: $id) { id }
			spaces(after: $c) { nodes { id } } topics(before: $c, last: 1, spaceId: $id, tag: "a") { nodes { id } } member(handle: $id) { id } }`,
			vars{"id": text, "c": text})
		for _, e := range got.Errors {
			if c := e.Extensions.Code; c != "NOT_FOUND" && c != "BAD_INPUT" {
				t.Errorf("%q: %s", text, e)
			}
		}
	})
}

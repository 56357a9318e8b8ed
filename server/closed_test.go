package server

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTrustedDocuments asks over every transport for what is listed and for what
// is not.
func TestTrustedDocuments(t *testing.T) {
	const listed, watch = `{ viewer { email } }`, `subscription { topicEvents(topicId: "topic_x") { __typename } }`
	c := inFolder(t.TempDir())
	c.TrustedDocuments = filepath.Join(t.TempDir(), "manifest.json")
	content, _ := json.Marshal(map[string]string{"Viewer": listed, "Watch": watch})
	if err := os.WriteFile(c.TrustedDocuments, content, 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, c, "anna")
	refused := func(name, body string) {
		t.Helper()
		if !strings.Contains(body, "FORBIDDEN") || !strings.Contains(body, "trusted documents") || strings.Contains(body, `"data"`) {
			t.Errorf("%s: %s", name, body)
		}
	}
	for name, s := range map[string]sent{
		"its text": bodied(inJSON(listed)), "its name": bodied(`{"documentId":"Viewer"}`), "its hash": bodied(`{"documentId":"sha256:` + hashed(listed) + `"}`),
		"by GET": queried("documentId", "Viewer"), "as a stream": with(queried("documentId", "Viewer"), "Accept", eventStream),
	} {
		if got := h.send(s); got.status != 200 || !strings.Contains(got.body, `{"data":{"viewer":null}}`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	for name, s := range map[string]sent{
		"another text": bodied(inJSON(listed + " ")), "the schema": bodied(inJSON("{ __schema { queryType { name } } }")),
		"another name": bodied(`{"documentId":"Other"}`), "a text with its hash": bodied(`{"query":"{ __typename }","documentId":"sha256:` + hashed("{ __typename }") + `"}`),
	} {
		got := h.send(s)
		if got.status != 403 {
			t.Errorf("%s: status %d", name, got.status)
		}
		refused(name, got.body)
	}
	refused("as a stream", h.send(bodied(inJSON(watch+" "), "Accept", eventStream)).body)
	w, err := h.dial("anna")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	heard := make(chan heard, 9)
	ask := func(id string, payload vars) *outcome {
		if err := w.say("subscribe", id, payload); err != nil {
			t.Fatal(err)
		}
		for len(heard) < 2 && w.hear(heard) { // what came, and the end
		}
		got := <-heard
		<-heard
		return got.outcome
	}
	wantFault(t, "over a socket", "FORBIDDEN", ask("1", vars{"query": watch + " "}))
	if got := ask("2", vars{"documentId": "Viewer"}); string(got.Data) != `{"viewer":{"email":"anna@example.org"}}` {
		t.Errorf("over a socket: %s %v", got.Data, got.Errors)
	}
}

// TestIntrospection asks for the schema, in the open and by fragments.
func TestIntrospection(t *testing.T) {
	for setting, want := range map[string]map[string]string{
		"":        {"guest": "", "anna": ""},
		"on":      {"guest": "", "anna": ""},
		"members": {"guest": "UNAUTHENTICATED", "anna": ""},
		"off":     {"guest": "FORBIDDEN", "anna": "FORBIDDEN"},
	} {
		c := inFolder(t.TempDir())
		c.Introspection = setting
		h := open(t, c, "anna")
		for who, code := range want {
			for _, query := range []string{
				`{ __schema { queryType { name } } }`, `{ __type(name: "Query") { name } }`, `{ viewer { email } ... { ...A } } fragment A on Query { x: __schema { queryType { name } } }`,
			} {
				got := h.ask(who, query, nil)
				if code != "" {
					wantFault(t, setting+" "+who, code, got)
				} else if len(got.Errors) > 0 || !strings.Contains(string(got.Data), `"name":"Query"`) {
					t.Errorf("%q %s: %s %v", setting, who, got.Data, got.Errors)
				}
			}
			h.get(who, `{ __typename viewer { __typename } }`, nil)
		}
	}
}

// TestHints lets members, and no guests, be told which names are like theirs.
// Each document breaks a rule that may hint.
func TestHints(t *testing.T) {
	h, hints := open(t, inFolder(t.TempDir()), "anna"), 0
	for _, query := range []string{
		`{ vewer { email } }`,
		`{ viewer }`,
		`{ node(id: "x") { email } }`,
		`{ node(id: "x") { name } }`,
		`{ node(idd: "x") { id } }`,
		`{ viewer { email @skip(iff: true) } }`,
		`{ node(id: "x") { ... on Membr { id } } }`,
		`query($x: Strin) { viewer { email } spaces(after: $x) { nodes { id } } }`,
		`{ topics(orderBy: LATST) { nodes { id } } }`,
		`{ topics(orderBy: "LATEST") { nodes { id } } }`,
		`mutation { logIn(input: {emial: "x", email: "x", password: "x"}) { member { id } } }`,
	} {
		if got := h.ask("anna", query, nil); len(got.Errors) > 0 && strings.Contains(got.Errors[0].Message, "Did you mean") {
			hints++
		}
		for _, f := range h.ask("guest", query, nil).Errors {
			if strings.Contains(f.Message, "Did you mean") || f.Message == "" {
				t.Errorf("%s: a guest is told: %s", query, f.Message)
			}
		}
	}
	if hints < 8 {
		t.Errorf("%d hints for a member", hints)
	}
}

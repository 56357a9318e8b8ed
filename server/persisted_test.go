package server

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// byHash is a request by hash, with the text if there is one to be kept.
func byHash(text, hash string, v vars) vars {
	body := vars{"variables": v, "extensions": vars{"persistedQuery": vars{"version": 1, "sha256Hash": hash}}}
	if text != "" {
		body["query"] = text
	}
	return body
}

func hashed(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// post sends the body as it is.
func (h *house) post(body vars) *outcome {
	h.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := h.request(h.t.Context(), "guest", text, "application/graphql-response+json")
	if err != nil {
		h.t.Fatal(err)
	}
	response, err := h.client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	var got outcome
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		h.t.Fatal(err)
	}
	return &got
}

// TestPersisted names a query by its hash: unknown at first, then told, then
// known, to another server over the same folder as well.
func TestPersisted(t *testing.T) {
	const text = `query Spaces($n: Int) { spaces(first: $n) { nodes { slug } } }`
	folder := inFolder(t.TempDir())
	h := open(t, folder)
	h.build("hall")
	want := func(got *outcome, data string) {
		t.Helper()
		if len(got.Errors) > 0 || string(got.Data) != data {
			t.Fatalf("got %s %v", got.Data, got.Errors)
		}
	}
	hash, all := hashed(text), `{"spaces":{"nodes":[{"slug":"hall"}]}}`
	unknown := h.post(byHash("", hash, nil))
	if len(unknown.Errors) != 1 || unknown.Errors[0].Message != "PersistedQueryNotFound" || unknown.Errors[0].Extensions.Code != "PERSISTED_QUERY_NOT_FOUND" {
		t.Fatalf("an unknown hash: %v", unknown.Errors)
	}
	want(h.post(byHash(text, hash, vars{"n": 5})), all)
	want(h.post(byHash("", hash, vars{"n": 1})), all)
	want(h.post(vars{"documentId": "sha256:" + hash}), all)
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h = open(t, folder)
	extensions, _ := json.Marshal(byHash("", hash, nil)["extensions"])
	response, err := http.Get(h.url + "?extensions=" + url.QueryEscape(string(extensions)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got outcome
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want(&got, all)
}

func TestPersistedIsRefused(t *testing.T) {
	h := open(t, inFolder(t.TempDir()))
	for name, test := range map[string]struct {
		persistedQuery any
		query, field   string
	}{
		"hash of something else": {vars{"version": 1, "sha256Hash": hashed("x")}, "{ spaces { nodes { id } } }", "sha256Hash"},
		"no hash":                {vars{"version": 1}, "", "sha256Hash"},
		"no hexadecimal":         {vars{"version": 1, "sha256Hash": "zz"}, "", "sha256Hash"},
		"other version":          {vars{"version": 2, "sha256Hash": hashed("x")}, "", "version"},
		"no object":              {"x", "", "persistedQuery"},
	} {
		got := h.post(vars{"query": test.query, "extensions": vars{"persistedQuery": test.persistedQuery}})
		if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_INPUT" || got.Errors[0].Extensions.Field != test.field {
			t.Errorf("%s: %v", name, got.Errors)
		}
	}
	invalid := "{ nothing }"
	h.post(byHash(invalid, hashed(invalid), nil))
	if got := h.post(byHash("", hashed(invalid), nil)); got.Errors[0].Message != "PersistedQueryNotFound" {
		t.Errorf("an invalid text was kept: %v", got.Errors)
	}
}

// TestPersistedSharesTheGroup has one reader name the subscription by its hash
// and another send its text: they are told by the same execution.
func TestPersistedSharesTheGroup(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna")
	h.build("hall")
	topic := h.openTopic("anna", "hall")
	first, err := h.listen("guest", everything, vars{"t": topic})
	if err != nil {
		t.Fatal(err)
	}
	h.settled(first, 0)
	for i, text := range []string{everything, ""} { // tells it, then only names it
		w, err := h.dial("guest")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if err := w.say("subscribe", "1", byHash(text, hashed(everything), vars{"t": topic})); err != nil {
			t.Fatal(err)
		}
		h.settled(&ear{}, i+1)
	}
	if readers, groups := h.server.station.Readers(), h.server.station.Groups(); readers != 3 || groups != 1 {
		t.Errorf("%d readers in %d groups", readers, groups)
	}
}

package persisted

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

const text = "query Spaces { spaces { nodes { id } } }"

// manifest writes one to a file.
func manifest(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTrusted(t *testing.T) {
	apollo := `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"ID","name":"Spaces","type":"query","body":"` + text + `"}]}`
	byHash := map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hashOf(text)}}
	for form, content := range map[string]string{
		"Relay's": `{"ID":"` + text + `"}`, "Apollo's": apollo, "by hash": `{"` + hashOf(text) + `":"` + text + `","ID":"` + text + `"}`,
	} {
		trusted, err := ReadTrusted(manifest(t, content))
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		for name, c := range map[string]struct {
			query      string
			extensions map[string]any
			want       string // of the error; empty if there is none
		}{
			"its text":               {text, nil, ""},
			"its name":               {"", map[string]any{DocumentID: "ID"}, ""},
			"its hash":               {"", byHash, ""},
			"its hash, as an id":     {"", map[string]any{DocumentID: "sha256:" + hashOf(text)}, ""},
			"its hash, in capitals":  {"", map[string]any{DocumentID: "sha256:" + strings.ToUpper(hashOf(text))}, ""},
			"both":                   {text, byHash, ""},
			"its hash on another":    {"{ x }", byHash, "not the hash"},
			"another text":           {text + " ", nil, "trusted"},
			"another name":           {"", map[string]any{DocumentID: "other"}, "trusted"},
			"another hash":           {"{ x }", map[string]any{DocumentID: "sha256:" + hashOf("{ x }")}, "trusted"},
			"nothing":                {"", nil, "trusted"},
			"a name that is no text": {"", map[string]any{DocumentID: 7}, "name of a document"},
			"no hash":                {"", map[string]any{DocumentID: "sha256:ID"}, "hexadecimal"},
		} {
			p := &graphql.RawParams{Query: c.query, Extensions: c.extensions}
			fault := trusted.MutateOperationParameters(t.Context(), p)
			switch {
			case c.want == "" && (fault != nil || p.Query != text):
				t.Errorf("%s: %s: %v %q", form, name, fault, p.Query)
			case c.want != "" && (fault == nil || !strings.Contains(fault.Error(), c.want)):
				t.Errorf("%s: %s: %v", form, name, fault)
			}
		}
	}
}

func TestBadManifests(t *testing.T) {
	for name, content := range map[string]string{
		"no JSON": "x", "a list": `["{ x }"]`, "nothing": `{}`, "no texts": `{"a":{"b":"c"}}`, "no text": `{"a":""}`, "no name": `{"":"{ x }"}`,
		"Apollo's without operations": `{"format":"apollo-persisted-query-manifest","version":1,"operations":[]}`,
	} {
		if _, err := ReadTrusted(manifest(t, content)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := ReadTrusted(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there was taken")
	}
}

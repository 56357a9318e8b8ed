package persisted

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"veche/community"
)

// DocumentID is the field of a request that names a document, beside query.
const DocumentID = "documentId"

// persistedQuery is the extension that does.
const persistedQuery = "persistedQuery"

// Name puts a documentId among the extensions of a request, where the executor
// hands it on. A persistedQuery that stands there already goes before it.
func Name(extensions map[string]any, document string) map[string]any {
	named := maps.Clone(extensions)
	if named == nil {
		named = map[string]any{}
	}
	named[DocumentID] = document
	return named
}

// Named says whether the extensions of a request name a document.
func Named(extensions map[string]any) bool {
	return extensions[persistedQuery] != nil || extensions[DocumentID] != nil
}

var errOtherHash = community.BadInput("sha256Hash", "This is not the hash of the query.")

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// nameIn is the name of a document among the extensions: its hash, or what a
// documentId says in other words; empty if there is none.
func nameIn(extensions map[string]any) (string, error) {
	if asked := extensions[persistedQuery]; asked != nil {
		return hashIn(asked)
	}
	asked, ok := extensions[DocumentID]
	if !ok {
		return "", nil
	}
	name, ok := asked.(string)
	if !ok || name == "" {
		return "", community.BadInput(DocumentID, "This is the name of a document, such as sha256: and its hash.")
	}
	if hash, ok := strings.CutPrefix(name, "sha256:"); ok {
		return checked(DocumentID, hash)
	}
	return name, nil
}

// hashIn is the hash that a persistedQuery names.
func hashIn(asked any) (string, error) {
	fields, ok := asked.(map[string]any)
	if !ok {
		return "", community.BadInput(persistedQuery, "This is an object of version and sha256Hash.")
	}
	if fmt.Sprint(fields["version"]) != "1" {
		return "", community.BadInput("version", "Only version 1 of persisted queries is known.")
	}
	hash, _ := fields["sha256Hash"].(string)
	return checked("sha256Hash", hash)
}

func checked(field, hash string) (string, error) {
	if _, err := hex.DecodeString(hash); err != nil || len(hash) != 2*sha256.Size {
		return "", community.BadInput(field, "A hash is 64 hexadecimal digits.")
	}
	return strings.ToLower(hash), nil
}

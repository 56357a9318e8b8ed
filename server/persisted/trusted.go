package persisted

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

// Trusted are the only documents that may be asked for: those of a manifest,
// which the clients' build writes. It is an extension of gqlgen's handler, and
// holds for every transport. A document is asked for by its name or by its text.
type Trusted struct {
	texts  map[string]string // by name in the manifest, and by hash
	hashes map[string]bool
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = (*Trusted)(nil)

// ReadTrusted reads a manifest: a JSON object of names and texts, as Relay's
// compiler and GraphQL Code Generator write it, or a manifest of Apollo's, which
// has the texts as operations with id and body.
func ReadTrusted(file string) (*Trusted, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the trusted documents: %w", err)
	}
	texts, err := parseManifest(data)
	if err != nil {
		return nil, fmt.Errorf("read the trusted documents in %s: %w", file, err)
	}
	t := &Trusted{texts: map[string]string{}, hashes: map[string]bool{}}
	for name, text := range texts {
		t.texts[name] = text
		t.hashes[hashOf(text)] = true
	}
	for _, text := range texts { // a name is what the manifest says, even if it looks like another's hash
		if hash := hashOf(text); t.texts[hash] == "" {
			t.texts[hash] = text
		}
	}
	return t, nil
}

func parseManifest(data []byte) (texts map[string]string, err error) {
	var apollo struct {
		Format     string
		Operations []struct{ ID, Body string }
	}
	if json.Unmarshal(data, &apollo) == nil && apollo.Format == "apollo-persisted-query-manifest" {
		texts = map[string]string{}
		for _, operation := range apollo.Operations {
			texts[operation.ID] = operation.Body
		}
	} else if err := json.NewDecoder(bytes.NewReader(data)).Decode(&texts); err != nil {
		return nil, fmt.Errorf("it is neither an object of names and texts nor a manifest of Apollo's: %w", err)
	}
	for name, text := range texts {
		if name == "" || text == "" {
			return nil, fmt.Errorf("document %q has no name or no text", name)
		}
	}
	if len(texts) == 0 {
		return nil, errors.New("it lists nothing, so nothing could be asked")
	}
	return texts, nil
}

// ExtensionName names it among the handler's extensions.
func (*Trusted) ExtensionName() string { return "TrustedDocuments" }

// Validate has nothing to check in a schema.
func (*Trusted) Validate(graphql.ExecutableSchema) error { return nil }

var errNotTrusted = community.Forbidden("Only trusted documents may be asked for here, and this is none of them.")

// MutateOperationParameters puts the text in the place of its name, and refuses
// whatever is not listed.
func (t *Trusted) MutateOperationParameters(_ context.Context, p *graphql.RawParams) *gqlerror.Error {
	name, err := nameIn(p.Extensions)
	if err != nil {
		return gqlerror.Wrap(err)
	}
	if name == "" {
		if !t.hashes[hashOf(p.Query)] {
			return gqlerror.Wrap(errNotTrusted)
		}
		return nil
	}
	text, listed := t.texts[name]
	switch {
	case !listed:
		return gqlerror.Wrap(errNotTrusted)
	case p.Query != "" && p.Query != text:
		return gqlerror.Wrap(errOtherHash)
	}
	p.Query = text
	return nil
}

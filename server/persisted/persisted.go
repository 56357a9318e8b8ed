// Package persisted lets clients name an operation instead of sending its text,
// by extensions.persistedQuery (version 1 and sha256Hash, as Apollo's clients do)
// or by documentId (sha256: and the hash, as the draft of GraphQL over HTTP does).
// There are two ways to know the text: Documents keep what clients have sent once
// (automatic persisted queries), and Trusted has what a manifest lists, and lets
// nothing else be asked.
//
// Promises of Documents: only a text that is valid is kept; every node on the same store
// knows what one was told; what is kept is bounded, and the texts that were not
// asked for the longest go first. A text that is gone is answered with
// PERSISTED_QUERY_NOT_FOUND, upon which clients send it again.
package persisted

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/store"
)

// Bounds of what is kept.
const (
	// Most is how many texts the store keeps; Prune sees to it.
	Most = 10_000
	// MaxText is the longest text that is kept, in bytes.
	MaxText = 64 << 10
	// atHand is how many bytes of texts are kept in memory.
	atHand = 8 << 20
	// usedStep is how exactly it is known when a text was last asked for.
	usedStep = 24 * time.Hour
)

// document is a text that a client has sent.
type document struct {
	ID     string    `bson:"_id"` // its SHA-256 in hex
	Text   string    `bson:"text"`
	UsedAt time.Time `bson:"usedAt"`
}

var documents = store.Define[document]("persistedDocuments", store.On("usedAt"))

// Documents are the texts that clients may name by their hash. It is an
// extension of gqlgen's handler.
type Documents struct {
	store  store.Store
	memory *otter.Cache[string, string]
	now    func() time.Time
	most   int
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = (*Documents)(nil)

// Open makes the collection ready. now may be nil.
func Open(ctx context.Context, s store.Store, now func() time.Time) (*Documents, error) {
	if now == nil {
		now = community.Now
	}
	if err := s.Ensure(ctx, documents.Spec()); err != nil {
		return nil, fmt.Errorf("open the persisted documents: %w", err)
	}
	return &Documents{store: s, now: now, most: Most, memory: otter.Must(&otter.Options[string, string]{
		MaximumWeight: atHand,
		Weigher:       func(hash, text string) uint32 { return uint32(len(hash) + len(text)) },
	})}, nil
}

// ExtensionName names it among the handler's extensions.
func (*Documents) ExtensionName() string { return "PersistedDocuments" }

// Validate has nothing to check in a schema.
func (*Documents) Validate(graphql.ExecutableSchema) error { return nil }

// codeNotFound is what Apollo's clients wait for before they send the text.
const codeNotFound = "PERSISTED_QUERY_NOT_FOUND"

// MutateOperationParameters puts the text in the place of its hash.
func (d *Documents) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	hash, err := nameIn(p.Extensions)
	switch {
	case err != nil:
		return gqlerror.Wrap(err)
	case hash == "":
		return nil
	case p.Query != "":
		if hash != hashOf(p.Query) {
			return gqlerror.Wrap(errOtherHash)
		}
		return nil
	}
	if p.Query, err = d.text(ctx, hash); errors.Is(err, store.ErrNotFound) {
		return &gqlerror.Error{Message: "PersistedQueryNotFound", Extensions: map[string]any{"code": codeNotFound}}
	} else if err != nil {
		return gqlerror.Wrap(err)
	}
	return nil
}

// MutateOperationContext keeps a text that came with its hash, now that it is
// known to be valid.
func (d *Documents) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	hash, err := nameIn(op.Extensions)
	if err != nil || hash == "" || len(op.RawQuery) > MaxText {
		return nil
	}
	if _, known := d.memory.GetIfPresent(hash); known {
		return nil
	}
	d.memory.Set(hash, op.RawQuery)
	err = documents.Insert(ctx, d.store, &document{ID: hash, Text: op.RawQuery, UsedAt: d.now()})
	if err != nil && !errors.Is(err, store.ErrExists) { // the client sends it again some time
		slog.ErrorContext(ctx, "a document could not be persisted", "error", err)
	}
	return nil
}

// text is what the hash stands for, from memory or from the store.
func (d *Documents) text(ctx context.Context, hash string) (string, error) {
	if text, ok := d.memory.GetIfPresent(hash); ok {
		return text, nil
	}
	found, err := documents.Get(ctx, d.store, hash)
	if err != nil {
		return "", err
	}
	if d.now().Sub(found.UsedAt) > usedStep {
		_, err = documents.Update(ctx, d.store, hash, func(doc *document) error { doc.UsedAt = d.now(); return nil })
	}
	d.memory.Set(hash, found.Text)
	return found.Text, err
}

// Prune removes those over Most that were not asked for the longest.
func (d *Documents) Prune(ctx context.Context) error {
	n, err := documents.Count(ctx, d.store, store.Query{})
	if err != nil || n <= d.most {
		return err
	}
	old, err := documents.Find(ctx, d.store, store.Query{Sort: []string{"usedAt"}, Limit: n - d.most})
	if err != nil {
		return err
	}
	for _, doc := range old {
		if err := documents.Delete(ctx, d.store, doc.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("remove a persisted document: %w", err)
		}
	}
	return nil
}

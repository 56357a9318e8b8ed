package store

import (
	"context"
	"errors"
	"fmt"
)

// Collection gives the documents of one Spec their Go type. It holds no
// connection: each call is handed the Store or the Tx to work on.
type Collection[T any] struct{ spec *Spec }

// Define declares a collection of T and its indexes. It panics on a
// declaration that makes no sense, since that is a programming error.
func Define[T any](name string, indexes ...Index) Collection[T] {
	return Collection[T]{spec: newSpec(name, func() any { return new(T) }, indexes)}
}

// Near declares that documents with one value of the field are read together,
// so that an engine may lay them together on disk: the posts of a topic, though
// they were written years apart. Near IDField is for small documents that are
// looked up by their ids, or by stretches of these. It changes no answer.
func (c Collection[T]) Near(field string) Collection[T] {
	if field != IDField && !plainName.MatchString(field) {
		panic(fmt.Sprintf("store: %s: the field %q is not a plain word", c.spec.Name, field))
	}
	spec := *c.spec
	spec.Near = field
	return Collection[T]{spec: &spec}
}

// Spec is the declaration behind the collection, for Store.Ensure.
func (c Collection[T]) Spec() *Spec { return c.spec }

// Insert keeps a new document, or answers ErrExists.
func (c Collection[T]) Insert(ctx context.Context, on Ops, doc *T) error {
	return on.Insert(ctx, c.spec, doc)
}

// Get answers the document with the id, or ErrNotFound.
func (c Collection[T]) Get(ctx context.Context, on Ops, id string) (*T, error) {
	doc, err := on.Get(ctx, c.spec, id)
	if err != nil {
		return nil, err
	}
	return doc.(*T), nil
}

// GetMany answers those documents that exist, by id, in one read.
func (c Collection[T]) GetMany(ctx context.Context, on Ops, ids []string) (map[string]*T, error) {
	docs, err := on.GetMany(ctx, c.spec, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*T, len(docs))
	for id, doc := range docs {
		out[id] = doc.(*T)
	}
	return out, nil
}

// Find answers the documents that match, in the order asked for.
func (c Collection[T]) Find(ctx context.Context, on Ops, q Query) ([]*T, error) {
	docs, err := on.Find(ctx, c.spec, q)
	if err != nil {
		return nil, err
	}
	out := make([]*T, len(docs))
	for i, doc := range docs {
		out[i] = doc.(*T)
	}
	return out, nil
}

// Count answers how many documents match. Its cost grows with the answer.
func (c Collection[T]) Count(ctx context.Context, on Ops, q Query) (int, error) {
	return on.Count(ctx, c.spec, q)
}

// Update changes the document and answers it as it stands then; see Ops.
func (c Collection[T]) Update(ctx context.Context, on Ops, id string, change func(*T) error) (*T, error) {
	doc, err := on.Update(ctx, c.spec, id, func(doc any) error { return change(doc.(*T)) })
	if err != nil {
		return nil, err
	}
	return doc.(*T), nil
}

// Upsert changes the document, or makes it with fresh and changes that. It
// answers the document as it stands then.
func (c Collection[T]) Upsert(ctx context.Context, on Ops, id string, fresh T, change func(*T) error) (*T, error) {
	for {
		doc, err := c.Update(ctx, on, id, change)
		if !errors.Is(err, ErrNotFound) {
			return doc, err
		}
		made := fresh
		if err := change(&made); err != nil {
			return nil, err
		}
		if err := c.Insert(ctx, on, &made); !errors.Is(err, ErrExists) {
			return &made, err
		}
	}
}

// Inc adds n to a whole-number field and answers the sum; see Ops.
func (c Collection[T]) Inc(ctx context.Context, on Ops, id, field string, n int64) (int64, error) {
	return on.Inc(ctx, c.spec, id, field, n)
}

// Delete removes the document, or answers ErrNotFound.
func (c Collection[T]) Delete(ctx context.Context, on Ops, id string) error {
	return on.Delete(ctx, c.spec, id)
}

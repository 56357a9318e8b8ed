package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

const (
	// maxTries is how often Update reads and writes before it answers
	// store.ErrConflict.
	maxTries = 60
	// The pause between tries is a random part of a span, at first twice what the
	// try took, that doubles so many times less one: on a slow server rivals must
	// stand further apart to get by one another.
	doublings = 5
	maxPause  = 500 * time.Millisecond
)

// errOutrun says that another write came between the reading and the writing.
var errOutrun = errors.New("another write came first")

// Update changes the document by compare-and-swap on its revision.
func (o ops) Update(ctx context.Context, c *store.Spec, id string, change func(doc any) error) (any, error) {
	for try := range maxTries {
		began := time.Now()
		doc, err := o.swap(ctx, c, id, change)
		if !errors.Is(err, errOutrun) {
			return doc, err
		}
		span := time.Since(began) << min(try+1, doublings)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("update %s %q: %w", c.Name, id, ctx.Err())
		case <-time.After(rand.N(min(span, maxPause) + 1)):
		}
	}
	return nil, fmt.Errorf("update %s %q: %w", c.Name, id, store.ErrConflict)
}

// swap is one try.
func (o ops) swap(ctx context.Context, c *store.Spec, id string, change func(doc any) error) (any, error) {
	stored, err := o.collection(c).FindOne(o.in(ctx), byID(id)).Raw()
	if err != nil {
		return nil, o.fault(err, "update", c, id)
	}
	doc, err := decode(c, stored)
	if err != nil {
		return nil, err
	}
	before, _, err := encode(c, doc)
	if err != nil {
		return nil, err
	}
	if err := change(doc); err != nil {
		return nil, err
	}
	after, now, err := encode(c, doc)
	if err != nil {
		return nil, err
	}
	if now != id {
		return nil, fmt.Errorf("update %s %q: the id was changed to %q", c.Name, id, now)
	}
	if !bytes.Equal(before, after) {
		if err := o.replace(ctx, c, id, stored, after); err != nil {
			return nil, err
		}
	}
	return decode(c, after)
}

// replace writes the document if it is still the one that was read.
func (o ops) replace(ctx context.Context, c *store.Spec, id string, stored, after bson.Raw) error {
	if err := o.free(ctx, c, after, id, false); err != nil {
		return o.fault(err, "update", c, id)
	}
	revision, _ := stored.Lookup(store.RevField).AsInt64OK() // of a document from elsewhere: absent
	same := append(byID(id), bson.E{Key: store.RevField, Value: valueOf(stored, store.RevField)})
	done, err := o.collection(c).ReplaceOne(o.in(ctx), same, revised(after, revision+1))
	if err != nil {
		return o.fault(err, "update", c, id)
	}
	if done.MatchedCount == 0 {
		return errOutrun
	}
	return nil
}

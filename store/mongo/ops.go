package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"veche/store"
)

// ops are the operations on documents, inside a transaction or outside.
type ops struct {
	db     *mongo.Database
	within *within // nil outside
}

func (o ops) collection(c *store.Spec) *mongo.Collection { return o.db.Collection(c.Name) }

// in is the caller's context, with the transaction in it if there is one.
func (o ops) in(ctx context.Context) context.Context {
	if o.within == nil {
		return ctx
	}
	return mongo.NewSessionContext(ctx, o.within.sess)
}

// fault names what failed, in the store's words where it has some.
func (o ops) fault(err error, deed string, c *store.Spec, id string) error {
	var labeled mongo.LabeledError
	if o.within != nil && errors.As(err, &labeled) && labeled.HasErrorLabel(labelTransient) {
		o.within.lost = err
	}
	switch {
	case mongo.IsDuplicateKeyError(err):
		err = store.ErrExists
	case errors.Is(err, mongo.ErrNoDocuments):
		err = store.ErrNotFound
	}
	return fmt.Errorf("%s %s %q: %w", deed, c.Name, id, err)
}

func byID(id string) bson.D { return bson.D{{Key: store.IDField, Value: id}} }

// Insert keeps a new document, or answers store.ErrExists.
func (o ops) Insert(ctx context.Context, c *store.Spec, doc any) error {
	raw, id, err := encode(c, doc)
	if err != nil {
		return err
	}
	if err := o.free(ctx, c, raw, id, true); err != nil {
		return o.fault(err, "insert", c, id)
	}
	if _, err := o.collection(c).InsertOne(o.in(ctx), revised(raw, 1)); err != nil {
		return o.fault(err, "insert", c, id)
	}
	return nil
}

// Get answers the document, or store.ErrNotFound.
func (o ops) Get(ctx context.Context, c *store.Spec, id string) (any, error) {
	raw, err := o.collection(c).FindOne(o.in(ctx), byID(id)).Raw()
	if err != nil {
		return nil, o.fault(err, "get", c, id)
	}
	return decode(c, raw)
}

// GetMany answers those documents that exist, by id.
func (o ops) GetMany(ctx context.Context, c *store.Spec, ids []string) (map[string]any, error) {
	found := make(map[string]any, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	docs, err := o.read(ctx, c, bson.D{{Key: store.IDField, Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find())
	if err != nil {
		return nil, err
	}
	for _, raw := range docs {
		doc, err := decode(c, raw)
		if err != nil {
			return nil, err
		}
		found[raw.Lookup(store.IDField).StringValue()] = doc
	}
	return found, nil
}

// upserts is how often Inc tries: two that make the same document at once meet
// on its id, and the second then finds it made.
const upserts = 3

// Inc adds n to the field, and makes the document if need be.
func (o ops) Inc(ctx context.Context, c *store.Spec, id, field string, n int64) (int64, error) {
	change := bson.D{{Key: "$inc", Value: bson.D{{Key: field, Value: n}, {Key: store.RevField, Value: int64(1)}}}}
	opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After).
		SetProjection(bson.D{{Key: field, Value: 1}})
	var raw bson.Raw
	var err error
	for range upserts {
		raw, err = o.collection(c).FindOneAndUpdate(o.in(ctx), byID(id), change, opts).Raw()
		if !mongo.IsDuplicateKeyError(err) || o.within != nil { // a transaction is over after it
			break
		}
	}
	if err != nil {
		return 0, o.fault(err, "increment "+field+" of", c, id)
	}
	value := raw.Lookup(field)
	sum, ok := value.AsInt64OK()
	if !ok {
		return 0, fmt.Errorf("increment %s of %s %q: holds a %s, not a whole number", field, c.Name, id, value.Type)
	}
	return sum, nil
}

// Delete removes the document, or answers store.ErrNotFound.
func (o ops) Delete(ctx context.Context, c *store.Spec, id string) error {
	done, err := o.collection(c).DeleteOne(o.in(ctx), byID(id))
	if err == nil && done.DeletedCount == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return o.fault(err, "delete", c, id)
	}
	return nil
}

// free answers store.ErrExists if another document has the id (of a new one) or
// the values of a unique index. Only inside a transaction does it ask: there
// the server's own refusal ends the transaction, and a caller who can live with
// store.ErrExists could not go on.
func (o ops) free(ctx context.Context, c *store.Spec, raw bson.Raw, id string, fresh bool) error {
	if o.within == nil {
		return nil
	}
	var taken bson.A
	if fresh {
		taken = bson.A{byID(id)}
	}
	for _, index := range c.Indexes {
		if !index.Unique {
			continue
		}
		same := bson.D{}
		for _, field := range index.Fields {
			same = append(same, bson.E{Key: field, Value: valueOf(raw, field)})
		}
		taken = append(taken, append(same, bson.E{Key: store.IDField, Value: bson.D{{Key: "$ne", Value: id}}}))
	}
	if len(taken) == 0 {
		return nil
	}
	err := o.collection(c).FindOne(o.in(ctx), bson.D{{Key: "$or", Value: taken}}).Err()
	if err == nil {
		return store.ErrExists
	}
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return err
	}
	return nil
}

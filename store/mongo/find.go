package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"veche/store"
)

// Find answers the documents that match, in order.
func (o ops) Find(ctx context.Context, c *store.Spec, q store.Query) ([]any, error) {
	chosen, err := selection(c, q)
	if err != nil {
		return nil, err
	}
	opts := options.Find().SetSort(chosen.sort)
	if q.Limit > 0 {
		opts.SetLimit(int64(q.Limit))
	}
	found, err := o.read(ctx, c, chosen.filter, opts)
	if err != nil {
		return nil, err
	}
	docs := make([]any, len(found))
	for i, raw := range found {
		if docs[i], err = decode(c, raw); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// Count answers how many documents Find would.
func (o ops) Count(ctx context.Context, c *store.Spec, q store.Query) (int, error) {
	chosen, err := selection(c, q)
	if err != nil {
		return 0, err
	}
	opts := options.Count()
	if q.Limit > 0 {
		opts.SetLimit(int64(q.Limit))
	}
	n, err := o.collection(c).CountDocuments(o.in(ctx), chosen.filter, opts)
	if err != nil {
		return 0, o.fault(err, "count", c, fmt.Sprint(q.Where))
	}
	return int(n), nil
}

func (o ops) read(ctx context.Context, c *store.Spec, filter bson.D, opts *options.FindOptionsBuilder) ([]bson.Raw, error) {
	ctx = o.in(ctx)
	cursor, err := o.collection(c).Find(ctx, filter, opts)
	if err != nil {
		return nil, o.fault(err, "find", c, fmt.Sprint(filter))
	}
	var docs []bson.Raw
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, o.fault(err, "find", c, fmt.Sprint(filter))
	}
	return docs, nil
}

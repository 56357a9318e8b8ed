package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"veche/store"
)

// The server's words for what stands, or is gone, already.
const (
	codeNamespaceExists = 48
	codeIndexNotFound   = 27
)

// uniqueName ends the names of unique indexes, by which Ensure knows its own.
const uniqueName = "_unique"

// Ensure makes the collections and their indexes. A unique index that is no
// longer declared is dropped, since it would go on refusing documents; any
// other is left to the operator, for an older server beside this one may still
// need it.
func (e *Engine) Ensure(ctx context.Context, specs ...*store.Spec) error {
	for _, c := range specs {
		if err := e.ensure(ctx, c); err != nil {
			return fmt.Errorf("make collection %s ready: %w", c.Name, err)
		}
	}
	return nil
}

func (e *Engine) ensure(ctx context.Context, c *store.Spec) error {
	if err := e.db.CreateCollection(ctx, c.Name); err != nil && !answered(err, codeNamespaceExists) {
		return err
	}
	indexes := e.collection(c).Indexes()
	standing, err := indexes.ListSpecifications(ctx)
	if err != nil {
		return fmt.Errorf("list indexes: %w", err)
	}
	for _, index := range c.Indexes {
		if stands(standing, indexName(index)) {
			continue
		}
		if _, err := indexes.CreateOne(ctx, model(index)); mongo.IsDuplicateKeyError(err) {
			return fmt.Errorf("build index %s: %w", indexName(index), store.ErrExists)
		} else if err != nil {
			return fmt.Errorf("build index %s: %w", indexName(index), err)
		}
	}
	for _, index := range standing {
		if !strings.HasSuffix(index.Name, uniqueName) || declared(c, index.Name) {
			continue
		}
		if err := indexes.DropOne(ctx, index.Name); err != nil && !answered(err, codeIndexNotFound) {
			return fmt.Errorf("drop index %s: %w", index.Name, err)
		}
	}
	return nil
}

func stands(standing []mongo.IndexSpecification, name string) bool {
	return slices.ContainsFunc(standing, func(i mongo.IndexSpecification) bool { return i.Name == name })
}

func declared(c *store.Spec, name string) bool {
	return slices.ContainsFunc(c.Indexes, func(i store.Index) bool { return indexName(i) == name })
}

func answered(err error, code int) bool {
	var answer mongo.ServerError
	return errors.As(err, &answer) && answer.HasErrorCode(code)
}

func indexName(index store.Index) string {
	name := strings.Join(index.Fields, "_")
	if index.Unique {
		name += uniqueName
	}
	return name
}

// model is the index as MongoDB is told of it. A unique one goes without the
// id, which would make every document's values its own.
func model(index store.Index) mongo.IndexModel {
	fields := index.Fields
	if !index.Unique {
		fields = append(slices.Clone(fields), store.IDField)
	}
	keys := make(bson.D, len(fields))
	for i, field := range fields {
		keys[i] = bson.E{Key: field, Value: 1}
	}
	return mongo.IndexModel{Keys: keys, Options: options.Index().SetName(indexName(index)).SetUnique(index.Unique)}
}

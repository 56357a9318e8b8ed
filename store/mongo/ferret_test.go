package mongo_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"veche/store/storetest/ferret"
)

// TestHello looks at the server that the other tests talk to.
func TestHello(t *testing.T) {
	for name, server := range map[string]struct{ uri, set string }{
		"standalone":  {ferret.Start(t), ""},
		"replica set": {ferret.StartReplicaSet(t).URI, "rs0"},
	} {
		var hello struct {
			SetName string `bson:"setName"`
			Primary bool   `bson:"isWritablePrimary"`
		}
		err := client(t, server.uri).Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		if err != nil || hello.SetName != server.set || !hello.Primary {
			t.Errorf("%s says %+v, %v", name, hello, err)
		}
	}
}

// TestUniqueRefusal is what the gate makes good: the code of a refused update,
// and absent fields that are equal.
func TestUniqueRefusal(t *testing.T) {
	c := client(t, ferret.Start(t)).Database("d").Collection("c")
	index := driver.IndexModel{Keys: bson.D{{Key: "u", Value: 1}}, Options: options.Index().SetUnique(true)}
	if _, err := c.Indexes().CreateOne(t.Context(), index); err != nil {
		t.Fatal(err)
	}
	for _, doc := range []bson.D{{{Key: "_id", Value: 1}}, {{Key: "_id", Value: 2}, {Key: "u", Value: "x"}}} {
		if _, err := c.InsertOne(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	_, absent := c.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 3}})
	one := bson.D{{Key: "_id", Value: 1}}
	_, replaced := c.ReplaceOne(t.Context(), one, bson.D{{Key: "u", Value: "x"}})
	_, set := c.UpdateOne(t.Context(), one, bson.D{{Key: "$set", Value: bson.D{{Key: "u", Value: "x"}}}})
	found := c.FindOneAndUpdate(t.Context(), one, bson.D{{Key: "$set", Value: bson.D{{Key: "u", Value: "x"}}}}).Err()
	for deed, err := range map[string]error{"insert": absent, "replace": replaced, "set": set, "find and set": found} {
		if !driver.IsDuplicateKeyError(err) {
			t.Errorf("%s: got %v, want a duplicate key", deed, err)
		}
	}
}

// TestAbort writes in every way within a transaction that is given up.
func TestAbort(t *testing.T) {
	server := client(t, ferret.StartReplicaSet(t).URI)
	c := server.Database("d").Collection("c")
	was := []bson.D{{{Key: "_id", Value: "a"}, {Key: "n", Value: int32(1)}}, {{Key: "_id", Value: "b"}, {Key: "n", Value: int32(2)}}}
	if _, err := c.InsertMany(t.Context(), []any{was[0], was[1]}); err != nil {
		t.Fatal(err)
	}
	giveUp := errors.New("give up")
	err := server.UseSession(t.Context(), func(ctx context.Context) error {
		_, err := driver.SessionFromContext(ctx).WithTransaction(ctx, func(ctx context.Context) (any, error) {
			_, inserted := c.InsertOne(ctx, bson.D{{Key: "_id", Value: "c"}})
			_, updated := c.UpdateByID(ctx, "a", bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: 5}}}})
			_, deleted := c.DeleteOne(ctx, bson.D{{Key: "_id", Value: "b"}})
			found := c.FindOneAndDelete(ctx, bson.D{{Key: "_id", Value: "a"}}).Err()
			return nil, errors.Join(inserted, updated, deleted, found, giveUp)
		})
		return err
	})
	if !errors.Is(err, giveUp) {
		t.Errorf("got %v", err)
	}
	cursor, err := c.Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		t.Fatal(err)
	}
	var now []bson.D
	if err := cursor.All(t.Context(), &now); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(was, now); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

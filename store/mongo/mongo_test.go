package mongo_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"veche/store"
	"veche/store/mongo"
	"veche/store/storetest"
	"veche/store/storetest/ferret"
)

// serverURI names the variable with the address of a real MongoDB to test with.
const serverURI = "VECHE_TEST_MONGODB_URI"

func open(t *testing.T, uri, database string) *mongo.Engine {
	t.Helper()
	e, err := mongo.Open(t.Context(), uri, database)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func fresh() string { return fmt.Sprintf("veche_test_%x", rand.Uint64()) }

// client is a connection beside the engine's.
func client(t *testing.T, uri string) *driver.Client {
	t.Helper()
	c, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Disconnect(context.Background()); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return c
}

func TestContractStandalone(t *testing.T) {
	t.Parallel()
	uri := ferret.Start(t)
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, uri, fresh()) })
}

func TestContractReplicaSet(t *testing.T) {
	t.Parallel()
	set := ferret.StartReplicaSet(t)
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, set.URI, fresh()) })
}

func TestContractServer(t *testing.T) {
	uri := os.Getenv(serverURI)
	if uri == "" {
		t.Skipf("%s is not set: no MongoDB to test with but the embedded one", serverURI)
	}
	place := func(t *testing.T) string {
		database, server := fresh(), client(t, uri)
		t.Cleanup(func() {
			if err := server.Database(database).Drop(context.Background()); err != nil {
				t.Errorf("drop %s: %v", database, err)
			}
		})
		return database
	}
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, uri, place(t)) })
	storetest.RunDurable(t, func(t *testing.T) func() store.Store {
		database := place(t)
		return func() store.Store { return open(t, uri, database) }
	})
}

func TestDurable(t *testing.T) {
	t.Parallel()
	for name, uri := range map[string]string{"standalone": ferret.Start(t), "replica set": ferret.StartReplicaSet(t).URI} {
		t.Run(name, func(t *testing.T) {
			storetest.RunDurable(t, func(t *testing.T) func() store.Store {
				database := fresh()
				return func() store.Store { return open(t, uri, database) }
			})
		})
	}
}

type post struct {
	ID     string   `bson:"_id"`
	Topic  string   `bson:"topic"`
	Author string   `bson:"author"`
	Likes  int64    `bson:"likes"`
	Tags   []string `bson:"tags"`
}

var posts = store.Define[post]("posts",
	store.On("topic", "likes"), store.UniqueOn("topic", "author"), store.MultiOn("tags", "likes"))

func ready(t *testing.T, uri, database string) *mongo.Engine {
	t.Helper()
	e := open(t, uri, database)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := e.Ensure(t.Context(), posts.Spec()); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestIndexes(t *testing.T) {
	t.Parallel()
	uri, database := ferret.Start(t), fresh()
	ready(t, uri, database)
	var standing []struct {
		Name   string
		Key    bson.D
		Unique bool
	}
	cursor, err := client(t, uri).Database(database).Collection("posts").Indexes().List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := cursor.All(t.Context(), &standing); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"_id_":                `{"_id":1}`,
		"topic_likes":         `{"topic":1,"likes":1,"_id":1}`,
		"topic_author_unique": `{"topic":1,"author":1}`,
		"tags_likes":          `{"tags":1,"likes":1,"_id":1}`,
	}
	for _, index := range standing {
		key := "{"
		for i, e := range index.Key {
			if i > 0 {
				key += ","
			}
			key += fmt.Sprintf("%q:%v", e.Key, e.Value)
		}
		if key += "}"; want[index.Name] != key || index.Unique != (index.Name == "topic_author_unique") {
			t.Errorf("index %s is on %s, unique %t; want %s", index.Name, key, index.Unique, want[index.Name])
		}
		delete(want, index.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// TestRevision looks at what is stored: the struct and the revision, which
// grows with each write and with nothing else.
func TestRevision(t *testing.T) {
	t.Parallel()
	uri, database := ferret.Start(t), fresh()
	e := ready(t, uri, database)
	stored := client(t, uri).Database(database).Collection("posts")
	revision := func() any {
		var doc bson.M
		if err := stored.FindOne(t.Context(), bson.D{{Key: "_id", Value: "p"}}).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		return doc[store.RevField]
	}
	if err := posts.Insert(t.Context(), e, &post{ID: "p"}); err != nil {
		t.Fatal(err)
	}
	for i, change := range []func(*post) error{
		func(p *post) error { p.Likes++; return nil },
		func(*post) error { return nil },
		func(*post) error { return context.Canceled },
		func(p *post) error { p.Tags = []string{"x"}; return nil },
	} {
		want := []int64{1, 2, 2, 2}[i]
		if got := revision(); got != want {
			t.Errorf("before change %d the revision is %v, want %d", i, got, want)
		}
		_, _ = posts.Update(t.Context(), e, "p", change)
	}
	if _, err := posts.Inc(t.Context(), e, "p", "likes", 1); err != nil {
		t.Fatal(err)
	}
	if got := revision(); got != int64(4) {
		t.Errorf("at last the revision is %v, want 4", got)
	}
}

// TestFromElsewhere updates a document that another program put there.
func TestFromElsewhere(t *testing.T) {
	t.Parallel()
	uri, database := ferret.Start(t), fresh()
	e := ready(t, uri, database)
	_, err := client(t, uri).Database(database).Collection("posts").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "p"}, {Key: "topic", Value: "t"}})
	if err != nil {
		t.Fatal(err)
	}
	for want := range int64(3) {
		p, err := posts.Update(t.Context(), e, "p", func(p *post) error {
			p.Likes++
			return nil
		})
		if err != nil || p.Likes != want+1 || p.Topic != "t" {
			t.Fatalf("got %+v, %v", p, err)
		}
	}
}

// TestTwoEngines has two servers change the same documents.
func TestTwoEngines(t *testing.T) {
	t.Parallel()
	uri, database := ferret.Start(t), fresh()
	one, two := ready(t, uri, database), ready(t, uri, database)
	if err := posts.Insert(t.Context(), one, &post{ID: "p"}); err != nil {
		t.Fatal(err)
	}
	const each = 30
	done := make(chan error)
	for _, e := range []*mongo.Engine{one, two} {
		go func() {
			for range each {
				_, err := posts.Update(t.Context(), e, "p", func(p *post) error {
					p.Likes++
					return nil
				})
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if p, err := posts.Get(t.Context(), two, "p"); err != nil || p.Likes != 2*each {
		t.Errorf("got %+v, %v, want %d likes", p, err, 2*each)
	}
}

func TestOpenUnreachable(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for _, uri := range []string{"mongodb://127.0.0.1:1/", "no address"} {
		if e, err := mongo.Open(ctx, uri, "veche"); err == nil {
			t.Errorf("%s was opened", uri)
			_ = e.Close()
		}
	}
}

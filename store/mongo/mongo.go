// Package mongo keeps documents in MongoDB: the engine of a community with more
// than one machine, or more data than one file should hold.
//
// A replica set is what it is made for. Writes are acknowledged once a majority
// has them in its journal, and reads see only what a majority has, so nothing
// that was read or acknowledged is lost with one machine. Both hold whatever
// the address asks for; pool sizes, timeouts and the like are the address's to
// set. Do is a transaction: what it reads is one moment's, and its function
// runs again when another transaction got in between.
//
// A standalone MongoDB has no transactions. Open says so once in the log, and
// Do then runs its writes one after the other; an error of its function leaves
// behind what was written before it.
//
// A document is stored as its struct encodes, plus its revision (store.RevField),
// by which Update notices that another came first. Each declared index is an
// index of MongoDB's with the id behind its fields, unless it is unique.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"veche/store"
)

// closeTime is how long Close waits for commands that are on their way.
const closeTime = 10 * time.Second

// Engine is a store.Store over one database of a MongoDB.
type Engine struct {
	ops
	client        *mongo.Client
	transactional bool
	maxRuns       int
	doing         sync.RWMutex // held for reading by each Do, so that Close waits
}

var _ store.Store = (*Engine)(nil)

// Open connects to the MongoDB at the address (a mongodb:// or mongodb+srv://
// URI) and uses the database of the name. It answers an error if no server can
// be reached until ctx ends or the address's serverSelectionTimeoutMS is over.
func Open(ctx context.Context, uri, database string) (*Engine, error) {
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return nil, fmt.Errorf("read the address of MongoDB: %w", err)
	}
	transactional, err := transactions(ctx, client, database)
	if err != nil {
		return nil, errors.Join(err, client.Disconnect(context.WithoutCancel(ctx)))
	}
	use := options.Database().SetWriteConcern(kept()).SetReadPreference(readpref.Primary())
	if transactional {
		use.SetReadConcern(readconcern.Majority())
	} else {
		slog.Warn("This MongoDB has no transactions: writes that belong together are made one after the other. Run it as a replica set.",
			"database", database)
	}
	return &Engine{
		ops:           ops{db: client.Database(database, use)},
		client:        client,
		transactional: transactional,
		maxRuns:       maxRuns,
	}, nil
}

// kept is the acknowledgement that promises survive on: a majority's journal.
func kept() *writeconcern.WriteConcern {
	journal := true
	return &writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journal}
}

// transactions finds out whether the server has them: by what it says it is,
// and then by trying, since servers of other makers say more than they keep.
func transactions(ctx context.Context, client *mongo.Client, database string) (bool, error) {
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	if err != nil {
		return false, fmt.Errorf("reach MongoDB: %w", err)
	}
	if hello.SetName == "" && hello.Msg != "isdbgrid" {
		return false, nil
	}
	err = client.UseSession(ctx, func(ctx context.Context) error {
		sess := mongo.SessionFromContext(ctx)
		if err := sess.StartTransaction(options.Transaction().SetReadPreference(readpref.Primary())); err != nil {
			return err
		}
		err := client.Database(database).Collection("probe").FindOne(ctx, bson.D{{Key: store.IDField, Value: ""}}).Err()
		return errors.Join(err, sess.AbortTransaction(ctx))
	})
	if refused(err) {
		return false, nil
	}
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return false, fmt.Errorf("try a transaction: %w", err)
	}
	return true, nil
}

// The server's words for a caller who may not do what was asked.
const (
	codeUnauthorized         = 13
	codeAuthenticationFailed = 18
)

// refused says whether the server answered that it keeps no transactions, as
// opposed to being out of reach, changing its primary or guarding its data.
func refused(err error) bool {
	var answer mongo.CommandError
	return errors.As(err, &answer) && !answer.HasErrorLabel(labelTransient) && !mongo.IsNetworkError(err) &&
		answer.Code != codeUnauthorized && answer.Code != codeAuthenticationFailed
}

// Transactional says whether the server is a replica set or a sharded cluster.
func (e *Engine) Transactional() bool { return e.transactional }

// Close waits for each Do under way, then for single operations, the latter for
// ten seconds at most, and closes the connections.
func (e *Engine) Close() error {
	e.doing.Lock()
	defer e.doing.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := e.client.Disconnect(ctx); err != nil && !errors.Is(err, mongo.ErrClientDisconnected) {
		return fmt.Errorf("disconnect from MongoDB: %w", err)
	}
	return nil
}

package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"veche/store"
)

// labelTransient marks an error after which a transaction is gone and may be
// tried again from its start.
const labelTransient = "TransientTransactionError"

// maxRuns is how often Do runs its function before it answers
// store.ErrConflict. The driver waits longer from run to run, up to half a
// second, so that this takes some ten seconds.
const maxRuns = 40

// tx is one run of Do's function.
type tx struct {
	ops
	after []func()
}

// OnCommit runs fn when the writes are kept.
func (t *tx) OnCommit(fn func()) { t.after = append(t.after, fn) }

func (t *tx) tell() {
	for _, fn := range t.after {
		fn()
	}
}

// Do runs fn in a transaction, again and again while others get in between; see
// store.Store. Without transactions it runs fn once.
func (e *Engine) Do(ctx context.Context, fn func(tx store.Tx) error) error {
	e.doing.RLock()
	defer e.doing.RUnlock()
	if e.transactional {
		return e.atOnce(ctx, fn)
	}
	t := &tx{ops: e.ops}
	if err := fn(t); err != nil {
		return err
	}
	t.tell()
	return nil
}

func (e *Engine) atOnce(ctx context.Context, fn func(tx store.Tx) error) error {
	sess, err := e.client.StartSession()
	if err != nil {
		return fmt.Errorf("start a session: %w", err)
	}
	defer sess.EndSession(context.WithoutCancel(ctx)) // which aborts what a panic left open
	var t *tx
	runs := 0
	_, err = sess.WithTransaction(ctx, func(context.Context) (any, error) {
		if ctx.Err() != nil { // the driver would go on
			return nil, ctx.Err()
		}
		if runs++; runs > e.maxRuns {
			return nil, fmt.Errorf("run a transaction %d times: %w", e.maxRuns, store.ErrConflict)
		}
		t = &tx{ops: ops{db: e.db, within: &within{sess: sess}}}
		err := fn(t)
		if t.within.lost != nil { // whatever fn made of it, the transaction is gone
			err = t.within.lost
		}
		return nil, err
	}, options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(kept()).SetReadPreference(readpref.Primary()))
	if err != nil {
		return err
	}
	t.tell()
	return nil
}

// within is the transaction that operations belong to.
type within struct {
	sess *mongo.Session
	lost error // why the server gave the transaction up, to be tried again
}

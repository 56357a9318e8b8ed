// Package store keeps documents: Go structs with bson tags and a string _id,
// in collections that declare their indexes. One narrow contract stands over
// two engines, store/mongo (a MongoDB replica set in production) and
// store/sqlite (one file, the default).
//
// Promises, the same on both engines and kept by store/storetest:
//
//   - A query that no declared index serves is refused with an error, so a slow
//     scan cannot be written.
//   - Update is compare-and-swap on a hidden revision: its function may run
//     again, and must therefore change nothing but its argument.
//   - Do makes several writes one. Its function may run again too. Where the
//     engine has no transactions (a standalone MongoDB) Do runs its writes one
//     after the other, and Store.Transactional says so.
//   - Strings order by their bytes (UTF-8), absent and null are one value that
//     orders before all others, times are kept to the millisecond in UTC.
//   - A document handed out by a read may be shared with other readers. Treat it
//     as immutable; Update alone gives a copy to change.
//
// All methods are safe for use by many goroutines.
package store

import (
	"context"
	"errors"
)

// The three things that can be wrong with a document. Engines wrap anything
// else (a broken disk, a lost connection) as it is.
var (
	// ErrNotFound says that no document has the id.
	ErrNotFound = errors.New("store: not found")
	// ErrExists says that the id, or the value of a unique index, is taken.
	ErrExists = errors.New("store: exists already")
	// ErrConflict says that others kept changing the document, more often than
	// the engine was willing to try again.
	ErrConflict = errors.New("store: conflict")
)

// ErrNoIndex marks a query that no declared index serves: a programming error.
var ErrNoIndex = errors.New("store: no index serves this query")

// Ops is what can be done with documents, outside a transaction and inside one.
// Domains use it through Collection, which gives the documents their types.
type Ops interface {
	// Insert keeps a new document, or answers ErrExists. The document may be
	// shared with readers from then on; the caller changes it no more.
	Insert(ctx context.Context, c *Spec, doc any) error
	// Get answers the document with the id, or ErrNotFound.
	Get(ctx context.Context, c *Spec, id string) (any, error)
	// GetMany answers those documents that exist, by id, in one read.
	GetMany(ctx context.Context, c *Spec, ids []string) (map[string]any, error)
	// Find answers the documents that match, in the order asked for. Under
	// concurrent writes a document may be an instant newer than its place.
	Find(ctx context.Context, c *Spec, q Query) ([]any, error)
	// Count answers how many documents match. Its cost grows with the answer.
	Count(ctx context.Context, c *Spec, q Query) (int, error)
	// Update changes the document and answers it as it stands then. An error of
	// change is handed back as it is and nothing is written; nor is it when
	// change left the document as it was.
	Update(ctx context.Context, c *Spec, id string, change func(doc any) error) (any, error)
	// Inc adds n to a whole-number field and answers the sum. A document that is
	// not there is made, with this field alone.
	Inc(ctx context.Context, c *Spec, id, field string, n int64) (int64, error)
	// Delete removes the document, or answers ErrNotFound.
	Delete(ctx context.Context, c *Spec, id string) error
}

// Tx is Ops inside Do: all its writes happen, or none.
type Tx interface {
	Ops
	// OnCommit runs fn once, after the writes are safely kept and before Do
	// returns; never when they were not. fn must be quick and must not use the
	// store.
	OnCommit(fn func())
}

// Store is an engine.
type Store interface {
	Ops
	// Ensure makes the collection and its indexes ready, or brings them up to
	// date. It must have run before the collection is used.
	Ensure(ctx context.Context, specs ...*Spec) error
	// Do runs fn and keeps all that it wrote, or nothing if it answers an error,
	// which Do hands back as it is. Do returns when the writes would survive a
	// loss of power. fn may run more than once.
	Do(ctx context.Context, fn func(tx Tx) error) error
	// Transactional says whether Do is truly one write.
	Transactional() bool
	// Close waits for what is under way and lets go of the files and connections.
	Close() error
}

// Result is Do for a function that answers something. Under a Claim it is done
// once.
func Result[T any](ctx context.Context, s Store, fn func(tx Tx) (T, error)) (T, error) {
	if c := claimOf(ctx); c != nil {
		return once(ctx, s, c, fn)
	}
	var out T
	err := s.Do(ctx, func(tx Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// Once is Do for a deed that has nothing to answer, and that a Claim makes count
// once.
func Once(ctx context.Context, s Store, fn func(tx Tx) error) error {
	_, err := Result(ctx, s, func(tx Tx) (bool, error) { return true, fn(tx) })
	return err
}

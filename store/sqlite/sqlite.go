// Package sqlite keeps documents in one SQLite file: the engine of a server
// that was given no MongoDB.
//
// Each collection is a table: the id, the document as BSON, and a column for
// every indexed field. One goroutine does all the writing and commits whatever
// has queued up meanwhile together, so that many writers share one fsync
// (synchronous=FULL: what Do acknowledged survives a loss of power). Reads run
// beside it on their own connections. Documents that were read lately are kept
// in memory, decoded; since this process is the only writer, that memory is
// never stale. A second process that opens the file is refused.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"sync"

	_ "modernc.org/sqlite" // the driver, by its name "sqlite"

	"veche/store"
)

// Engine is a store.Store over one file.
type Engine struct {
	lock    *sql.DB // holds the file's lock until Close
	readers *pool
	writer  *writer
	cache   *cache
	closing sync.Once
	closed  error
}

var _ store.Store = (*Engine)(nil)

// Open opens the file at path, or makes it. cacheBytes bounds the memory kept
// for documents; 0 means a share of the machine's.
func Open(path string, cacheBytes int) (*Engine, error) {
	if cacheBytes == 0 {
		cacheBytes = automaticCache()
	}
	lock, err := takeLock(path + ".lock")
	if err != nil {
		return nil, err
	}
	e := &Engine{lock: lock, cache: newCache(cacheBytes), readers: newPool(path, 4*runtime.GOMAXPROCS(0))}
	if e.writer, err = openWriter(path, e.readers, e.cache); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), lock.Close())
	}
	return e, nil
}

// takeLock holds an empty database exclusively: SQLite's own locks work on
// every system and fall with the process.
func takeLock(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path))
	if err != nil {
		return nil, fmt.Errorf("open lock %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	db.SetConnMaxLifetime(0)
	if _, err := db.Exec("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE"); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another process: %w", path, err), db.Close())
	}
	return db, nil
}

// Transactional is true: Do is one write.
func (e *Engine) Transactional() bool { return true }

// Close waits for the writes under way and closes the file.
func (e *Engine) Close() error {
	e.closing.Do(func() { e.closed = errors.Join(e.writer.close(), e.readers.close(), e.lock.Close()) })
	return e.closed
}

// Do runs fn in the writer's turn; see store.Store.
func (e *Engine) Do(ctx context.Context, fn func(tx store.Tx) error) error {
	return e.writer.do(ctx, fn)
}

// Insert is Do with this alone.
func (e *Engine) Insert(ctx context.Context, c *store.Spec, doc any) error {
	return e.Do(ctx, func(tx store.Tx) error { return tx.Insert(ctx, c, doc) })
}

// Update is Do with this alone.
func (e *Engine) Update(ctx context.Context, c *store.Spec, id string, change func(any) error) (out any, err error) {
	err = e.Do(ctx, func(tx store.Tx) error {
		out, err = tx.Update(ctx, c, id, change)
		return err
	})
	return out, err
}

// Inc is Do with this alone.
func (e *Engine) Inc(ctx context.Context, c *store.Spec, id, field string, n int64) (sum int64, err error) {
	err = e.Do(ctx, func(tx store.Tx) error {
		sum, err = tx.Inc(ctx, c, id, field, n)
		return err
	})
	return sum, err
}

// Delete is Do with this alone.
func (e *Engine) Delete(ctx context.Context, c *store.Spec, id string) error {
	return e.Do(ctx, func(tx store.Tx) error { return tx.Delete(ctx, c, id) })
}

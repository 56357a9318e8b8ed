package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"veche/store"
)

// batch is the most calls of Do that share one commit.
const batch = 256

// errClosed answers writes after Close.
var errClosed = errors.New("sqlite: the store is closed")

// writer owns the one connection that writes. Calls of do queue up; run takes
// all that wait, gives each a savepoint, and commits them together.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	cache *cache
	stmts map[string]*sql.Stmt

	jobs   chan *job
	done   chan struct{}
	mu     sync.RWMutex // held for reading while a job is being queued
	closed bool
}

type job struct {
	ctx    context.Context
	fn     func(store.Tx) error
	tx     *tx
	result chan error
}

func openWriter(path string, c *cache) (*writer, error) {
	db, err := sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "cache_size(-65536)"))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{db: db, conn: conn, cache: c, stmts: map[string]*sql.Stmt{}, jobs: make(chan *job, batch), done: make(chan struct{})}
	go w.run()
	return w, nil
}

func (w *writer) do(ctx context.Context, fn func(store.Tx) error) error {
	j := &job{ctx: ctx, fn: fn, result: make(chan error, 1)}
	if err := w.queue(j); err != nil {
		return err
	}
	return <-j.result
}

func (w *writer) queue(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.jobs <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.jobs)
	w.mu.Unlock()
	<-w.done
	_, err := w.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(err, w.conn.Close(), w.db.Close())
}

func (w *writer) run() {
	defer close(w.done)
	for first := range w.jobs {
		jobs := []*job{first}
	gather:
		for len(jobs) < batch {
			select {
			case next, open := <-w.jobs:
				if !open {
					break gather
				}
				jobs = append(jobs, next)
			default:
				break gather
			}
		}
		w.together(jobs)
	}
}

// together runs the jobs in one transaction and tells each how it went. What
// commits is put into the cache and announced before anybody is answered.
func (w *writer) together(jobs []*job) {
	written := overlay{}
	err := w.exec("BEGIN IMMEDIATE")
	var kept []*job
	for _, j := range jobs {
		if err != nil {
			j.result <- fmt.Errorf("begin: %w", err)
		} else if failed := w.one(j, written); failed != nil {
			j.result <- failed
		} else {
			kept = append(kept, j)
		}
	}
	if err != nil {
		return
	}
	if err := w.exec("COMMIT"); err != nil {
		err = errors.Join(fmt.Errorf("commit: %w", err), w.rollback())
		for _, j := range kept {
			j.result <- err
		}
		return
	}
	for k, e := range written {
		w.cache.committed(k, e)
	}
	for _, j := range kept {
		for _, tell := range j.tx.after {
			tell()
		}
		j.result <- nil
	}
}

func (w *writer) rollback() error {
	if err := w.exec("ROLLBACK"); err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// one runs one job behind a savepoint and takes its writes over into written,
// or leaves no trace of it.
func (w *writer) one(j *job, written overlay) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := w.exec("SAVEPOINT job"); err != nil {
		return fmt.Errorf("set savepoint: %w", err)
	}
	j.tx = &tx{w: w, before: written, own: overlay{}}
	if err := j.call(); err != nil {
		if undo := errors.Join(w.exec("ROLLBACK TO job"), w.exec("RELEASE job")); undo != nil {
			return errors.Join(err, fmt.Errorf("roll back to savepoint: %w", undo))
		}
		return err
	}
	if err := w.exec("RELEASE job"); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	for k, e := range j.tx.own {
		written[k] = e
	}
	return nil
}

// call runs the job's function; a panic in it must not take the writer down.
func (j *job) call() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sqlite: panic in Do: %v\n%s", p, debug.Stack())
		}
	}()
	return j.fn(j.tx)
}

// prepared answers the statement for the SQL text, prepared once.
func (w *writer) prepared(text string) (*sql.Stmt, error) {
	if stmt, ok := w.stmts[text]; ok {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", text, err)
	}
	w.stmts[text] = stmt
	return stmt, nil
}

func (w *writer) exec(text string, args ...any) error {
	stmt, err := w.prepared(text)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(context.Background(), args...)
	return err
}

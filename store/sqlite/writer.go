package sqlite

import (
	"context"
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
// all that wait and commits them together.
type writer struct {
	conn  *conn
	cache *cache
	// copying is touched in the writer's turn alone.
	copying checkpoint
	// lost is why the transaction under way can be kept no more.
	lost error

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
	conn, err := openConn(path, "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(100000)", "journal_size_limit(134217728)", "cache_size(-131072)")
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, cache: c, copying: checkpoint{path: path}, jobs: make(chan *job, batch), done: make(chan struct{})}
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
	w.copying.wait()
	return errors.Join(w.exec("PRAGMA wal_checkpoint(TRUNCATE)"), w.conn.close())
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
		w.copying.after(w.together(jobs), w)
	}
}

// together runs the jobs in one transaction and tells each how it went. What
// commits is put into the cache and announced before anybody is answered. It
// answers how many documents were written.
func (w *writer) together(jobs []*job) int {
	results := make([]error, len(jobs))
	written, err := w.commit(jobs, results)
	if err == nil {
		for k, ch := range written {
			w.cache.committed(k, ch.now)
		}
	}
	for i, j := range jobs {
		switch {
		case results[i] != nil:
		case err != nil:
			results[i] = err
		default:
			for _, tell := range j.tx.after {
				tell()
			}
		}
		j.result <- results[i]
	}
	return len(written)
}

// commit runs the jobs and keeps what they wrote; results tells which of them
// failed by themselves. An error means that nothing was kept.
func (w *writer) commit(jobs []*job, results []error) (overlay, error) {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	written, err := w.turns(jobs, results)
	if err == nil {
		if err = w.exec("COMMIT"); err == nil {
			return written, nil
		}
		err = fmt.Errorf("commit: %w", err)
	}
	if undo := w.exec("ROLLBACK"); undo != nil {
		err = errors.Join(err, fmt.Errorf("roll back: %w", undo))
	}
	return nil, err
}

// turns runs one job after the other and writes what they left.
func (w *writer) turns(jobs []*job, results []error) (overlay, error) {
	w.lost = nil
	written := overlay{}
	for i, j := range jobs {
		if results[i] = w.one(j, written); w.lost != nil {
			return nil, w.lost
		}
	}
	return written, w.write(written)
}

// one runs one job and takes its writes over into written, or leaves no trace
// of it.
func (w *writer) one(j *job, written overlay) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	j.tx = &tx{w: w, before: written, own: overlay{}}
	err := j.call()
	if j.tx.through {
		err = w.endSavepoint(err)
	}
	if err != nil {
		return err
	}
	for k, ch := range j.tx.own {
		written[k] = ch
	}
	return nil
}

// endSavepoint keeps what a job wrote to the file, or undoes it if it failed.
func (w *writer) endSavepoint(failed error) error {
	if failed != nil {
		if err := w.exec("ROLLBACK TO job"); err != nil {
			w.lost = errors.Join(failed, fmt.Errorf("roll back to savepoint: %w", err))
			return w.lost
		}
	}
	if err := w.exec("RELEASE job"); err != nil {
		w.lost = errors.Join(failed, fmt.Errorf("release savepoint: %w", err))
		return w.lost
	}
	return failed
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

func (w *writer) exec(text string, args ...any) error { return w.conn.query(text, args, nil) }

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
	conn    *conn // of the commit under way, or of the turns once that is settled
	readers *pool
	cache   *cache
	copying checkpoint // touched by finish alone

	// What follows is touched in the jobs' turns alone.
	under *commit // the last one, under way or done
	open  bool    // the turns have begun a transaction
	lost  error   // why what runs in these turns can be kept no more

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

func openWriter(path string, readers *pool, c *cache) (*writer, error) {
	conn, err := openConn(path, "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(100000)", "journal_size_limit(134217728)", "cache_size(-131072)")
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, readers: readers, cache: c, copying: checkpoint{path: path}, jobs: make(chan *job, batch), done: make(chan struct{})}
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

// run runs jobs in memory while the last ones are being committed, which mostly
// waits for the disk, and then has them committed together.
func (w *writer) run() {
	defer close(w.done)
	for first := range w.jobs {
		next := w.fresh()
		w.turn(next, first)
		w.gather(next)
		if w.settled() != nil { // they stood on what was not kept
			again := next.jobs
			w.under, next = nil, w.fresh()
			for _, j := range again {
				w.turn(next, j)
			}
		}
		next.begun = w.open
		w.under = next
		go w.finish(next)
	}
	_ = w.settled() // its callers were told
}

// gather runs what comes until the last commit is done, and what waits then.
func (w *writer) gather(c *commit) {
	var busy chan struct{}
	if w.under != nil {
		busy = w.under.done
	}
	for len(c.jobs) < batch {
		select {
		case j, open := <-w.jobs:
			if !open {
				return
			}
			w.turn(c, j)
			continue
		default:
		}
		if busy == nil {
			return
		}
		select {
		case j, open := <-w.jobs:
			if !open {
				return
			}
			w.turn(c, j)
		case <-busy:
			busy = nil
		}
	}
}

// commit is a batch of jobs that have run.
type commit struct {
	jobs    []*job
	results []error // of the jobs that failed by themselves
	written overlay
	begun   bool // its transaction is open already
	done    chan struct{}
	err     error // why nothing was kept; to be read when done
}

// settled waits for the commit under way, and answers why it failed.
func (w *writer) settled() error {
	if w.under == nil {
		return nil
	}
	<-w.under.done
	return w.under.err
}

// begin opens the transaction for jobs that need the file in their turn.
func (w *writer) begin() error {
	if w.open {
		return nil
	}
	if err := w.settled(); err != nil {
		w.lost = err
		return err
	}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		w.lost = fmt.Errorf("begin: %w", err)
		return w.lost
	}
	w.open = true
	return nil
}

// fresh begins the turns of the next jobs.
func (w *writer) fresh() *commit {
	w.lost, w.open = nil, false
	return &commit{written: overlay{}, done: make(chan struct{})}
}

// turn runs one job, unless one before it spoilt the whole.
func (w *writer) turn(c *commit, j *job) {
	c.jobs, c.results = append(c.jobs, j), append(c.results, nil)
	if c.err == nil {
		c.results[len(c.results)-1] = w.one(j, c.written)
		c.err = w.lost
	}
}

// finish keeps what the jobs wrote and tells each how it went. What commits is
// put into the cache and announced before anybody is answered.
func (w *writer) finish(c *commit) {
	defer close(c.done)
	if c.err == nil {
		c.err = w.keep(c)
	}
	if c.err != nil && c.begun {
		if undo := w.exec("ROLLBACK"); undo != nil {
			c.err = errors.Join(c.err, fmt.Errorf("roll back: %w", undo))
		}
	}
	if c.err == nil {
		for k, ch := range c.written {
			w.cache.committed(k, ch.now)
		}
	}
	for i, j := range c.jobs {
		result := c.results[i]
		if result == nil {
			result = c.err
		}
		if result == nil {
			for _, tell := range j.tx.after {
				tell()
			}
		}
		j.result <- result
	}
	if c.err == nil {
		w.copying.after(len(c.written), w)
	}
}

// keep writes and commits.
func (w *writer) keep(c *commit) error {
	if !c.begun {
		if err := w.exec("BEGIN IMMEDIATE"); err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		c.begun = true
	}
	if err := w.write(c.written); err != nil {
		return err
	}
	if err := w.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	c.begun = false
	return nil
}

// one runs one job and takes its writes over into written, or leaves no trace
// of it.
func (w *writer) one(j *job, written overlay) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	j.tx = &tx{w: w, before: written, own: overlay{}}
	if w.under != nil {
		j.tx.under = w.under.written
	}
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

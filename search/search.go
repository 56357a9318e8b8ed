// Package search is the full-text index: texts in Russian and English, found
// by the stems of their words, on the disk of this machine.
//
// Promises:
//
//   - The index is derived. It is kept up to date from the live log and can be
//     built from the documents at any time; it is when it is missing, broken, of
//     an older shape, or behind what the log keeps. The old one is searched
//     meanwhile, if there is one.
//   - What was done is found within moments, and what was removed is not found
//     any more; a crash in between loses nothing and leaves nothing behind.
//   - Nothing outside the places that the question names is found, or counts.
//   - A question costs little, whatever it says.
//   - A broken disk does not take the server down: Search answers ErrUnavailable,
//     and the index is tried again.
//
// Each node has an index of its own, which remembers by itself how far it has
// read.
package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"veche/live"
)

// ErrUnavailable says that there is no index to search: it is being built for
// the first time, or broken.
var ErrUnavailable = errors.New("search: the index is not available")

// Source is where a domain's documents come from.
type Source interface {
	// Changed answers, as they stand now, the documents that the entries speak of,
	// and the ids of those that are not to be found any more.
	Changed(ctx context.Context, found []*live.Entry) (changed []Document, gone []string, err error)
	// All answers some of all documents behind a place, and the place behind
	// these; the first place is empty, and so is that behind the last documents.
	All(ctx context.Context, after string) (found []Document, next string, err error)
}

// Index finds documents by their texts.
type Index struct {
	dir     string
	log     *live.Log
	sources []Source

	mu  sync.RWMutex
	now *edition // what is searched; nil if there is none
	// at is how far now has read, and moved is closed when it goes on, or when
	// another index takes its place. It does not go on while following is false.
	at        live.Bookmark
	moved     chan struct{}
	following bool

	// Of Run alone:
	outdated  bool      // what is searched must be built anew
	built     time.Time // when it last was
	unwritten int       // entries that are read, and whose bookmark is not on the disk
}

// New makes an index in the folder of what the sources hold. It does nothing
// before Run.
func New(dir string, log *live.Log, sources ...Source) *Index {
	return &Index{dir: dir, log: log, sources: sources, moved: make(chan struct{})}
}

// The waits between attempts after a failure.
const (
	firstWait = time.Second
	lastWait  = time.Minute
)

// Run opens the index, or builds it, and keeps it up to date until ctx ends;
// then it closes it. What fails is logged and tried again.
func (x *Index) Run(ctx context.Context) {
	defer x.shut()
	wait := firstWait
	for ctx.Err() == nil {
		began := time.Now()
		err := x.serve(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, live.ErrGone):
			slog.InfoContext(ctx, "the search index is behind the log and will be built anew")
			x.outdated = true
			continue
		}
		slog.ErrorContext(ctx, "the search index failed and will be tried again", "error", err)
		if time.Since(began) > lastWait {
			wait = firstWait
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
}

// serve makes the index ready and keeps it up to date, until something fails.
func (x *Index) serve(ctx context.Context) error {
	if x.current() == nil {
		if err := x.reopen(); err != nil {
			return err
		}
	}
	if e := x.current(); e == nil || e.shape != shape || x.outdated {
		if err := x.rebuild(ctx); err != nil {
			return err
		}
	}
	return x.follow(ctx, x.current())
}

// follow reads the log on from where the edition stands.
func (x *Index) follow(ctx context.Context, e *edition) error {
	until, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(e.failed, stop)()
	x.mu.Lock()
	at := x.at
	x.following = true
	x.mu.Unlock()
	defer x.rest()
	err := x.log.Follow(until, at, func(ctx context.Context, found []*live.Entry, at live.Bookmark) error {
		return x.take(ctx, e, found, at)
	})
	if e.failed.Err() != nil {
		err = context.Cause(e.failed)
		x.drop(e)
	}
	return err
}

func (x *Index) rest() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.following = false
}

// drop takes the edition out of use; what is on the disk is opened again, or,
// if it is broken, built anew.
func (x *Index) drop(e *edition) {
	if errors.Is(context.Cause(e.failed), errBroken) {
		x.outdated = true
	}
	x.mu.Lock()
	x.now = nil
	x.mu.Unlock()
	if err := e.close(); err != nil {
		slog.Error("the search index could not be closed", "error", err)
	}
}

// noteEvery is after how many entries, none of which changes a document, the
// bookmark is written all the same.
const noteEvery = 5_000

// take brings the edition up to date with the entries.
func (x *Index) take(ctx context.Context, e *edition, found []*live.Entry, at live.Bookmark) error {
	var changed []Document
	var gone []string
	for _, s := range x.sources {
		c, g, err := s.Changed(ctx, found)
		if err != nil {
			return fmt.Errorf("load what is to be found: %w", err)
		}
		changed, gone = append(changed, c...), append(gone, g...)
	}
	x.unwritten += len(found)
	if len(changed)+len(gone) > 0 || x.unwritten >= noteEvery {
		if err := e.writeAll(changed, gone, &at); err != nil {
			e.fail(err)
			return err
		}
		x.unwritten = 0
	}
	x.reach(at)
	return nil
}

// reach notes how far the index has come, and wakes who waits for it.
func (x *Index) reach(at live.Bookmark) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.at = at
	close(x.moved)
	x.moved = make(chan struct{})
}

// patience is how long a search waits for the index to know what was done
// before it.
const patience = 500 * time.Millisecond

// await waits until there is an index and it knows of all that was done by now,
// or patience ends. One that is searched while it is built anew is not waited for.
func (x *Index) await(ctx context.Context) error {
	now, err := x.log.Moment(ctx)
	if err != nil {
		return err
	}
	var timer <-chan time.Time
	for {
		x.mu.RLock()
		there, moved := x.now != nil && (!x.following || x.at.Reached(now)), x.moved
		x.mu.RUnlock()
		if there {
			return nil
		}
		if timer == nil {
			timer = time.After(patience)
		}
		select {
		case <-moved:
		case <-timer:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (x *Index) current() *edition {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.now
}

// shut notes the bookmark and closes the index.
func (x *Index) shut() {
	e := x.current()
	if e == nil {
		return
	}
	if x.unwritten > 0 && e.failed.Err() == nil && e.shape == shape {
		at := x.at
		if err := e.write(nil, nil, &at); err != nil {
			slog.Error("the search index could not note its place in the log", "error", err)
		}
	}
	x.drop(e)
}

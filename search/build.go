package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"veche/live"
)

// Bounds of one batch of writes.
const (
	batchDocuments = 256
	batchBytes     = 4 << 20
)

// writeAll writes in batches of bounded size, the bookmark with the last: after
// a crash in between all of them are written again.
func (e *edition) writeAll(changed []Document, gone []string, at *live.Bookmark) error {
	for len(changed) > 0 || len(gone) > 0 {
		n := fitting(changed)
		g := min(len(gone), batchDocuments)
		var mark *live.Bookmark
		if n == len(changed) && g == len(gone) {
			mark, at = at, nil
		}
		if err := e.write(changed[:n], gone[:g], mark); err != nil {
			return err
		}
		changed, gone = changed[n:], gone[g:]
	}
	if at != nil {
		return e.write(nil, nil, at)
	}
	return nil
}

// fitting is how many of the documents fit into a batch.
func fitting(docs []Document) int {
	size := 0
	for i, d := range docs {
		size += len(d.Title) + min(len(d.Body), longestBody)
		if i == batchDocuments || i > 0 && size > batchBytes {
			return i
		}
	}
	return len(docs)
}

// reopen takes the newest whole edition on the disk into use. There may be none.
func (x *Index) reopen() error {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return fmt.Errorf("make the index's folder: %w", err)
	}
	numbers, err := editions(x.dir)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		e, k, err := openEdition(x.dir, n)
		if err != nil {
			slog.Warn("a search index cannot be used", "number", n, "error", err)
			continue // it may have been under way when the process died
		}
		x.use(e, k.At, e.shape == shape && !x.outdated)
		return nil
	}
	return nil
}

// use has the edition searched from now on, and answers the one before. following
// says that it is brought up to date from here on.
func (x *Index) use(e *edition, at live.Bookmark, following bool) (before *edition) {
	x.mu.Lock()
	before, x.now, x.following = x.now, e, following
	x.mu.Unlock()
	x.reach(at)
	x.unwritten = 0
	return before
}

// rebuild makes a new edition from the documents and takes it into use. What
// changes meanwhile is read from the log afterwards.
func (x *Index) rebuild(ctx context.Context) error {
	began := time.Now()
	numbers, err := editions(x.dir)
	if err != nil {
		return err
	}
	number := 1
	if len(numbers) > 0 {
		number = numbers[0] + 1
	}
	at, err := x.log.Bookmark(ctx) // before any document is read
	if err != nil {
		return err
	}
	e, err := beginEdition(x.dir, number)
	if err != nil {
		return err
	}
	n, err := x.fill(ctx, e)
	if err == nil {
		err = e.write(nil, nil, &at)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("build the index: %w", err), e.close(), os.RemoveAll(e.path))
	}
	if before := x.use(e, at, true); before != nil {
		err = before.close()
	}
	x.outdated, x.built = false, time.Now()
	slog.InfoContext(ctx, "the search index was built", "documents", n, "took", time.Since(began).Round(time.Millisecond))
	return errors.Join(err, x.sweep(number))
}

// fill puts all documents of all sources into the edition.
func (x *Index) fill(ctx context.Context, e *edition) (n int, err error) {
	for _, s := range x.sources {
		for after, more := "", true; more; more = after != "" {
			var found []Document
			if found, after, err = s.All(ctx, after); err != nil {
				return n, err
			}
			if err := e.writeAll(found, nil, nil); err != nil {
				return n, err
			}
			n += len(found)
		}
	}
	return n, nil
}

// sweep removes all editions but the one.
func (x *Index) sweep(keep int) error {
	numbers, err := editions(x.dir)
	for _, n := range numbers {
		if n != keep {
			err = errors.Join(err, os.RemoveAll(filepath.Join(x.dir, strconv.Itoa(n))))
		}
	}
	return err
}

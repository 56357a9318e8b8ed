package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"veche/live"
)

// edition is one index on the disk, built as a whole and kept up to date from
// then on. Its folder's name is its number: the greatest one that is whole counts.
type edition struct {
	number int
	path   string
	index  bleve.Index
	shape  string

	// using is held by who searches, and taken by who closes.
	using  sync.RWMutex
	closed bool
	// failed ends when the edition cannot be trusted any more.
	failed context.Context
	fail   context.CancelCauseFunc
}

// keeps is what an edition knows of itself. It is written with the documents
// that it speaks of, in one batch.
type keeps struct {
	Shape string        `json:"shape"`
	At    live.Bookmark `json:"at"`
}

var keepsKey = []byte("veche")

// errBroken says that what is on the disk is no index that can be used.
var errBroken = errors.New("search: the index is broken")

// editions are the numbers of the folders in dir, the greatest first.
func editions(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for the index: %w", err)
	}
	var numbers []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers, nil
}

func newEdition(dir string, number int) *edition {
	e := &edition{number: number, path: filepath.Join(dir, strconv.Itoa(number))}
	e.failed, e.fail = context.WithCancelCause(context.Background())
	ears.Store(filepath.Join(e.path, "store"), e)
	return e
}

// ears are the editions by their folders: bleve tells there what goes wrong
// behind everybody's back.
var ears sync.Map

const earName = "veche"

func init() {
	scorch.RegistryAsyncErrorCallbacks[earName] = func(err error, path string) {
		if e, ok := ears.Load(path); ok {
			e.(*edition).fail(fmt.Errorf("keep the index: %w", err))
		}
	}
}

// settings are what bleve is to do otherwise than by default: another process
// that holds the folder is an error, not waited for.
func settings() map[string]any {
	return map[string]any{"bolt_timeout": "1s", "asyncErrorCallbackName": earName}
}

// openEdition opens one that was finished; errBroken answers one that was not.
func openEdition(dir string, number int) (e *edition, k keeps, err error) {
	e = newEdition(dir, number)
	defer broken(&err)
	if e.index, err = bleve.OpenUsing(e.path, settings()); err != nil {
		return nil, k, fmt.Errorf("%w: %w", errBroken, err)
	}
	kept, err := e.index.GetInternal(keepsKey)
	if err == nil && kept == nil {
		err = errors.New("it was never finished")
	}
	if err == nil {
		err = json.Unmarshal(kept, &k)
	}
	if err != nil {
		return nil, k, errors.Join(fmt.Errorf("%w: %w", errBroken, err), e.index.Close())
	}
	e.shape = k.Shape
	return e, k, nil
}

// beginEdition makes an empty one.
func beginEdition(dir string, number int) (e *edition, err error) {
	e = newEdition(dir, number)
	defer broken(&err)
	if err := os.RemoveAll(e.path); err != nil {
		return nil, fmt.Errorf("clear the way for the index: %w", err)
	}
	e.shape = shape
	if e.index, err = bleve.NewUsing(e.path, newMapping(), bleve.Config.DefaultIndexType, bleve.Config.DefaultIndexType, settings()); err != nil {
		return nil, fmt.Errorf("make the index: %w", err)
	}
	return e, nil
}

// broken turns a panic, by which bleve answers some broken files, into an error.
func broken(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errBroken, p)
	}
}

// write puts documents into the index and takes others out, with the bookmark
// if there is one, all in one batch that is on the disk afterwards. What bleve
// does not answer, because a part of it is gone, ends with the edition.
func (e *edition) write(changed []Document, gone []string, at *live.Bookmark) error {
	batch := e.index.NewBatch()
	for _, id := range gone {
		batch.Delete(id)
	}
	for _, d := range changed {
		if err := batch.Index(d.ID, d.fields()); err != nil {
			return fmt.Errorf("index %s: %w", d.ID, err)
		}
	}
	if at != nil {
		k, err := json.Marshal(keeps{Shape: shape, At: *at})
		if err != nil {
			return fmt.Errorf("note the place in the log: %w", err)
		}
		batch.SetInternal(keepsKey, k)
	}
	done := make(chan error, 1)
	go func() { done <- e.run(batch) }()
	select {
	case err := <-done:
		return err
	case <-e.failed.Done():
		return context.Cause(e.failed)
	}
}

func (e *edition) run(batch *bleve.Batch) (err error) {
	defer broken(&err)
	if err := e.index.Batch(batch); err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	return nil
}

// closing is how long bleve has to let go of an index that may be broken.
const closing = 10 * time.Second

// close waits for those who search.
func (e *edition) close() error {
	e.using.Lock()
	defer e.using.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	defer ears.Delete(filepath.Join(e.path, "store"))
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer broken(&err)
		err = e.index.Close()
	}()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("close the index: %w", err)
		}
		return nil
	case <-time.After(closing):
		return errors.New("close the index: it does not let go")
	}
}

package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"veche/store"
)

// TestCheckpointsBesideTheWriter writes enough for several of them, and wants
// the log short and everything in the file afterwards.
func TestCheckpointsBesideTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "veche.db")
	e, err := Open(path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Ensure(t.Context(), notes.Spec()); err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 2 * checkpointEvery / 8
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if err := notes.Insert(t.Context(), e, &note{ID: fmt.Sprintf("%d-%d", w, i), N: int64(i)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.Stat(path + "-wal"); err == nil && left.Size() > 0 {
		t.Errorf("the log has %d bytes after closing", left.Size())
	}
	if e, err = Open(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	if n, err := notes.Count(t.Context(), e, store.Query{}); err != nil || n != writers*each {
		t.Errorf("%d documents, %v; want %d", n, err, writers*each)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

package sqlite

import (
	"path/filepath"
	"testing"

	"veche/store"
	"veche/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, filepath.Join(t.TempDir(), "veche.db"))
	})
}

func TestDurable(t *testing.T) {
	storetest.RunDurable(t, func(t *testing.T) func() store.Store {
		path := filepath.Join(t.TempDir(), "veche.db")
		return func() store.Store {
			e, err := Open(path, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
	})
}

func open(t *testing.T, path string) *Engine {
	t.Helper()
	e, err := Open(path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "veche.db")
	open(t, path)
	if e, err := Open(path, 0); err == nil {
		t.Error("the file was opened twice", e.Close())
	}
}

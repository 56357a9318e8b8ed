package mongo_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"veche/store/sqlite"
	"veche/store/storetest"
	"veche/store/storetest/ferret"
)

// TestDiffer does the same at random on both engines.
func TestDiffer(t *testing.T) {
	t.Parallel()
	uris := []string{ferret.Start(t), ferret.StartReplicaSet(t).URI}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a, err := sqlite.Open(filepath.Join(t.TempDir(), "a.db"), 0)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			b := open(t, uris[seed%2], fresh())
			defer b.Close()
			storetest.Differ(t, a, b, seed)
		})
	}
}

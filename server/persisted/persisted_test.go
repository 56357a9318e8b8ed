package persisted

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"veche/store"
	"veche/store/sqlite"
)

func TestPruneKeepsWhatIsAskedFor(t *testing.T) {
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	open := func() *Documents { // as another process would: nothing is in memory
		d, err := Open(t.Context(), s, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		d.most = 2
		return d
	}
	text := func(i int) string { return fmt.Sprintf("{ text%d }", i) }
	d := open()
	for i := range 4 {
		now = now.Add(time.Hour)
		op := &graphql.OperationContext{RawQuery: text(i), Extensions: map[string]any{
			"persistedQuery": map[string]any{"version": 1, "sha256Hash": hashOf(text(i))},
		}}
		if err := d.MutateOperationContext(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(48 * time.Hour)
	if _, err := open().text(t.Context(), hashOf(text(0))); err != nil {
		t.Fatal(err)
	}
	if err := d.Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{nil, store.ErrNotFound, store.ErrNotFound, nil} {
		if _, err := open().text(t.Context(), hashOf(text(i))); !errors.Is(err, want) {
			t.Errorf("text %d: %v, want %v", i, err, want)
		}
	}
}

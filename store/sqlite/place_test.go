package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"

	"veche/store"
)

var laid = store.Define[note]("laid", store.On("slug", "n")).Near("slug")

// TestDocumentsLieTogether writes documents of many slugs in turn and wants
// those of one in successive rows.
func TestDocumentsLieTogether(t *testing.T) {
	e := open(t, filepath.Join(t.TempDir(), "veche.db"))
	if err := e.Ensure(t.Context(), laid.Spec()); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		n := &note{ID: fmt.Sprintf("%03d", i), Slug: fmt.Sprint(i % 30), N: int64(i)}
		if err := laid.Insert(t.Context(), e, n); err != nil {
			t.Fatal(err)
		}
	}
	for slug := range 30 {
		var rows []int64
		err := e.readers.query(`SELECT rowid FROM laid WHERE slug = ? ORDER BY n`, []any{fmt.Sprint(slug)}, func(r row) error {
			rows = append(rows, r.whole(0))
			return nil
		})
		if err != nil || len(rows) != 10 {
			t.Fatalf("rows %v, %v", rows, err)
		}
		if span := rows[9] - rows[0]; span != 9 {
			t.Errorf("the documents of %d span %d rows", slug, span)
		}
	}
}

// TestFullStretch fills the last row of a stretch: the next documents lie
// anywhere, and are found.
func TestFullStretch(t *testing.T) {
	e := open(t, filepath.Join(t.TempDir(), "veche.db"))
	if err := e.Ensure(t.Context(), laid.Spec()); err != nil {
		t.Fatal(err)
	}
	insert := func(id string) {
		t.Helper()
		if err := laid.Insert(t.Context(), e, &note{ID: id, Slug: "s"}); err != nil {
			t.Fatal(err)
		}
	}
	insert("a")
	err := e.Do(t.Context(), func(x store.Tx) error {
		return x.(*tx).exec(`UPDATE laid SET rowid = rowid | ?`, int64(1<<stretch-1))
	})
	if err != nil {
		t.Fatal(err)
	}
	insert("b")
	insert("c")
	found, err := laid.Find(t.Context(), e, store.Query{Where: []store.Cond{store.Eq("slug", "s")}, Sort: []string{"n"}})
	if err != nil || len(found) != 3 {
		t.Errorf("found %d, %v", len(found), err)
	}
}

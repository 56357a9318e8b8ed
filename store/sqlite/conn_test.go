package sqlite

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	lib "modernc.org/sqlite/lib"
)

func opened(t *testing.T) *conn {
	t.Helper()
	c, err := openConn(filepath.Join(t.TempDir(), "with ? and # in it.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// TestConnKeepsValues: what is bound comes back, whatever its length, also when
// the memory for it had to grow between two statements.
func TestConnKeepsValues(t *testing.T) {
	c := opened(t)
	texts := []string{"", "a", "вече", "a\x00b", strings.Repeat("долго ", 3000), "short again"}
	for _, text := range texts {
		var got []string
		var blob []byte
		args := []any{text, []byte(text), int64(math.MinInt64), text}
		err := c.query(`SELECT ?, ?, ?, ? UNION ALL SELECT 'second', x'', 0, ''`, args, func(r row) error {
			if len(got) == 0 {
				blob = r.blob(1)
				if !r.is(text) || r.is(text+"x") || r.is(int64(1)) || r.whole(2) != math.MinInt64 {
					t.Errorf("%.20q is told from itself", text)
				}
			}
			got = append(got, r.text(0), r.text(3))
			return nil
		})
		if diff := cmp.Diff([]string{text, text, "second", ""}, got); diff != "" || err != nil || string(blob) != text {
			t.Errorf("%v, blob of %d bytes (-want +got):\n%s", err, len(blob), diff)
		}
	}
}

func TestConnTellsFaults(t *testing.T) {
	c := opened(t)
	var f *fault
	if err := c.query(`SELECT nonsense`, nil, nil); !errors.As(err, &f) || f.code != lib.SQLITE_ERROR {
		t.Errorf("nonsense: %v", err)
	}
	if err := c.query(`SELECT ?`, []any{struct{}{}}, nil); err == nil {
		t.Error("a struct was bound")
	}
	if err := c.query(`SELECT 1`, []any{int64(1)}, nil); !errors.As(err, &f) || f.code != lib.SQLITE_RANGE {
		t.Errorf("an argument too many: %v", err)
	}
	mine := errors.New("mine")
	for range 2 { // the statement is ready for the next call
		if err := c.query(`SELECT 1 UNION ALL SELECT 2`, nil, func(row) error { return mine }); !errors.Is(err, mine) {
			t.Errorf("the function's error became %v", err)
		}
	}
	if _, err := openConn(filepath.Join(t.TempDir(), "no", "such", "folder")); !errors.As(err, &f) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

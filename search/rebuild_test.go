package search_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"

	"veche/live"
	"veche/search"
)

// TestRestart goes on from where the index stood, without reading everything.
func TestRestart(t *testing.T) {
	o, dir := newOffice(t, live.Options{}), t.TempDir()
	x, stop := o.run(dir)
	o.put(numbered(10, "a", "сосна %d")...)
	if got := find(t, x, "сосны", "a"); len(got) != 10 {
		t.Fatalf("finds %v", got)
	}
	stop()
	read := o.all.Load()
	o.put(&paper{ID: "p000003", Place: "a", Title: "ель"})
	x, stop = o.run(dir)
	if got := find(t, x, "сосны", "a"); len(got) != 9 {
		t.Errorf("finds %v", got)
	}
	same(t, "what was put meanwhile", find(t, x, "ели", "a"), "p000003")
	if n := o.all.Load(); n != read {
		t.Errorf("everything was read again, in %d parts", n-read)
	}
	stop()
}

// TestRebuild makes an index anew that cannot be gone on with.
func TestRebuild(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"nothing is left": func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		},
		"its files are garbage": func(t *testing.T, dir string) {
			eachFile(t, dir, func(path string) error { return os.WriteFile(path, []byte("garbage"), 0o600) })
		},
		"its files are cut off": func(t *testing.T, dir string) {
			eachFile(t, dir, func(path string) error { return os.Truncate(path, 40) })
		},
		"it was never finished": func(t *testing.T, dir string) { rewrite(t, dir, nil) },
		"it is of another shape": func(t *testing.T, dir string) {
			rewrite(t, dir, []byte(`{"shape":"0","at":[{"place":1},{"place":1},{"place":1},{"place":1}]}`))
		},
		"it is ahead of the log": func(t *testing.T, dir string) {
			rewrite(t, dir, []byte(`{"shape":"1","at":[{"place":1000000},{"place":1},{"place":1},{"place":1}]}`))
		},
		"it has read another log": func(t *testing.T, dir string) {
			rewrite(t, dir, []byte(`{"shape":"1","at":[{"place":1,"entry":"x","at":"2020-01-01T00:00:00Z"},{"place":1,"entry":"x"},{"place":1,"entry":"x"},{"place":1,"entry":"x"}]}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, dir := newOffice(t, live.Options{}), filepath.Join(t.TempDir(), "search")
			o.put(numbered(50, "a", "сосна %d")...)
			x, stop := o.run(dir)
			find(t, x, "сосна", "a")
			stop()
			spoil(t, dir)
			before := o.all.Load()
			o.put(&paper{ID: "new", Place: "a", Title: "ель"})
			x, stop = o.run(dir)
			defer stop()
			for end := time.Now().Add(20 * time.Second); o.all.Load() == before && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
				if got := find(t, x, "ель", "a"); len(got) == 1 {
					break
				}
			}
			same(t, "a new one", find(t, x, "ель", "a"), "new")
			same(t, "an old one", find(t, x, "сосна 7", "a"), "p000007")
			if o.all.Load() == before {
				t.Error("nothing was built anew")
			}
			left, _ := os.ReadDir(dir)
			for end := time.Now().Add(5 * time.Second); len(left) > 1 && time.Now().Before(end); left, _ = os.ReadDir(dir) {
				time.Sleep(time.Millisecond)
			}
			if len(left) != 1 {
				t.Errorf("%d editions are left", len(left))
			}
		})
	}
}

func eachFile(t *testing.T, dir string, do func(path string) error) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return do(path)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rewrite puts something else in the place of what an edition knows of itself.
func rewrite(t *testing.T, dir string, knows []byte) {
	t.Helper()
	x, err := bleve.Open(filepath.Join(dir, "1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(x.SetInternal([]byte("veche"), knows), x.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestBehindTheLog builds anew what the log cannot bring up to date.
func TestBehindTheLog(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	var mu sync.Mutex
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	o, dir := newOffice(t, live.Options{Retention: time.Hour, Now: clock}), t.TempDir()
	o.put(numbered(20, "a", "сосна %d")...)
	x, stop := o.run(dir)
	find(t, x, "сосна", "a")
	stop()
	o.put(&paper{ID: "missed", Place: "a", Title: "ель"})
	mu.Lock()
	now = now.Add(2 * time.Hour)
	mu.Unlock()
	if n, err := o.log.Prune(t.Context()); err != nil || n != 21 {
		t.Fatalf("pruned %d, %v", n, err)
	}
	x, _ = o.run(dir)
	for end := time.Now().Add(5 * time.Second); len(find(t, x, "ель", "a")) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	same(t, "what the log forgot", find(t, x, "ель", "a"), "missed")
}

// TestTroubles goes on through a source that fails and a folder that vanishes.
func TestTroubles(t *testing.T) {
	o, dir := newOffice(t, live.Options{}), filepath.Join(t.TempDir(), "search")
	x, _ := o.run(dir)
	o.put(&paper{ID: "one", Place: "a", Title: "сосна"})
	same(t, "at first", find(t, x, "сосна", "a"), "one")
	trouble := errors.New("the store is away")
	o.fail.Store(&trouble)
	o.put(&paper{ID: "two", Place: "a", Title: "ель"})
	time.Sleep(20 * time.Millisecond)
	same(t, "without a source", find(t, x, "сосна", "a"), "one")
	o.fail.Store(nil)
	eventually(t, x, "ель", "two")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	o.put(&paper{ID: "three", Place: "a", Title: "пихта"})
	eventually(t, x, "пихта", "three")
	eventually(t, x, "сосна", "one")
}

func eventually(t *testing.T, x *search.Index, text, want string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if got := find(t, x, text, "a"); len(got) == 1 && got[0] == want {
			return
		}
	}
	t.Errorf("%s is never found", text)
}

// TestTogether searches while papers change, and while an index closes.
func TestTogether(t *testing.T) {
	o, dir := newOffice(t, live.Options{}), t.TempDir()
	x, stop := o.run(dir)
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for ctx.Err() == nil {
				for _, ask := range []func(context.Context, search.Query) ([]search.Hit, error){x.Search, x.Similar} {
					_, err := ask(ctx, search.Query{Text: fmt.Sprint("сосна ", i), Places: []string{"a"}, Limit: 5})
					if err != nil && !errors.Is(err, search.ErrUnavailable) && ctx.Err() == nil {
						t.Error(err)
					}
				}
			}
		})
	}
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for i := range 40 {
				o.put(&paper{ID: fmt.Sprintf("%d-%d", w, i%10), Place: "a", Title: fmt.Sprintf("сосна %d", i), Gone: i%10 == 0})
			}
		})
	}
	writers.Wait()
	if got := find(t, x, "сосна", "a"); len(got) != 20 { // of 27
		t.Errorf("finds %d", len(got))
	}
	stop()
	end()
	all.Wait()
}

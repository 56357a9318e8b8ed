package search_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"veche/live"
	"veche/store/sqlite"
)

const crashDir = "VECHE_SEARCH_CRASH_DIR"

// TestCrash kills a process in the middle of its writes, time and again: what
// it acknowledged is in the store, and the next index finds all of that.
func TestCrash(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeForEver(t, dir)
		return
	}
	dir, all := t.TempDir(), int64(0)
	for round := range 4 {
		command := exec.Command(os.Args[0], "-test.run", "^TestCrash$")
		command.Env = append(os.Environ(), crashDir+"="+dir)
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 30+round*17 && lines.Scan(); n++ {
			continue
		}
		time.Sleep(time.Duration(round) * 3 * time.Millisecond)
		_ = command.Process.Kill()
		_ = command.Wait()
		o := openOffice(t, filepath.Join(dir, "documents.db"))
		x, stop := o.run(filepath.Join(dir, "search"))
		stored, err := papers.Count(t.Context(), o.store, everything)
		if err != nil || stored == 0 {
			t.Fatalf("%d papers, %v", stored, err)
		}
		for i := range stored {
			if got := find(t, x, fmt.Sprintf("n%d сосны", i), "a"); len(got) != 1 {
				t.Errorf("round %d: paper %d of %d is found as %v", round, i, stored, got)
			}
		}
		all += o.all.Load()
		stop()
		_ = o.store.Close()
	}
	if all > 0 {
		t.Errorf("everything was read anew after a crash, %d times", all)
	}
}

// writeForEver puts paper after paper, and tells of each that is found.
func writeForEver(t *testing.T, dir string) {
	o := openOffice(t, filepath.Join(dir, "documents.db"))
	x, _ := o.run(filepath.Join(dir, "search"))
	find(t, x, "сосна", "a") // until the first index is there
	have, err := papers.Count(context.Background(), o.store, everything)
	if err != nil {
		t.Fatal(err)
	}
	for i := have; ; i++ {
		o.put(&paper{ID: fmt.Sprintf("p%06d", i), Place: "a", Title: fmt.Sprintf("сосна n%d", i), Body: strings.Repeat("лес ", i%50)})
		fmt.Println(i)
	}
}

func openOffice(t testing.TB, path string) *office {
	t.Helper()
	s, err := sqlite.Open(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ensure(t.Context(), papers.Spec()); err != nil {
		t.Fatal(err)
	}
	l, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	return &office{t: t, store: s, log: l}
}

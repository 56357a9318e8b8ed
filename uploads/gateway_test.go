package uploads_test

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/uploads"
)

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	key := "вече/летопись.txt"
	first, err := uploads.Open(t.Context(), uploads.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put(t, first, key, "было", "text/plain; charset=utf-8")
	_, want := read(t, first, key)
	credentials := credentialsOf(t, dir)
	if err := errors.Join(first.Close(), first.Close()); err != nil {
		t.Fatal(err)
	}
	if err := first.Ready(t.Context()); err == nil {
		t.Error("a closed gateway is ready")
	}

	second := open(t, uploads.Config{Dir: dir, Listen: strings.TrimPrefix(first.Endpoint(), "http://")})
	if second.Endpoint() != first.Endpoint() {
		t.Errorf("came back at %s, not at %s", second.Endpoint(), first.Endpoint())
	}
	content, info := read(t, second, key)
	if diff := cmp.Diff(want, info); content != "было" || diff != "" {
		t.Errorf("after the restart: %q\n%s", content, diff)
	}
	if credentialsOf(t, dir) != credentials {
		t.Error("the credentials changed")
	}
}

func credentialsOf(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "credentials")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("the credentials have mode %s", info.Mode())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNewCredentialsStillOpenTheFolder(t *testing.T) {
	losses := map[string]func(file string) error{
		"removed": os.Remove,
		"emptied": func(file string) error { return os.Truncate(file, 0) },
	}
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := uploads.Open(t.Context(), uploads.Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			put(t, s, "kept", "x", "text/plain")
			before := credentialsOf(t, dir)
			if err := errors.Join(s.Close(), lose(filepath.Join(dir, "credentials"))); err != nil {
				t.Fatal(err)
			}
			if got, _ := read(t, open(t, uploads.Config{Dir: dir}), "kept"); got != "x" {
				t.Errorf("got %q", got)
			}
			if credentialsOf(t, dir) == before {
				t.Error("the credentials are the same")
			}
		})
	}
}

func TestRefusesToStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "credentials"), []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		c    uploads.Config
		want string
	}{
		{"port taken", uploads.Config{Dir: t.TempDir(), Listen: taken.Addr().String()}, taken.Addr().String() + ": bind: address already in use"},
		{"no folder", uploads.Config{}, "a folder or an endpoint is needed"},
		{"a file for a folder", uploads.Config{Dir: file}, "make the folder"},
		{"half the credentials", uploads.Config{Dir: t.TempDir(), AccessKey: "a"}, "a secret key"},
		{"broken credentials", uploads.Config{Dir: broken}, "has to hold two words"},
		{"bad bucket", uploads.Config{Dir: t.TempDir(), Bucket: "Вече"}, "ensure bucket"},
		{"bad address", uploads.Config{Dir: t.TempDir(), Listen: "nowhere"}, "missing port"},
		{"endpoint without scheme", uploads.Config{Endpoint: "localhost:9000"}, "is not http:// or https://"},
		{"endpoint with path", uploads.Config{Endpoint: "http://localhost/s3"}, "is not http:// or https://"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := uploads.Open(t.Context(), c.c)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if c.name == "port taken" && !errors.Is(err, syscall.EADDRINUSE) {
				t.Errorf("%v is not EADDRINUSE", err)
			}
		})
	}
}

func TestOneGatewayAtATime(t *testing.T) {
	s := open(t, uploads.Config{Dir: t.TempDir()})
	if _, err := uploads.Open(t.Context(), uploads.Config{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "only one") {
		t.Errorf("a second gateway: %v", err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("the first one afterwards: %v", err)
	}
}

func TestQuiet(t *testing.T) {
	before, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = w
	defer func() { os.Stdout = stdout }()

	s, err := uploads.Open(t.Context(), uploads.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", "x", "")
	wantAbsent(t, s, "b")
	wantAnswer(t, s.Endpoint()+"/veche/a", http.StatusForbidden, "")
	wantAnswer(t, s.Endpoint()+"/other", http.StatusForbidden, "")
	now, err := os.Getwd()
	if err := errors.Join(err, s.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if now != before {
		t.Errorf("the working directory moved to %s", now)
	}
	if said, _ := io.ReadAll(r); len(said) > 0 {
		t.Errorf("standard output got %q", said)
	}
}

func TestClosesClean(t *testing.T) {
	dir := t.TempDir()
	before := goroutines()
	s, err := uploads.Open(t.Context(), uploads.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", "x", "")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", strings.TrimPrefix(s.Endpoint(), "http://"))
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	defer l.Close()
	for deadline := time.Now().Add(3 * time.Second); goroutines() > before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines before, %d after", before, goroutines())
		}
	}
}

// goroutines counts those that run, but for two of the HTTP library below the
// gateway: the clock that it keeps for the process, and the sweeper of a stopped
// server, which sleeps up to ten seconds before it sees that it may go.
func goroutines() int {
	all := make([]byte, 1<<20)
	n := 0
	for one := range strings.SplitSeq(string(all[:runtime.Stack(all, true)]), "\n\n") {
		if !strings.Contains(one, "fasthttp.updateServerDate") && !strings.Contains(one, "fasthttp.(*workerPool).Start") {
			n++
		}
	}
	return n
}

func TestLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	s := open(t, uploads.Config{Dir: dir})
	put(t, s, "a/b/small", "x", "text/plain")
	put(t, s, "a/b/large", random(17<<20), "text/plain")
	short := io.LimitReader(strings.NewReader(random(17<<20)), 16<<20+5)
	if err := s.Put(t.Context(), "a/b/broken", short, 17<<20, ""); err == nil {
		t.Error("a short put succeeded")
	}
	for _, key := range []string{"a/b/small", "a/b/large"} {
		if err := s.Remove(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	var left []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			left = append(left, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/credentials"}, left); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		s, err := uploads.Open(b.Context(), uploads.Config{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

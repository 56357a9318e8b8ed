package uploads_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/uploads"
)

// everywhere runs the test against the embedded gateway, and against the S3
// service that the environment names, in a bucket of its own.
func everywhere(t *testing.T, test func(t *testing.T, s *uploads.Shelf, c uploads.Config)) {
	t.Run("embedded", func(t *testing.T) {
		c := uploads.Config{Dir: t.TempDir(), AccessKey: "veche", SecretKey: rand.Text()}
		s := open(t, c)
		c.Endpoint = s.Endpoint()
		test(t, s, c)
	})
	t.Run("service", func(t *testing.T) {
		c := uploads.Config{
			Endpoint:  os.Getenv("VECHE_TEST_S3_ENDPOINT"),
			AccessKey: os.Getenv("VECHE_TEST_S3_ACCESS_KEY"),
			SecretKey: os.Getenv("VECHE_TEST_S3_SECRET_KEY"),
			Bucket:    "veche-test-" + strings.ToLower(rand.Text()),
		}
		if c.Endpoint == "" {
			t.Skip("VECHE_TEST_S3_ENDPOINT names no S3 service")
		}
		test(t, open(t, c), c)
	})
}

func open(t *testing.T, c uploads.Config) *uploads.Shelf {
	t.Helper()
	s, err := uploads.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func put(t *testing.T, s *uploads.Shelf, key, content, contentType string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), contentType); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *uploads.Shelf, key string) (string, uploads.Info) {
	t.Helper()
	r, info, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content), info
}

func random(size int) string {
	b := make([]byte, size)
	rand.Read(b)
	return string(b)
}

func TestKeepsAndGivesBack(t *testing.T) {
	cases := []struct{ name, key, content, contentType string }{
		{"plain", "avatars/member_01/small.webp", "picture", "image/webp"},
		{"empty", "empty.txt", "", "text/plain"},
		{"eight MiB", "video/clip.mp4", random(8 << 20), "video/mp4"},
		{"several parts", "video/film.mp4", random(17 << 20), "video/mp4"},
		{"Cyrillic", "вече/Устав общины, часть 1.pdf", "устав", "application/pdf"},
		{"decomposed", "u/i\u0306.txt", "й", "text/plain; charset=utf-8"},
		{"not decomposed", "u/й.txt", "й", "text/plain; charset=utf-8"},
		{"emoji and CJK", "odd/🎉 集会.png", "x", "image/png"},
		{"punctuation", "odd/a+b&c=d?e#f%20g;h,i'j\"k(l)m[n]{o}<p>|q^r`s~t!u*v$w@x:y.txt", "x", "text/plain"},
		{"spaces around", "odd/ a b ", "x", "text/plain"},
		{"dots", "odd/..a/b../...", "x", "text/plain"},
		{"like our own files", "meta/etag/meta", "x", "text/plain"},
		{"longest", strings.Repeat("д", 100) + "/" + strings.Repeat("b", 200) + "/" + strings.Repeat("c", 110), "x", "text/plain"},
	}
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				before := time.Now().Add(-2 * time.Second)
				put(t, s, c.key, c.content, c.contentType)
				content, opened := read(t, s, c.key)
				if content != c.content {
					t.Errorf("%d bytes came back, not the %d that were put", len(content), len(c.content))
				}
				if opened.ETag == "" || opened.ModTime.Before(before) || opened.ModTime.After(time.Now().Add(2*time.Second)) {
					t.Errorf("tag %q, time %s", opened.ETag, opened.ModTime)
				}
				want := uploads.Info{
					Key: c.key, Size: int64(len(c.content)), ContentType: c.contentType,
					ETag: opened.ETag, ModTime: opened.ModTime,
				}
				stat, err := s.Stat(t.Context(), c.key)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, opened) + cmp.Diff(want, stat); diff != "" {
					t.Error(diff)
				}
				if err := s.Remove(t.Context(), c.key); err != nil {
					t.Fatal(err)
				}
				wantAbsent(t, s, c.key)
			})
		}
	})
}

func wantAbsent(t *testing.T, s *uploads.Shelf, key string) {
	t.Helper()
	if _, err := s.Stat(t.Context(), key); !errors.Is(err, uploads.ErrNotFound) {
		t.Errorf("stat: %v, not ErrNotFound", err)
	}
	if _, _, err := s.Open(t.Context(), key); !errors.Is(err, uploads.ErrNotFound) {
		t.Errorf("open: %v, not ErrNotFound", err)
	}
	if err := s.Remove(t.Context(), key); err != nil {
		t.Errorf("remove what is absent: %v", err)
	}
}

func TestAbsent(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		put(t, s, "folder/file", "x", "text/plain")
		for _, key := range []string{"none", "folder", "folder/none", "folder/file/none"} {
			wantAbsent(t, s, key)
		}
		read(t, s, "folder/file")
	})
}

func TestPutReplacesAllOrNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		key := strings.Repeat("k", 200)
		put(t, s, key, "first", "text/plain")
		_, first := read(t, s, key)
		put(t, s, key, "second, longer", "")
		content, second := read(t, s, key)
		if content != "second, longer" || second.ContentType != "application/octet-stream" || second.ETag == first.ETag {
			t.Errorf("after the second put: %q, %+v", content, second)
		}
		broken := errors.New("the cable broke")
		for name, r := range map[string]io.Reader{
			"short":          io.LimitReader(strings.NewReader("abc"), 3),
			"broken":         io.MultiReader(strings.NewReader("abc"), failing{broken}),
			"short in parts": io.LimitReader(rand.Reader, 16<<20+5),
		} {
			size := int64(10)
			if name == "short in parts" {
				size = 17 << 20
			}
			if err := s.Put(t.Context(), key, r, size, "text/plain"); err == nil {
				t.Errorf("%s: no error", name)
			}
			if err := s.Put(t.Context(), "new", r, size, "text/plain"); err == nil {
				t.Errorf("%s: no error", name)
			}
			wantAbsent(t, s, "new")
			if got, _ := read(t, s, key); got != content {
				t.Errorf("%s: left %q", name, got)
			}
		}
		if err := s.Put(t.Context(), key, strings.NewReader("x"), -1, ""); err == nil {
			t.Error("an unknown size was taken")
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestManyAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				// Neighbors in folders that come and go.
				key, content := fmt.Sprintf("f%d/n%d", i%3, i), bytes.Repeat([]byte{byte(i)}, 1000*i)
				ctx := context.Background()
				if err := s.Put(ctx, key, bytes.NewReader(content), int64(len(content)), ""); err != nil {
					t.Errorf("put: %v", err)
					return
				}
				if info, err := s.Stat(ctx, key); err != nil || info.Size != int64(len(content)) {
					t.Errorf("stat: %+v, %v", info, err)
				}
				if err := s.Remove(ctx, key); err != nil {
					t.Errorf("remove: %v", err)
				}
			})
		}
		all.Wait()
	})
}

func TestLink(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		key := "личное/фото 1+2.png"
		put(t, s, key, "pixels", "image/png")
		link, err := s.Link(t.Context(), key, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(link, s.Endpoint()+"/") {
			t.Errorf("the link %s is not under %s", link, s.Endpoint())
		}
		wantAnswer(t, link, http.StatusOK, "pixels")
		wantAnswer(t, strings.Replace(link, "X-Amz-Expires=60", "X-Amz-Expires=600", 1), http.StatusForbidden, "")
		bare, _, _ := strings.Cut(link, "?")
		wantAnswer(t, bare, http.StatusForbidden, "")
		absent, err := s.Link(t.Context(), "none", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		wantAnswer(t, absent, http.StatusNotFound, "")
		for _, lifetime := range []time.Duration{0, -time.Hour, time.Millisecond, uploads.MaxLifetime + 1} {
			if _, err := s.Link(t.Context(), key, lifetime); err == nil {
				t.Errorf("a lifetime of %s was taken", lifetime)
			}
		}
	})
}

func TestLinkExpires(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		put(t, s, "brief", "x", "text/plain")
		link, err := s.Link(t.Context(), "brief", uploads.MinLifetime)
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(4 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			if status, _ := get(t, link); status == http.StatusForbidden {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the link still works")
			}
		}
	})
}

func wantAnswer(t *testing.T, url string, status int, content string) {
	t.Helper()
	gotStatus, got := get(t, url)
	if gotStatus != status || status == http.StatusOK && got != content {
		t.Errorf("GET %s: %d %q, want %d %q", url, gotStatus, got, status, content)
	}
	if strings.Contains(got, "/objects") {
		t.Errorf("GET %s tells where the files are: %s", url, got)
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}

func TestWrongCredentials(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, c uploads.Config) {
		put(t, s, "secret", "x", "text/plain")
		wrong := c
		wrong.SecretKey = "not the secret key"
		if _, err := uploads.Open(t.Context(), wrong); err == nil {
			t.Error("a wrong secret key was taken")
		}
		wrong = c
		wrong.AccessKey = "nobody"
		if _, err := uploads.Open(t.Context(), wrong); err == nil {
			t.Error("a wrong access key was taken")
		}
		right := open(t, c)
		if got, _ := read(t, right, "secret"); got != "x" {
			t.Errorf("with the right keys: %q", got)
		}
	})
}

func TestReady(t *testing.T) {
	everywhere(t, func(t *testing.T, s *uploads.Shelf, _ uploads.Config) {
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Ready(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("after the caller gave up: %v", err)
		}
	})
}

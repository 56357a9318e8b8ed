package uploads_test

import (
	"errors"
	"strings"
	"testing"

	"veche/uploads"
)

func TestCheckKey(t *testing.T) {
	long := strings.Repeat("a", 128) + "/"
	bad := []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/../b", "a/..", "a/./b",
		"a\x00b", "a\nb", "a\u0085b", "\x7f", "a\xff", `a\b`, `..\a`,
		strings.Repeat("d", 201), long + long + long + strings.Repeat("b", 126),
	}
	for _, key := range bad {
		if err := uploads.CheckKey(key); !errors.Is(err, uploads.ErrBadKey) {
			t.Errorf("CheckKey(%q) = %v", key, err)
		}
	}
	good := []string{
		"a", "a/b", "...", "a/..b", ".hidden", " ", "a b", "вече", "%2e%2e/a", "~", "a:b",
		strings.Repeat("d", 200), long + long + long + strings.Repeat("b", 125),
	}
	for _, key := range good {
		if err := uploads.CheckKey(key); err != nil {
			t.Errorf("CheckKey(%q) = %v", key, err)
		}
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	s := open(t, uploads.Config{Dir: t.TempDir()})
	deeds := map[string]func(key string) error{
		"put":    func(key string) error { return s.Put(t.Context(), key, strings.NewReader(""), 0, "") },
		"open":   func(key string) error { _, _, err := s.Open(t.Context(), key); return err },
		"stat":   func(key string) error { _, err := s.Stat(t.Context(), key); return err },
		"remove": func(key string) error { return s.Remove(t.Context(), key) },
		"link":   func(key string) error { _, err := s.Link(t.Context(), key, uploads.MinLifetime); return err },
	}
	for name, deed := range deeds {
		if err := deed("../credentials"); !errors.Is(err, uploads.ErrBadKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

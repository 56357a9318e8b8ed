package sqlite

import (
	"runtime/debug"
	"testing"
)

func TestAutomaticCache(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(800 << 20))
	if got := automaticCache(); got != 100<<20 {
		t.Errorf("800 MiB give a cache of %d MiB, want 100", got>>20)
	}
	debug.SetMemoryLimit(10 << 20)
	if got := automaticCache(); got != leastCache {
		t.Errorf("little memory gives a cache of %d bytes", got)
	}
}

func TestMemTotal(t *testing.T) {
	for text, want := range map[string]int64{
		"MemTotal:       16303460 kB\nMemFree:         1 kB\n": 16303460,
		"MemFree: 1 kB\nMemTotal: 5 kB":                        5,
		"":                                                     0,
		"MemTotal: many kB\n":                                  0,
		"MemTotal: -1 kB\n":                                    0,
	} {
		if got, ok := memTotal(text); ok != (want > 0) || ok && got != want {
			t.Errorf("%q has %d, %v", text, got, ok)
		}
	}
}

package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"veche/store"
)

// counting is a store that counts what is read outside of transactions, by
// collection and kind.
type counting struct {
	store.Store
	mu    sync.Mutex
	reads map[string]int
}

func (c *counting) count(kind string, spec *store.Spec) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads[spec.Name+" "+kind]++
}

func (c *counting) reset() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.reads
	c.reads = map[string]int{}
	return was
}

func (c *counting) Get(ctx context.Context, spec *store.Spec, id string) (any, error) {
	c.count("get", spec)
	return c.Store.Get(ctx, spec, id)
}

func (c *counting) GetMany(ctx context.Context, spec *store.Spec, ids []string) (map[string]any, error) {
	c.count("getMany", spec)
	return c.Store.GetMany(ctx, spec, ids)
}

func (c *counting) Find(ctx context.Context, spec *store.Spec, q store.Query) ([]any, error) {
	c.count("find", spec)
	return c.Store.Find(ctx, spec, q)
}

func (c *counting) Count(ctx context.Context, spec *store.Spec, q store.Query) (int, error) {
	c.count("count", spec)
	return c.Store.Count(ctx, spec, q)
}

// openCounting starts a server that tells what it reads.
func openCounting(t *testing.T, people ...string) (*house, *counting) {
	t.Helper()
	c := inFolder(t.TempDir())
	engine, err := openStore(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	counted := &counting{Store: engine, reads: map[string]int{}}
	parts, err := over(t.Context(), counted, c, cheap)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, c, parts, people...), counted
}

func total(reads map[string]int) (n int) {
	for _, k := range reads {
		n += k
	}
	return n
}

func listed(reads map[string]int) string {
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(reads)) {
		fmt.Fprintf(&b, " %s %d,", kind, reads[kind])
	}
	return strings.Trim(b.String(), ", ")
}

package limits

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"veche/store"
	"veche/store/mongo"
	"veche/store/sqlite"
	"veche/store/storetest/ferret"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestBudgetOfOneNode(t *testing.T) {
	c := newClock()
	b, err := OpenBudgets(t.Context(), nil, false, c.now)
	if err != nil {
		t.Fatal(err)
	}
	spend := func(points, wantLeft int, wantWait time.Duration) {
		t.Helper()
		if left, wait := b.spend(t.Context(), "anna", points, 600); left != wantLeft || wait != wantWait {
			t.Errorf("%d points: want %d left or to wait %v, got %d, %v", points, wantLeft, wantWait, left, wait)
		}
	}
	spend(400, 200, 0)
	spend(0, 200, 0)
	spend(250, 200, 5*time.Second)
	spend(200, 0, 0)
	spend(1, 0, 100*time.Millisecond)
	c.pass(5 * time.Second)
	spend(50, 0, 0)
	c.pass(time.Hour)
	spend(600, 0, 0)
	if left, _ := b.spend(t.Context(), "boris", 1, 600); left != 599 {
		t.Errorf("another has %d left", left)
	}
}

// TestBudgetOfSeveralNodes spends one budget from three nodes on one store.
func TestBudgetOfSeveralNodes(t *testing.T) {
	for engine, s := range engines(t) {
		t.Run(engine, func(t *testing.T) {
			c := newClock()
			nodes := make([]*Budgets, 3)
			for i := range nodes {
				var err error
				if nodes[i], err = OpenBudgets(t.Context(), s, true, c.now); err != nil {
					t.Fatal(err)
				}
			}
			const rate, each = 2000, 7
			spent := spendAll(t.Context(), nodes, each, rate)
			if low := rate - len(nodes)*(rate/leases+each); spent > rate || spent < low {
				t.Errorf("three nodes spent %d of %d, want at least %d", spent, rate, low)
			}
			c.pass(30 * time.Second)
			if again := spendAll(t.Context(), nodes, each, rate); again > rate/2+rate/leases || again < rate/2-len(nodes)*(rate/leases+each) {
				t.Errorf("after half a minute they spent %d", again)
			}
			if err := nodes[0].Prune(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n, err := budgets.Count(t.Context(), s, store.Query{}); err != nil || n != 1 {
				t.Errorf("a budget that is not full was forgotten: %d, %v", n, err)
			}
			c.pass(time.Hour)
			if err := nodes[0].Prune(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n, err := budgets.Count(t.Context(), s, store.Query{}); err != nil || n != 0 {
				t.Errorf("%d full budgets are kept: %v", n, err)
			}
		})
	}
}

// spendAll has each node spend, all at once, until it is refused.
func spendAll(ctx context.Context, nodes []*Budgets, each, rate int) (sum int) {
	spent := make([]int, len(nodes))
	var all sync.WaitGroup
	for i, b := range nodes {
		all.Go(func() {
			for {
				if _, wait := b.spend(ctx, "anna", each, rate); wait > 0 {
					return
				}
				spent[i] += each
			}
		})
	}
	all.Wait()
	for _, n := range spent {
		sum += n
	}
	return sum
}

func engines(t *testing.T) map[string]store.Store {
	t.Helper()
	file, err := sqlite.Open(filepath.Join(t.TempDir(), "documents.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	server, err := mongo.Open(t.Context(), ferret.Start(t), "limits")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return map[string]store.Store{"sqlite": file, "mongodb": server}
}

// TestBudgetOfABrokenStore lets people on when the store does not answer.
func TestBudgetOfABrokenStore(t *testing.T) {
	file, err := sqlite.Open(filepath.Join(t.TempDir(), "documents.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenBudgets(t.Context(), file, true, newClock().now)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, wait := b.spend(t.Context(), "anna", 10, 600); wait > 0 {
		t.Errorf("refused for %v", wait)
	}
}

package dataloaders

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

// Panic is a batch that panicked: the error of all that it was to look up.
type Panic struct {
	// ID is what clients are told of it, and Stack where it happened.
	ID    string
	Stack []byte
	cause any
	taken atomic.Bool
}

// Error says what happened.
func (p *Panic) Error() string { return fmt.Sprintf("a batch panicked: %v", p.cause) }

// Take says whether the caller is the first to ask, who logs it for all.
func (p *Panic) Take() bool { return p.taken.CompareAndSwap(false, true) }

// safely answers a panic of the fetch as an error: it would be the end of a
// goroutine that nobody else recovers.
func safely[K comparable, V any](ctx context.Context, keys []K, f fetch[K, V]) (found map[K]V, err error) {
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, &Panic{ID: rand.Text()[:12], Stack: debug.Stack(), cause: p}
		}
	}()
	return f(ctx, keys)
}

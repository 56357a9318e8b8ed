package observe

import (
	"context"

	"veche/store"
)

// engine is a store that the lookout sees. It keeps every promise of the one
// below, to which it hands on all calls as they are.
type engine struct {
	ops
	below store.Store
}

var _ store.Store = (*engine)(nil)

// Ensure is not seen: it happens once.
func (e *engine) Ensure(ctx context.Context, specs ...*store.Spec) error {
	return e.below.Ensure(ctx, specs...)
}

// Do has its function's operations seen too, each time it runs.
func (e *engine) Do(ctx context.Context, fn func(tx store.Tx) error) error {
	ctx, a := e.l.act(ctx, do, nil)
	err := e.below.Do(ctx, func(inner store.Tx) error { return fn(&tx{ops{e.l, inner}, inner}) })
	a.end(err)
	return err
}

func (e *engine) Transactional() bool { return e.below.Transactional() }

func (e *engine) Close() error { return e.below.Close() }

// tx is a transaction that the lookout sees.
type tx struct {
	ops
	below store.Tx
}

func (t *tx) OnCommit(fn func()) { t.below.OnCommit(fn) }

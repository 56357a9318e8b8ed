package wire

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// List makes the elements of a list in turn: for objects that nothing has to be
// waited for.
func List(n int, element func(i int) graphql.Marshaler) graphql.Array {
	out := make(graphql.Array, n)
	for i := range out {
		out[i] = element(i)
	}
	return out
}

// Elements makes the elements of a list side by side, so that what they wait
// for is loaded together. It stands in for graphql.MarshalSliceConcurrently.
func Elements(ctx context.Context, n int, element func(ctx context.Context, i int) graphql.Marshaler) graphql.Array {
	out := make(graphql.Array, n)
	var (
		all      sync.WaitGroup
		panicked atomic.Bool
	)
	one := func(i int) {
		defer all.Done()
		in := graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i})
		defer func() {
			if p := recover(); p != nil {
				graphql.AddError(in, graphql.Recover(in, p))
				panicked.Store(true)
			}
		}()
		out[i] = element(in, i)
	}
	all.Add(n)
	for i := 1; i < n; i++ {
		work(func() { one(i) })
	}
	if n > 0 {
		one(0)
	}
	all.Wait()
	if panicked.Load() {
		return nil
	}
	return out
}

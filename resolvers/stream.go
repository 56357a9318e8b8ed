package resolvers

import (
	"context"
	"iter"
	"sync/atomic"
)

// Ending is why a subscription ended, if it was not its reader who left. The
// transport hands one in and asks it when the events are over.
type Ending struct{ err atomic.Pointer[error] }

// Err is the reason; nil when there is nothing to say.
func (e *Ending) Err() error {
	if err := e.err.Load(); err != nil {
		return *err
	}
	return nil
}

type endingKey struct{}

// WithEnding lets the subscription that runs under the context say why it
// ended. Only transports call it.
func WithEnding(ctx context.Context) (context.Context, *Ending) {
	e := &Ending{}
	return context.WithValue(ctx, endingKey{}, e), e
}

// channel hands a stream of events to the executor, which takes one at a time:
// nothing is held between the log and the socket. The error that ends a stream
// reaches the client as the subscription's last word.
func channel[E any](ctx context.Context, events iter.Seq2[E, error]) <-chan E {
	out := make(chan E)
	ending, _ := ctx.Value(endingKey{}).(*Ending)
	go func() {
		defer close(out)
		for e, err := range events {
			if err != nil {
				if ending != nil {
					ending.err.Store(&err)
				}
				return
			}
			select {
			case out <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

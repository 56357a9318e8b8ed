package server

import (
	"context"

	"veche/server/broadcast"
)

// outlet is an event stream as the reader of a broadcast: what is offered waits for
// the goroutine of the request.
type outlet struct {
	heard chan *broadcast.Message
	ended chan error
}

var _ broadcast.Reader = (*outlet)(nil)

// waiting is how many messages may wait for the client of an event stream.
const waiting = 16

func newOutlet() *outlet {
	return &outlet{heard: make(chan *broadcast.Message, waiting), ended: make(chan error, 1)}
}

// Offer takes a message if there is room.
func (o *outlet) Offer(m *broadcast.Message) bool {
	select {
	case o.heard <- m:
		return true
	default:
		return false
	}
}

// Put waits for room.
func (o *outlet) Put(ctx context.Context, m *broadcast.Message) bool {
	select {
	case o.heard <- m:
		return true
	case <-ctx.Done():
		return false
	}
}

// End says why nothing more comes.
func (o *outlet) End(err error) { o.ended <- err }

// drain writes what was heard before the end.
func (o *outlet) drain(s *stream) error {
	for {
		select {
		case m := <-o.heard:
			if err := s.tell(m); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

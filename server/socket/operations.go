package socket

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/server/broadcast"
)

// operations are those that are live on one socket.
type operations struct {
	mu   sync.Mutex
	byID map[string]*operation
	// running counts the goroutines, which outlast the id when the client
	// completes an operation.
	running int
}

type operation struct {
	id        string
	quoted    []byte // the id as JSON
	lead      []byte // what goes before the response in a message
	ctx       context.Context
	cancel    context.CancelFunc
	completed atomic.Bool // by the client: nothing more is sent
}

func (d *dialect) newOperation(base context.Context, id string) *operation {
	op := &operation{id: id}
	op.quoted, _ = json.Marshal(id) // cannot fail: a string
	op.lead = append(opened(d.next, op.quoted, 0), `,"payload":`...)
	op.ctx, op.cancel = context.WithCancel(base)
	return op
}

// add makes the operation live, or says how the socket must end. Operations
// that the client completed but that did not end yet are let be up to as many
// again, so that completing and subscribing in a row is fine while operations
// that ignore their context cannot pile up.
func (o *operations) add(op *operation, limit int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byID[op.id] != nil {
		return Close{CloseSubscriberExists.Code, "Subscriber for " + op.id + " already exists"}
	}
	if len(o.byID) >= limit || o.running >= 2*limit {
		return CloseTooManyOperations
	}
	if o.byID == nil {
		o.byID = map[string]*operation{}
	}
	o.byID[op.id] = op
	o.running++
	return nil
}

// remove frees the id and says whether the operation was still live.
func (o *operations) remove(op *operation) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byID[op.id] != op {
		return false
	}
	delete(o.byID, op.id)
	return true
}

// take frees the id and answers its operation, if there is one.
func (o *operations) take(id string) (*operation, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	op, ok := o.byID[id]
	delete(o.byID, id)
	return op, ok
}

func (o *operations) ended() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running--
}

// cancel ends all operations, also those whose context is not of the socket's.
func (o *operations) cancel() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, op := range o.byID {
		op.cancel()
	}
}

// subscribe starts an operation.
func (c *conn) subscribe(m message) {
	started := graphql.Now()
	if c.dialect.older {
		c.awaitAck() // its clients do not wait themselves
	}
	if !c.acknowledged() {
		c.end(CloseUnauthorized)
		return
	}
	op := c.dialect.newOperation(c.base, m.id)
	if err := c.live.add(op, c.config.MaxOperations); err != nil {
		op.cancel()
		c.end(err)
		return
	}
	if !c.tempo.keeps(c.config.OperationsPerSecond, started) {
		defer c.live.ended()
		wait(c.ctx, haste) // and with it all that the client says next
		ctx := graphql.WithOperationContext(op.ctx, &graphql.OperationContext{})
		c.finish(op, c.refuse(ctx, op, community.RateLimited(time.Second)))
		return
	}
	m.params.ReadTime = graphql.TraceTiming{Start: started, End: graphql.Now()}
	c.work.Go(func() { c.operate(op, m.params) })
}

// haste is what each operation beyond the pace takes: refusing thousands at
// once would be work, too.
const haste = 10 * time.Millisecond

// tempo counts the operations that began in one second.
type tempo struct {
	second int64
	begun  int
}

// keeps says whether one more may begin.
func (t *tempo) keeps(most int, now time.Time) bool {
	if second := now.Unix(); second != t.second {
		*t = tempo{second: second}
	}
	t.begun++
	return most <= 0 || t.begun <= most
}

// complete ends the operation for the client. Ids that are not live are those
// of operations that ended meanwhile.
func (c *conn) complete(id string) {
	op, ok := c.live.take(id)
	if !ok {
		return
	}
	op.completed.Store(true)
	op.cancel()
	if c.dialect.older {
		c.put(c.ctx, frame{data: encode("complete", op.quoted, nil)})
	}
}

// operate runs the operation and tells the client how it ended; a subscription
// that goes on is ended by who broadcasts it.
func (c *conn) operate(op *operation, params *graphql.RawParams) {
	defer c.live.ended()
	if errs, goesOn := c.execute(op, params); !goesOn {
		c.finish(op, errs)
	}
}

func (c *conn) finish(op *operation, errs gqlerror.List) {
	defer op.cancel()
	last := frame{of: op, last: true}
	if len(errs) > 0 {
		last.data = c.dialect.failure(op.quoted, errs)
	} else {
		last.data = encode("complete", op.quoted, nil)
	}
	c.put(op.ctx, last)
}

// subscriber is an operation as the reader of a broadcast.
type subscriber struct {
	c  *conn
	op *operation
}

var _ broadcast.Reader = subscriber{}

// Offer takes a message if there is room.
func (s subscriber) Offer(m *broadcast.Message) bool { return s.c.offer(frame{of: s.op, event: m}) }

// Put waits for room.
func (s subscriber) Put(ctx context.Context, m *broadcast.Message) bool {
	return s.c.put(ctx, frame{of: s.op, event: m})
}

// End tells the client why nothing more comes.
func (s subscriber) End(err error) {
	ctx := graphql.WithOperationContext(s.op.ctx, &graphql.OperationContext{})
	var errs gqlerror.List
	if err != nil {
		errs = s.c.refuse(ctx, s.op, err)
	}
	s.c.finish(s.op, errs)
}

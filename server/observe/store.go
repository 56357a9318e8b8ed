package observe

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"veche/community"
	"veche/store"
)

// verb is what is done with documents.
type verb int

const (
	insert verb = iota
	get
	getMany
	find
	count
	update
	inc
	remove
	do
	verbs
)

var verbNames = [verbs]string{"insert", "get", "getMany", "find", "count", "update", "inc", "delete", "do"}

// String is the verb as numbers and spans name it.
func (v verb) String() string { return verbNames[v] }

// reads says whether the verb is a read.
func (v verb) reads() bool { return v >= get && v <= count }

// act is one thing that is being done.
type act struct {
	verb    verb
	began   time.Time
	numbers *numbers // nil when nobody counts
	shelf   *shelf
	span    trace.Span // nil when there are no traces
}

// act is called before anything is done, with a nil collection for a whole
// transaction.
func (l *Lookout) act(ctx context.Context, v verb, c *store.Spec) (context.Context, act) {
	a := act{verb: v}
	if l.tracing != nil {
		ctx, a.span = l.tracing.store(ctx, v, c)
	}
	if l.numbers != nil {
		if reads, ok := ctx.Value(tallyKey{}).(*tally); ok && v.reads() {
			reads.Add(1)
		}
		a.numbers, a.shelf, a.began = l.numbers, l.numbers.shelf(c), time.Now()
	}
	return ctx, a
}

// end is called after it. An answer that the caller asked for, such as that
// there is no such document, is no failure.
func (a act) end(err error) {
	failed := err != nil && community.KindOf(err) == community.KindInternal
	if a.numbers != nil {
		a.numbers.acted(a, failed)
	}
	if a.span != nil {
		endStore(a.span, failed)
	}
}

// ops are operations that the lookout sees.
type ops struct {
	l  *Lookout
	on store.Ops
}

func (o ops) Insert(ctx context.Context, c *store.Spec, doc any) error {
	ctx, a := o.l.act(ctx, insert, c)
	err := o.on.Insert(ctx, c, doc)
	a.end(err)
	return err
}

func (o ops) Get(ctx context.Context, c *store.Spec, id string) (any, error) {
	ctx, a := o.l.act(ctx, get, c)
	doc, err := o.on.Get(ctx, c, id)
	a.end(err)
	return doc, err
}

func (o ops) GetMany(ctx context.Context, c *store.Spec, ids []string) (map[string]any, error) {
	ctx, a := o.l.act(ctx, getMany, c)
	docs, err := o.on.GetMany(ctx, c, ids)
	a.end(err)
	return docs, err
}

func (o ops) Find(ctx context.Context, c *store.Spec, q store.Query) ([]any, error) {
	ctx, a := o.l.act(ctx, find, c)
	docs, err := o.on.Find(ctx, c, q)
	a.end(err)
	return docs, err
}

func (o ops) Count(ctx context.Context, c *store.Spec, q store.Query) (int, error) {
	ctx, a := o.l.act(ctx, count, c)
	n, err := o.on.Count(ctx, c, q)
	a.end(err)
	return n, err
}

func (o ops) Update(ctx context.Context, c *store.Spec, id string, change func(doc any) error) (any, error) {
	ctx, a := o.l.act(ctx, update, c)
	doc, err := o.on.Update(ctx, c, id, change)
	a.end(err)
	return doc, err
}

func (o ops) Inc(ctx context.Context, c *store.Spec, id, field string, n int64) (int64, error) {
	ctx, a := o.l.act(ctx, inc, c)
	sum, err := o.on.Inc(ctx, c, id, field, n)
	a.end(err)
	return sum, err
}

func (o ops) Delete(ctx context.Context, c *store.Spec, id string) error {
	ctx, a := o.l.act(ctx, remove, c)
	err := o.on.Delete(ctx, c, id)
	a.end(err)
	return err
}

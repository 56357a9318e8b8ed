package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/store"
)

// steps is how many operations Differ tries.
const steps = 200

// Differ does the same random operations, which the seed decides, on both
// stores, and fails where they answer differently.
func Differ(t *testing.T, a, b store.Store, seed uint64) {
	t.Helper()
	ensure(t, a, things.Spec(), counters.Spec())
	ensure(t, b, things.Spec(), counters.Spec())
	d := &differ{Rand: rand.New(rand.NewPCG(seed, 0)), ctx: t.Context(), rollback: a.Transactional() && b.Transactional()}
	for step := range steps {
		do := d.step()
		told, answerA := do.on(a)
		toldToo, answerB := do.on(b)
		if diff := cmp.Diff(answerA, answerB); diff != "" || told != toldToo {
			t.Fatalf("seed %d, step %d: %s\nanswered %s and %s (-first +second):\n%s", seed, step, do.name, told, toldToo, diff)
		}
	}
}

// thing is a document with fields of all kinds that indexes know.
type thing struct {
	ID    string    `bson:"_id"`
	Kind  word      `bson:"kind"`
	Slug  *string   `bson:"slug"`
	Rank  *int64    `bson:"rank,omitempty"`
	Score *float64  `bson:"score,omitempty"`
	Open  bool      `bson:"open"`
	At    time.Time `bson:"at"`
	Tags  []string  `bson:"tags,omitempty"`
}

var things = store.Define[thing]("things",
	store.UniqueOn("kind", "slug"), store.On("kind"), store.On("kind", "rank"), store.On("kind", "open", "at"),
	store.On("rank", "score"), store.On("score"), store.On("at"), store.On("open"),
	store.MultiOn("tags"), store.MultiOn("tags", "rank"), store.MultiOn("tags", "kind", "at")).Near("kind")

// operation is one deed, decided beforehand and then done on each store.
type operation struct {
	name string
	run  func(on store.Ops) (any, error)
	do   []operation // if not nil, these are done in one Do
	fail bool        // at the end of the Do
}

var errOnPurpose = errors.New("on purpose")

// on does the operation and answers how it ended, in the store's words, and
// what came of it.
func (o operation) on(s store.Store) (ended string, answer any) {
	if o.do == nil {
		answer, err := o.run(s)
		return ending(err), answer
	}
	var answers []any
	err := s.Do(context.Background(), func(tx store.Tx) error {
		answers = nil
		for _, inner := range o.do {
			answer, err := inner.run(tx)
			answers = append(answers, ending(err), answer)
		}
		if o.fail {
			return errOnPurpose
		}
		return nil
	})
	return ending(err), answers
}

func ending(err error) string {
	if err == nil {
		return "well"
	}
	for _, known := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrNoIndex, errOnPurpose} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "another error: " + err.Error()
}

// differ decides what to do next.
type differ struct {
	*rand.Rand
	ctx      context.Context
	rollback bool
}

func (d *differ) step() operation {
	if d.IntN(8) > 0 {
		return d.single()
	}
	o := operation{name: "do", fail: d.rollback && d.IntN(3) == 0}
	for range 1 + d.IntN(5) {
		inner := d.single()
		o.name += "; " + inner.name
		o.do = append(o.do, inner)
	}
	if o.fail {
		o.name += "; fail"
	}
	return o
}

func (d *differ) single() operation {
	switch n := d.IntN(20); {
	case n < 5:
		return d.insert()
	case n < 8:
		return d.update()
	case n < 9:
		return d.increment()
	case n < 10:
		return d.delete()
	case n < 12:
		return d.getMany()
	}
	return d.find()
}

func (d *differ) insert() operation {
	doc := d.thing()
	return operation{name: fmt.Sprintf("insert %s as %s, %s", doc.ID, doc.Kind, text(doc.Slug)), run: func(on store.Ops) (any, error) {
		doc := doc // for each store one of its own
		return nil, things.Insert(d.ctx, on, &doc)
	}}
}

func text(s *string) string {
	if s == nil {
		return "null"
	}
	return fmt.Sprintf("%q", *s)
}

func (d *differ) update() operation {
	id, doc, refuse := d.id(), d.thing(), d.IntN(6) == 0
	return operation{name: fmt.Sprintf("update %s to %s, %s, refusing %t", id, doc.Kind, text(doc.Slug), refuse), run: func(on store.Ops) (any, error) {
		now, err := things.Update(d.ctx, on, id, func(t *thing) error {
			doc := doc
			doc.ID = id
			if *t = doc; refuse {
				return errOnPurpose
			}
			return nil
		})
		return now, err
	}}
}

func (d *differ) increment() operation {
	id, n := d.id(), d.Int64N(7)-3
	return operation{name: fmt.Sprintf("increment %s by %d", id, n), run: func(on store.Ops) (any, error) {
		return counters.Inc(d.ctx, on, id, "n", n)
	}}
}

func (d *differ) delete() operation {
	id := d.id()
	return operation{name: "delete " + id, run: func(on store.Ops) (any, error) {
		return nil, things.Delete(d.ctx, on, id)
	}}
}

func (d *differ) getMany() operation {
	ids := []string{d.id(), d.id(), d.id()}
	return operation{name: fmt.Sprintf("get %q", ids), run: func(on store.Ops) (any, error) {
		one, first := things.Get(d.ctx, on, ids[0])
		many, err := things.GetMany(d.ctx, on, ids)
		return []any{one, many}, errors.Join(first, err)
	}}
}

func (d *differ) find() operation {
	q := d.query()
	return operation{name: "find " + shown(q), run: func(on store.Ops) (any, error) {
		found, err := things.Find(d.ctx, on, q)
		n, errCount := things.Count(d.ctx, on, q)
		if err == nil && n != len(found) {
			err = fmt.Errorf("counted %d, found %d", n, len(found))
		}
		return append([]*thing{}, found...), errors.Join(err, errCount)
	}}
}

package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"veche/store"
)

// draw answers one of the values.
func draw[V any](r *rand.Rand, values ...V) V { return values[r.IntN(len(values))] }

func (d *differ) id() string { return fmt.Sprintf("%s%d", draw(d.Rand, "a", "B", "ж"), d.IntN(12)) }

// Values come from few, so that documents meet.

func (d *differ) kind() word { return draw[word](d.Rand, "a", "B", "ж") }

func (d *differ) slug() *string {
	if d.IntN(8) == 0 {
		return nil
	}
	return ptr(fmt.Sprintf("%s%d", draw(d.Rand, "", "x", "X", "ё"), d.IntN(12)))
}

func (d *differ) rank() *int64 {
	if d.IntN(4) == 0 {
		return nil
	}
	return ptr(d.Int64N(7) - 3)
}

func (d *differ) score() *float64 {
	if d.IntN(4) == 0 {
		return nil
	}
	return ptr(float64(d.IntN(9)-4) / 2)
}

func (d *differ) time() time.Time {
	return time.UnixMilli(d.Int64N(6)).Add(time.Duration(d.IntN(1e6))).In(time.FixedZone("", 3600))
}

func (d *differ) tag() string { return draw(d.Rand, "go", "Go", "база", "") }

func (d *differ) thing() thing {
	doc := thing{ID: d.id(), Kind: d.kind(), Slug: d.slug(), Rank: d.rank(), Score: d.score(), Open: d.IntN(2) == 0, At: d.time()}
	for range d.IntN(4) {
		doc.Tags = append(doc.Tags, d.tag())
	}
	return doc
}

// value is one that the field might have, now and then of another number type.
func (d *differ) value(field string) any {
	switch field {
	case "kind":
		return d.kind()
	case "slug":
		return d.slug()
	case "rank":
		return draw[any](d.Rand, d.rank(), d.score())
	case "score":
		return draw[any](d.Rand, d.rank(), d.score())
	case "open":
		return d.IntN(2) == 0
	case "at":
		return d.time()
	case "tags":
		return d.tag()
	}
	return d.id()
}

// query draws one that an index serves; now and then one of them is spoiled.
func (d *differ) query() store.Query {
	q := store.Query{Desc: d.IntN(2) == 0, Limit: draw(d.Rand, 0, 0, 1, 2, 5)}
	var index store.Index
	if n := d.IntN(len(things.Spec().Indexes) + 2); n < len(things.Spec().Indexes) {
		index = things.Spec().Indexes[n]
	} else if d.IntN(2) == 0 {
		q.Where = append(q.Where, d.fixed(store.IDField))
	}
	fix := d.IntN(len(index.Fields) + 1)
	if index.Multi != "" {
		fix = max(fix, 1)
	}
	for i, field := range index.Fields[:fix] {
		if i == 0 && index.Multi != "" {
			q.Where = append(q.Where, store.Eq(field, d.tag()))
		} else {
			q.Where = append(q.Where, d.fixed(field))
		}
	}
	d.Shuffle(len(q.Where), func(i, j int) { q.Where[i], q.Where[j] = q.Where[j], q.Where[i] })
	q.Sort = slices.Clone(index.Fields[fix:])
	order := append(slices.Clone(q.Sort), store.IDField)
	if d.IntN(3) == 0 {
		q.Where = append(q.Where, d.between(order[0]))
	}
	if d.IntN(3) == 0 {
		for _, field := range order {
			q.After = append(q.After, d.value(field))
		}
	}
	if d.IntN(20) == 0 {
		q.Sort = append(q.Sort, "kind")
	}
	return q
}

func (d *differ) fixed(field string) store.Cond {
	if d.IntN(3) > 0 {
		return store.Eq(field, d.value(field))
	}
	var values []any
	for range d.IntN(4) {
		values = append(values, d.value(field))
	}
	return store.In(field, values)
}

func (d *differ) between(field string) store.Cond {
	var sides [2]any
	for i := range sides {
		if d.IntN(3) > 0 {
			sides[i] = d.value(field)
		}
	}
	return store.Between(field, sides[0], sides[1])
}

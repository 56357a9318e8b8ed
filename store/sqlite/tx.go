package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	lib "modernc.org/sqlite/lib"

	"veche/store"
)

// tx is one call of Do, in the writer's turn. under holds what the commit under
// way is writing, before what earlier calls of this one wrote, own what this
// call did.
//
// Writes stay in memory until the whole commit is written: many calls that
// change one document write it once, and a call that fails needs no undoing.
// Only a call that takes a unique value, or that looks for documents by an
// index after it wrote some of that kind, has its writes in the file at once:
// through, behind a savepoint.
type tx struct {
	w       *writer
	under   overlay
	before  overlay
	own     overlay
	after   []func()
	through bool
}

func (t *tx) view() view {
	query := t.w.readers.query
	if t.w.open {
		query = t.w.conn.query // which sees what these turns wrote
	}
	return view{query: query, known: t.known, cache: t.w.cache}
}

func (t *tx) known(k key) (*entry, bool) {
	if e, ok := t.own.changed(k); ok {
		return e, true
	}
	if e, ok := t.before.changed(k); ok {
		return e, true
	}
	if e, ok := t.under.changed(k); ok {
		return e, true
	}
	return t.w.cache.get(k)
}

// settle brings to the file what a query of the collection must find there.
func (t *tx) settle(c *store.Spec) error {
	if t.own.touches(c) {
		return t.goThrough()
	}
	if t.before.touches(c) {
		return t.writeBefore()
	}
	if t.under.holds(c) {
		if err := t.w.settled(); err != nil {
			t.w.lost = err
			return err
		}
	}
	return nil
}

// writeBefore writes what earlier calls left: they are kept whatever becomes
// of this one.
func (t *tx) writeBefore() error {
	if err := t.w.begin(); err != nil {
		return err
	}
	if err := t.w.write(t.before); err != nil {
		t.w.lost = err // their callers' work cannot be kept
		return err
	}
	for k, ch := range t.own {
		if b, ok := t.before[k]; ok && !t.through {
			ch.was = b.now
		}
	}
	return nil
}

// goThrough has this call's writes in the file from now on.
func (t *tx) goThrough() error {
	if t.through {
		return nil
	}
	if err := t.writeBefore(); err != nil {
		return err
	}
	if err := t.w.exec("SAVEPOINT job"); err != nil {
		return fmt.Errorf("set savepoint: %w", err)
	}
	t.through = true
	if err := t.w.write(t.own); err != nil {
		t.w.lost = err // the call was told already that this is written
		return err
	}
	return nil
}

// put notes that the document is now so, instead of was.
func (t *tx) put(k key, was, now *entry) error {
	next := &change{was: was, now: now}
	if now != nobody {
		var err error
		if next.columns, err = indexed(k.spec, now.raw); err != nil {
			return err
		}
		takes, err := takesUnique(k.spec, was.raw, next.columns)
		if err != nil {
			return err
		}
		if takes {
			if err := t.goThrough(); err != nil {
				return err
			}
		}
	}
	if ch, ok := t.own[k]; ok {
		next.was = ch.was
	} else if ch, ok := t.before[k]; ok {
		next.was = ch.was
	}
	if t.through {
		if err := t.w.writeOne(k, next); err != nil {
			return err
		}
	}
	t.own[k] = next
	return nil
}

func (t *tx) load(c *store.Spec, id string) (*entry, error) { return t.view().load(c, id) }

// OnCommit runs fn in the writer's turn, after the commit.
func (t *tx) OnCommit(fn func()) { t.after = append(t.after, fn) }

// Get sees what this transaction wrote.
func (t *tx) Get(_ context.Context, c *store.Spec, id string) (any, error) {
	return t.view().get(c, id)
}

// GetMany sees what this transaction wrote.
func (t *tx) GetMany(_ context.Context, c *store.Spec, ids []string) (map[string]any, error) {
	return t.view().getMany(c, ids)
}

// Find sees what this transaction wrote.
func (t *tx) Find(_ context.Context, c *store.Spec, q store.Query) ([]any, error) {
	if err := t.settle(c); err != nil {
		return nil, err
	}
	return t.view().find(c, q)
}

// Count sees what this transaction wrote.
func (t *tx) Count(_ context.Context, c *store.Spec, q store.Query) (int, error) {
	if err := t.settle(c); err != nil {
		return 0, err
	}
	return t.view().count(c, q)
}

// Insert answers store.ErrExists at once for an id or a unique value.
func (t *tx) Insert(_ context.Context, c *store.Spec, doc any) error {
	raw, err := c.Encode(doc)
	if err != nil {
		return err
	}
	id, ok := raw.Lookup(store.IDField).StringValueOK()
	if !ok || id == "" {
		return fmt.Errorf("insert into %s: the document has no string _id", c.Name)
	}
	return t.insert(key{c, id}, raw)
}

func (t *tx) insert(k key, raw bson.Raw) error {
	if _, err := t.load(k.spec, k.id); err == nil {
		return fmt.Errorf("insert into %s: %w", k.spec.Name, store.ErrExists)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return t.put(k, nobody, &entry{raw: raw})
}

// Update cannot meet a conflict here: the writer takes one turn at a time.
func (t *tx) Update(_ context.Context, c *store.Spec, id string, change func(any) error) (any, error) {
	was, err := t.load(c, id)
	if err != nil {
		return nil, err
	}
	doc, err := was.fresh(c)
	if err != nil {
		return nil, err
	}
	if err := change(doc); err != nil {
		return nil, err
	}
	raw, err := c.Encode(doc)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(raw, was.raw) {
		return was.shared(c)
	}
	if now, _ := raw.Lookup(store.IDField).StringValueOK(); now != id {
		return nil, fmt.Errorf("update %s %s: the id was changed to %q", c.Name, id, now)
	}
	now := &entry{raw: raw}
	if err := t.put(key{c, id}, was, now); err != nil {
		return nil, err
	}
	return now.shared(c)
}

// Inc changes the one field within the BSON.
func (t *tx) Inc(_ context.Context, c *store.Spec, id, field string, n int64) (int64, error) {
	was, err := t.load(c, id)
	if errors.Is(err, store.ErrNotFound) {
		raw, err := bson.Marshal(bson.D{{Key: store.IDField, Value: id}, {Key: field, Value: n}})
		if err != nil {
			return 0, fmt.Errorf("encode %s %s: %w", c.Name, id, err)
		}
		return n, t.insert(key{c, id}, raw)
	}
	if err != nil {
		return 0, err
	}
	raw, sum, err := store.Added(was.raw, field, n)
	if err != nil {
		return 0, fmt.Errorf("increment %s of %s %s: %w", field, c.Name, id, err)
	}
	return sum, t.put(key{c, id}, was, &entry{raw: raw})
}

// Delete removes the document.
func (t *tx) Delete(_ context.Context, c *store.Spec, id string) error {
	was, err := t.load(c, id)
	if err != nil {
		return err
	}
	return t.put(key{c, id}, was, nobody)
}

func (t *tx) exec(text string, args ...any) error { return t.w.exec(text, args...) }

// strings reads a column of text.
func (t *tx) strings(text string, args ...any) ([]string, error) {
	found, _, err := t.view().places(selected{text: text, args: args})
	return found, err
}

// taken turns SQLite's word for a value that must be unique.
func taken(err error) error {
	var f *fault
	if errors.As(err, &f) && (f.code == lib.SQLITE_CONSTRAINT_UNIQUE || f.code == lib.SQLITE_CONSTRAINT_PRIMARYKEY) {
		return store.ErrExists
	}
	return err
}

package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"veche/store"
)

// overlay is what a transaction has written; nobody was deleted.
type overlay map[key]*entry

// tx is one call of Do, in the writer's turn. before holds what earlier calls
// in the same commit wrote.
type tx struct {
	w      *writer
	before overlay
	own    overlay
	after  []func()
}

func (t *tx) view() view {
	return view{prepared: t.w.prepared, known: t.known, cache: t.w.cache}
}

func (t *tx) known(k key) (*entry, bool) {
	if e, ok := t.own[k]; ok {
		return e, true
	}
	if e, ok := t.before[k]; ok {
		return e, true
	}
	return t.w.cache.get(k)
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
	return t.view().find(c, q)
}

// Count sees what this transaction wrote.
func (t *tx) Count(_ context.Context, c *store.Spec, q store.Query) (int, error) {
	return t.view().count(c, q)
}

// Insert writes the row, its columns and its side rows.
func (t *tx) Insert(_ context.Context, c *store.Spec, doc any) error {
	raw, err := bson.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode a document of %s: %w", c.Name, err)
	}
	id, ok := bson.Raw(raw).Lookup(store.IDField).StringValueOK()
	if !ok || id == "" {
		return fmt.Errorf("insert into %s: the document has no string _id", c.Name)
	}
	return t.insert(c, id, raw)
}

func (t *tx) insert(c *store.Spec, id string, raw bson.Raw) error {
	columns, err := columnsOf(c, raw)
	if err != nil {
		return err
	}
	names := append([]string{store.IDField, "doc"}, c.Columns()...)
	args := append([]any{id, []byte(raw)}, columns...)
	err = t.exec(`INSERT INTO `+quote(c.Name)+` (`+quoteAll(names)+`) VALUES (?`+strings.Repeat(`,?`, len(args)-1)+`)`, args...)
	if err != nil {
		return fmt.Errorf("insert into %s: %w", c.Name, taken(err))
	}
	if err := t.moveSides(c, id, nil, raw); err != nil {
		return err
	}
	t.own[key{c, id}] = &entry{raw: raw}
	return nil
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
	raw, err := bson.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", c.Name, id, err)
	}
	if bytes.Equal(raw, was.raw) {
		return was.shared(c)
	}
	now, err := t.replace(c, id, was.raw, raw)
	if err != nil {
		return nil, err
	}
	return now.shared(c)
}

// replace writes the document and those columns and side rows that differ.
func (t *tx) replace(c *store.Spec, id string, was, raw bson.Raw) (*entry, error) {
	if now, _ := raw.Lookup(store.IDField).StringValueOK(); now != id {
		return nil, fmt.Errorf("update %s %s: the id was changed to %q", c.Name, id, now)
	}
	before, err := columnsOf(c, was)
	if err != nil {
		return nil, err
	}
	after, err := columnsOf(c, raw)
	if err != nil {
		return nil, err
	}
	if err := t.setDoc(c, id, raw, before, after); err != nil {
		return nil, fmt.Errorf("update %s %s: %w", c.Name, id, taken(err))
	}
	if err := t.moveSides(c, id, was, raw); err != nil {
		return nil, err
	}
	e := &entry{raw: raw}
	t.own[key{c, id}] = e
	return e, nil
}

// Inc changes the one field within the BSON.
func (t *tx) Inc(_ context.Context, c *store.Spec, id, field string, n int64) (int64, error) {
	was, err := t.load(c, id)
	if errors.Is(err, store.ErrNotFound) {
		raw, err := bson.Marshal(bson.D{{Key: store.IDField, Value: id}, {Key: field, Value: n}})
		if err != nil {
			return 0, fmt.Errorf("encode %s %s: %w", c.Name, id, err)
		}
		return n, t.insert(c, id, raw)
	}
	if err != nil {
		return 0, err
	}
	raw, sum, err := incremented(was.raw, field, n)
	if err != nil {
		return 0, fmt.Errorf("increment %s of %s %s: %w", field, c.Name, id, err)
	}
	_, err = t.replace(c, id, was.raw, raw)
	return sum, err
}

// incremented copies the document with the field greater by n.
func incremented(raw bson.Raw, field string, n int64) (bson.Raw, int64, error) {
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, 0, err
	}
	for i := range doc {
		if doc[i].Key != field {
			continue
		}
		switch v := doc[i].Value.(type) {
		case int32:
			n += int64(v)
		case int64:
			n += v
		default:
			return nil, 0, fmt.Errorf("holds a %T, not a whole number", v)
		}
		doc[i].Value = n
		out, err := bson.Marshal(doc)
		return out, n, err
	}
	out, err := bson.Marshal(append(doc, bson.E{Key: field, Value: n}))
	return out, n, err
}

// Delete removes the row and its side rows.
func (t *tx) Delete(_ context.Context, c *store.Spec, id string) error {
	was, err := t.load(c, id)
	if err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM `+quote(c.Name)+` WHERE "_id" = ?`, id); err != nil {
		return fmt.Errorf("delete %s %s: %w", c.Name, id, err)
	}
	t.own[key{c, id}] = nobody
	return t.moveSides(c, id, was.raw, nil)
}

func (t *tx) exec(text string, args ...any) error { return t.w.exec(text, args...) }

// row reads one row, and says whether there was one.
func (t *tx) row(text string, args []any, into ...any) (bool, error) {
	stmt, err := t.w.prepared(text)
	if err != nil {
		return false, err
	}
	if err := stmt.QueryRow(args...).Scan(into...); errors.Is(err, sql.ErrNoRows) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("read a row: %w", err)
	}
	return true, nil
}

// strings reads a column of text.
func (t *tx) strings(text string, args ...any) ([]string, error) {
	return t.view().ids(selected{text: text, args: args})
}

// taken turns the driver's word for a value that must be unique.
func taken(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code() == lib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == lib.SQLITE_CONSTRAINT_PRIMARYKEY) {
		return store.ErrExists
	}
	return err
}

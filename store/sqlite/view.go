package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"veche/store"
)

// view is one way of seeing the documents: what is committed, or that and what
// a transaction has written so far.
type view struct {
	// query runs a statement and hands on its rows; see conn.query.
	query func(text string, args []any, each func(row) error) error
	// known answers the document from memory; nobody is known to be absent.
	known func(key) (*entry, bool)
	cache *cache
}

func (e *Engine) view() view {
	return view{query: e.readers.query, known: e.cache.get, cache: e.cache}
}

// Get answers the document from memory or from the file.
func (e *Engine) Get(_ context.Context, c *store.Spec, id string) (any, error) {
	return e.view().get(c, id)
}

// GetMany answers what exists, by id.
func (e *Engine) GetMany(_ context.Context, c *store.Spec, ids []string) (map[string]any, error) {
	return e.view().getMany(c, ids)
}

// Find answers what matches, in order.
func (e *Engine) Find(_ context.Context, c *store.Spec, q store.Query) ([]any, error) {
	return e.view().find(c, q)
}

// Count answers how many match.
func (e *Engine) Count(_ context.Context, c *store.Spec, q store.Query) (int, error) {
	return e.view().count(c, q)
}

// load answers the document's entry, or store.ErrNotFound.
func (v view) load(c *store.Spec, id string) (*entry, error) {
	k := key{c, id}
	if e, ok := v.known(k); ok {
		if e == nobody {
			return nil, store.ErrNotFound
		}
		return e, nil
	}
	ticket := v.cache.ticket(id)
	var raw []byte
	err := v.query(`SELECT "doc" FROM `+quote(c.Name)+` WHERE "_id" = ?`, []any{id}, func(r row) error {
		raw = r.blob(0)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", c.Name, id, err)
	}
	if raw == nil {
		v.cache.add(k, nobody, ticket)
		return nil, store.ErrNotFound
	}
	e := &entry{raw: raw}
	v.cache.add(k, e, ticket)
	return e, nil
}

func (v view) get(c *store.Spec, id string) (any, error) {
	e, err := v.load(c, id)
	if err != nil {
		return nil, err
	}
	return e.shared(c)
}

func (v view) getMany(c *store.Spec, ids []string) (map[string]any, error) {
	out := make(map[string]any, len(ids))
	var missing []any
	for _, id := range ids {
		if known, err := v.take(c, id, out); err != nil {
			return nil, err
		} else if !known {
			missing = append(missing, id)
		}
	}
	return out, v.fetch(c, `"_id"`, missing, missing, out)
}

// take adds the document to out if memory knows of it, and says whether it does.
func (v view) take(c *store.Spec, id string, out map[string]any) (known bool, err error) {
	e, ok := v.known(key{c, id})
	if ok && e != nobody {
		out[id], err = e.shared(c)
	}
	return ok, err
}

// fetchAtOnce is the most documents in one statement; its text is prepared once
// for each power of two, the rest of the places hold the last one again.
const fetchAtOnce = 256

// fetch adds the documents that are not in memory to out, by a column's values:
// their ids, or the rows in which an index says that they stand.
func (v view) fetch(c *store.Spec, column string, ids, values []any, out map[string]any) error {
	for len(ids) > 0 {
		n := min(len(ids), fetchAtOnce)
		if err := v.fetchSome(c, column, ids[:n], values[:n], out); err != nil {
			return fmt.Errorf("read %d of %s: %w", n, c.Name, err)
		}
		ids, values = ids[n:], values[n:]
	}
	return nil
}

func (v view) fetchSome(c *store.Spec, column string, ids, values []any, out map[string]any) error {
	places := 1
	for places < len(values) {
		places *= 2
	}
	args := make([]any, places)
	copy(args, values)
	for i := len(values); i < places; i++ {
		args[i] = values[len(values)-1]
	}
	tickets := make([]uint64, len(ids))
	for i, id := range ids {
		tickets[i] = v.cache.ticket(id.(string))
	}
	found := make([][]byte, len(ids))
	text := `SELECT ` + column + `, "doc" FROM ` + quote(c.Name) + ` WHERE ` + column + ` IN (?` + strings.Repeat(",?", places-1) + `)`
	err := v.query(text, args, func(r row) error {
		at := slices.IndexFunc(values, func(value any) bool { return r.is(value) })
		found[at] = r.blob(1)
		return nil
	})
	if err != nil {
		return err
	}
	for i, raw := range found {
		id := ids[i].(string)
		if _, twice := out[id]; twice && raw == nil {
			continue // it was asked for twice
		}
		e := nobody
		if raw != nil {
			e = &entry{raw: raw}
			if out[id], err = e.shared(c); err != nil {
				return err
			}
		}
		v.cache.add(key{c, id}, e, tickets[i])
	}
	return nil
}

func (v view) find(c *store.Spec, q store.Query) ([]any, error) {
	s, err := selection(c, q)
	if err != nil || s.empty {
		return nil, err
	}
	ids, rows, err := v.places(s)
	if err != nil {
		return nil, fmt.Errorf("find in %s: %w", c.Name, err)
	}
	docs, err := v.standing(c, ids, rows)
	if err != nil {
		return nil, err
	}
	found := make([]any, 0, len(ids))
	for _, id := range ids {
		if doc, ok := docs[id]; ok {
			found = append(found, doc)
		}
	}
	return found, nil
}

// standing is getMany where it is known in which rows the documents stand:
// that saves looking up each id.
func (v view) standing(c *store.Spec, ids []string, rows []any) (map[string]any, error) {
	if rows == nil {
		return v.getMany(c, ids)
	}
	out := make(map[string]any, len(ids))
	var missing, at []any
	for i, id := range ids {
		if known, err := v.take(c, id, out); err != nil {
			return nil, err
		} else if !known {
			missing, at = append(missing, id), append(at, rows[i])
		}
	}
	return out, v.fetch(c, "rowid", missing, at, out)
}

// places answers what a query found: ids, and the rows if it tells them.
func (v view) places(s selected) (ids []string, rows []any, err error) {
	err = v.query(s.text, s.args, func(r row) error {
		ids = append(ids, r.text(0))
		if s.rows {
			rows = append(rows, r.whole(1))
		}
		return nil
	})
	return ids, rows, err
}

func (v view) count(c *store.Spec, q store.Query) (n int, err error) {
	s, err := selection(c, q)
	if err != nil || s.empty {
		return 0, err
	}
	err = v.query(`SELECT count(*) FROM (`+s.text+`)`, s.args, func(r row) error {
		n = int(r.whole(0))
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count in %s: %w", c.Name, err)
	}
	return n, nil
}

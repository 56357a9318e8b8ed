package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// view is one way of seeing the documents: what is committed, or that and what
// a transaction has written so far.
type view struct {
	// prepared answers a statement to read with.
	prepared func(text string) (*sql.Stmt, error)
	// known answers the document from memory; nobody is known to be absent.
	known func(key) (*entry, bool)
	cache *cache
}

func (e *Engine) view() view {
	return view{prepared: e.prepared, known: e.cache.get, cache: e.cache}
}

func (e *Engine) prepared(text string) (*sql.Stmt, error) {
	if stmt, ok := e.stmts.Load(text); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := e.readers.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", text, err)
	}
	if other, loaded := e.stmts.LoadOrStore(text, stmt); loaded {
		return other.(*sql.Stmt), stmt.Close()
	}
	return stmt, nil
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
	stmt, err := v.prepared(`SELECT "doc" FROM ` + quote(c.Name) + ` WHERE "_id" = ?`)
	if err != nil {
		return nil, err
	}
	var raw []byte
	if err := stmt.QueryRow(id).Scan(&raw); errors.Is(err, sql.ErrNoRows) {
		v.cache.add(k, nobody, ticket)
		return nil, store.ErrNotFound
	} else if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", c.Name, id, err)
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
	var missing []string
	for _, id := range ids {
		e, ok := v.known(key{c, id})
		if !ok {
			missing = append(missing, id)
		} else if e != nobody {
			doc, err := e.shared(c)
			if err != nil {
				return nil, err
			}
			out[id] = doc
		}
	}
	return out, v.fetch(c, "_id", missing, missing, out)
}

// fetchAtOnce is the most documents in one statement; its text is prepared once
// for each power of two, the rest of the places hold the last one again.
const fetchAtOnce = 256

// fetch adds the documents that are not in memory to out, by a column's values:
// their ids, or the rows in which an index says that they stand.
func (v view) fetch(c *store.Spec, column string, ids, values []string, out map[string]any) error {
	for len(ids) > 0 {
		n := min(len(ids), fetchAtOnce)
		if err := v.fetchSome(c, column, ids[:n], values[:n], out); err != nil {
			return fmt.Errorf("read %d of %s: %w", n, c.Name, err)
		}
		ids, values = ids[n:], values[n:]
	}
	return nil
}

func (v view) fetchSome(c *store.Spec, column string, ids, values []string, out map[string]any) error {
	places := 1
	for places < len(values) {
		places *= 2
	}
	args := make([]any, places)
	tickets := make(map[string]uint64, len(ids))
	for i := range args {
		at := min(i, len(ids)-1)
		args[i], tickets[ids[at]] = values[at], v.cache.ticket(ids[at])
	}
	stmt, err := v.prepared(`SELECT "_id", "doc" FROM ` + quote(c.Name) + ` WHERE ` + column + ` IN (?` + strings.Repeat(",?", places-1) + `)`)
	if err != nil {
		return err
	}
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var raw []byte
		if err := rows.Scan(&id, &raw); err != nil {
			return err
		}
		e := &entry{raw: bson.Raw(raw)}
		v.cache.add(key{c, id}, e, tickets[id])
		if out[id], err = e.shared(c); err != nil {
			return err
		}
	}
	for id, ticket := range tickets {
		if _, found := out[id]; !found && rows.Err() == nil {
			v.cache.add(key{c, id}, nobody, ticket)
		}
	}
	return rows.Err()
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
func (v view) standing(c *store.Spec, ids, rows []string) (map[string]any, error) {
	if rows == nil {
		return v.getMany(c, ids)
	}
	out := make(map[string]any, len(ids))
	var missing, at []string
	for i, id := range ids {
		if e, ok := v.known(key{c, id}); !ok {
			missing, at = append(missing, id), append(at, rows[i])
		} else if e != nobody {
			doc, err := e.shared(c)
			if err != nil {
				return nil, err
			}
			out[id] = doc
		}
	}
	return out, v.fetch(c, "rowid", missing, at, out)
}

// places answers what a query found: ids, and the rows if it tells them.
func (v view) places(s selected) (ids, rows []string, err error) {
	if !s.rows {
		ids, err = v.ids(s)
		return ids, nil, err
	}
	stmt, err := v.prepared(s.text)
	if err != nil {
		return nil, nil, err
	}
	found, err := stmt.Query(s.args...)
	if err != nil {
		return nil, nil, err
	}
	defer found.Close()
	for found.Next() {
		var id, row string
		if err := found.Scan(&id, &row); err != nil {
			return nil, nil, err
		}
		ids, rows = append(ids, id), append(rows, row)
	}
	return ids, rows, found.Err()
}

func (v view) ids(s selected) ([]string, error) {
	stmt, err := v.prepared(s.text)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.Query(s.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (v view) count(c *store.Spec, q store.Query) (n int, err error) {
	s, err := selection(c, q)
	if err != nil || s.empty {
		return 0, err
	}
	stmt, err := v.prepared(`SELECT count(*) FROM (` + s.text + `)`)
	if err != nil {
		return 0, err
	}
	if err := stmt.QueryRow(s.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count in %s: %w", c.Name, err)
	}
	return n, nil
}

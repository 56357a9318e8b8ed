package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"veche/store"
)

// quote makes an SQL name; Spec lets only plain words through.
func quote(name string) string { return `"` + name + `"` }

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}

// indexName tells an index of one collection from all others.
func indexName(c *store.Spec, index store.Index) string {
	name := c.Name + "_" + strings.Join(index.Fields, "_")
	if index.Unique {
		name += "_unique"
	}
	return name
}

// Ensure makes tables and indexes. When a collection has documents already and
// gains an indexed field, every document is read once to fill it.
func (e *Engine) Ensure(ctx context.Context, specs ...*store.Spec) error {
	for _, c := range specs {
		err := e.writer.do(ctx, func(t store.Tx) error { return t.(*tx).ensure(c) })
		if err != nil {
			return fmt.Errorf("make collection %s ready: %w", c.Name, err)
		}
	}
	return nil
}

const catalogue = `CREATE TABLE IF NOT EXISTS "_collections" ("name" TEXT PRIMARY KEY, "shape" TEXT NOT NULL)`

func (t *tx) ensure(c *store.Spec) error {
	if err := t.goThrough(); err != nil {
		return err
	}
	if err := t.exec(catalogue); err != nil {
		return err
	}
	var was string
	err := t.w.conn.query(`SELECT "shape" FROM "_collections" WHERE "name" = ?`, []any{c.Name}, func(r row) error {
		was = r.text(0)
		return nil
	})
	if err != nil {
		return err
	}
	shape, err := json.Marshal(shape{c.Near, c.Indexes})
	if err != nil || was == string(shape) {
		return err
	}
	if err := t.reshape(c, was); err != nil {
		return err
	}
	return t.exec(`INSERT INTO "_collections" VALUES (?, ?) ON CONFLICT DO UPDATE SET "shape" = excluded."shape"`, c.Name, string(shape))
}

// shape is how a collection lies in the file.
type shape struct {
	Near    string
	Indexes []store.Index
}

// reshape makes what is missing and fills it, and removes indexes that are no
// longer declared. Their columns are harmless and stay.
func (t *tx) reshape(c *store.Spec, was string) error {
	var old shape
	if was != "" {
		if err := json.Unmarshal([]byte(was), &old); err != nil {
			return fmt.Errorf("read how it lies: %w", err)
		}
	}
	if err := t.dropIndexes(c, old.Indexes); err != nil {
		return err
	}
	elsewhere := was != "" && old.Near != c.Near
	if elsewhere { // a plain word does not begin so
		if err := t.exec(`ALTER TABLE ` + quote(c.Name) + ` RENAME TO ` + quote("_"+c.Name)); err != nil {
			return err
		}
	}
	if err := t.makeTable(c); err != nil {
		return err
	}
	switch {
	case elsewhere:
		if err := t.moveTo(c); err != nil {
			return err
		}
	case was != "":
		if err := t.refill(c); err != nil {
			return err
		}
	}
	return t.makeIndexes(c)
}

// dropIndexes drops those that the collection had and has no more.
func (t *tx) dropIndexes(c *store.Spec, old []store.Index) error {
	for _, index := range old {
		name := indexName(c, index)
		if slices.ContainsFunc(c.Indexes, func(i store.Index) bool { return indexName(c, i) == name }) {
			continue
		}
		kind := `INDEX`
		if index.Multi != "" {
			kind = `TABLE`
		}
		if err := t.exec(`DROP ` + kind + ` IF EXISTS ` + quote(name)); err != nil {
			return err
		}
	}
	return nil
}

// makeTable makes the table, its columns and empty side tables.
func (t *tx) makeTable(c *store.Spec) error {
	text := `CREATE TABLE IF NOT EXISTS ` + quote(c.Name) + ` ("_id" TEXT PRIMARY KEY NOT NULL, "doc" BLOB NOT NULL)`
	if c.Near == store.IDField {
		text += ` WITHOUT ROWID`
	}
	if err := t.exec(text); err != nil {
		return err
	}
	have, err := t.strings(`SELECT name FROM pragma_table_info(?)`, c.Name)
	if err != nil {
		return err
	}
	for _, column := range c.Columns() {
		if !slices.Contains(have, column) {
			if err := t.exec(`ALTER TABLE ` + quote(c.Name) + ` ADD COLUMN ` + quote(column) + ` NOT NULL DEFAULT -9e999`); err != nil {
				return err
			}
		}
	}
	for _, index := range c.Indexes {
		if err := t.emptySide(c, index); err != nil {
			return err
		}
	}
	return nil
}

// moveTo brings the documents over from where they lay otherwise.
func (t *tx) moveTo(c *store.Spec) error {
	from := quote("_" + c.Name)
	ids, err := t.strings(`SELECT "_id" FROM ` + from)
	if err != nil {
		return err
	}
	for _, id := range ids {
		var raw []byte
		err := t.w.conn.query(`SELECT "doc" FROM `+from+` WHERE "_id" = ?`, []any{id}, func(r row) error {
			raw = r.blob(0)
			return nil
		})
		if err != nil {
			return err
		}
		columns, err := columnsOf(c, raw)
		if err != nil {
			return err
		}
		if err := t.w.add(key{c, id}, raw, columns); err != nil {
			return err
		}
	}
	return t.exec(`DROP TABLE ` + from)
}

// emptySide makes the side table of a multi index: a row for each element.
func (t *tx) emptySide(c *store.Spec, index store.Index) error {
	if index.Multi == "" {
		return nil
	}
	name, columns := quote(indexName(c, index)), quoteAll(append(slices.Clone(index.Fields), store.IDField))
	if err := t.exec(`DROP TABLE IF EXISTS ` + name); err != nil {
		return err
	}
	return t.exec(`CREATE TABLE ` + name + ` (` + columns + `, PRIMARY KEY (` + columns + `)) WITHOUT ROWID`)
}

func (t *tx) makeIndexes(c *store.Spec) error {
	for _, index := range c.Indexes {
		if index.Multi != "" {
			continue
		}
		columns, kind := append(slices.Clone(index.Fields), store.IDField), "INDEX"
		if index.Unique {
			columns, kind = index.Fields, "UNIQUE INDEX"
		}
		err := t.exec(`CREATE ` + kind + ` IF NOT EXISTS ` + quote(indexName(c, index)) + ` ON ` + quote(c.Name) + ` (` + quoteAll(columns) + `)`)
		if err != nil {
			return err
		}
	}
	return nil
}

// refill writes the columns and side rows of every document anew.
func (t *tx) refill(c *store.Spec) error {
	ids, err := t.strings(`SELECT "_id" FROM ` + quote(c.Name))
	if err != nil {
		return err
	}
	for _, id := range ids {
		e, err := t.load(c, id)
		if err != nil {
			return err
		}
		columns, err := columnsOf(c, e.raw)
		if err != nil {
			return err
		}
		if err := t.w.setColumns(c, id, nil, columns); err != nil {
			return err
		}
		if err := t.w.moveSides(c, id, nil, e.raw); err != nil {
			return err
		}
	}
	return nil
}

package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// columnsOf is what the columns hold for a document, in the order of
// Spec.Columns.
func columnsOf(c *store.Spec, raw bson.Raw) ([]any, error) {
	names := c.Columns()
	values := make([]any, len(names))
	for i := range values {
		values[i] = absent
	}
	var wrong error
	err := store.Walk(raw, func(name string, v bson.RawValue) bool {
		if i := slices.Index(names, name); i >= 0 {
			if values[i], wrong = columnValue(v); wrong != nil {
				wrong = fmt.Errorf("field %s of %s: %w", names[i], c.Name, wrong)
			}
		}
		return wrong == nil
	})
	if err == nil {
		err = wrong
	}
	return values, err
}

// indexed is columnsOf, and an error if some other field cannot be indexed.
func indexed(c *store.Spec, raw bson.Raw) ([]any, error) {
	for _, index := range c.Indexes {
		if index.Multi == "" {
			continue
		}
		if _, err := elementsOf(raw, index.Multi); err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", index.Multi, c.Name, err)
		}
	}
	return columnsOf(c, raw)
}

// takesUnique says whether the document comes to hold a value that no other may
// hold. No raw stands for a new document.
func takesUnique(c *store.Spec, was bson.Raw, now []any) (bool, error) {
	if !slices.ContainsFunc(c.Indexes, func(i store.Index) bool { return i.Unique }) {
		return false, nil
	}
	if was == nil {
		return true, nil
	}
	before, err := columnsOf(c, was)
	if err != nil {
		return false, err
	}
	for _, index := range c.Indexes {
		for i, column := range c.Columns() {
			if index.Unique && slices.Contains(index.Fields, column) && before[i] != now[i] {
				return true, nil
			}
		}
	}
	return false, nil
}

// setDoc writes the document and the columns that differ: SQLite touches every
// index of a column that is named, changed or not.
func (w *writer) setDoc(c *store.Spec, id string, raw bson.Raw, before, after []any) error {
	names, args := differing(c.Columns(), before, after)
	text := `UPDATE ` + quote(c.Name) + ` SET "doc" = ?` + assignments(`, `, names) + ` WHERE "_id" = ?`
	return w.exec(text, append(append([]any{[]byte(raw)}, args...), id)...)
}

// setColumns fills the columns alone, for a collection that gained some.
func (w *writer) setColumns(c *store.Spec, id string, before, after []any) error {
	names, args := differing(c.Columns(), before, after)
	if len(names) == 0 {
		return nil
	}
	text := `UPDATE ` + quote(c.Name) + ` SET ` + assignments(``, names) + ` WHERE "_id" = ?`
	return w.exec(text, append(args, id)...)
}

func assignments(lead string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return lead + strings.Join(names, ` = ?, `) + ` = ?`
}

func differing(columns []string, before, after []any) (names []string, values []any) {
	for i, column := range columns {
		if before == nil || before[i] != after[i] {
			names, values = append(names, quote(column)), append(values, after[i])
		}
	}
	return names, values
}

// moveSides brings the side tables of multi indexes from one state of the
// document to the next; nil stands for no document.
func (w *writer) moveSides(c *store.Spec, id string, was, now bson.Raw) error {
	for _, index := range c.Indexes {
		if index.Multi == "" {
			continue
		}
		old, err := sideRows(index, was)
		if err != nil {
			return err
		}
		fresh, err := sideRows(index, now)
		if err != nil {
			return err
		}
		if err := w.moveSide(indexName(c, index), index, id, old, fresh); err != nil {
			return fmt.Errorf("index %s %s: %w", c.Name, id, err)
		}
	}
	return nil
}

// moveSide changes the rows of elements that stay in place, and then removes
// and adds the rest.
func (w *writer) moveSide(table string, index store.Index, id string, old, fresh [][]any) error {
	columns := append(slices.Clone(index.Fields), store.IDField)
	where := ` WHERE ` + strings.Join(mapped(columns, quote), ` = ? AND `) + ` = ?`
	for i := 0; i < len(old) && i < len(fresh); i++ {
		names, values := differing(index.Fields, old[i], fresh[i])
		if len(names) == 0 || names[0] == quote(index.Multi) || holds(old, fresh[i]) {
			continue
		}
		args := append(append(values, old[i]...), id)
		if err := w.exec(`UPDATE `+quote(table)+` SET `+assignments(``, names)+where, args...); err != nil {
			return err
		}
		old[i] = fresh[i]
	}
	for _, row := range old {
		if !holds(fresh, row) {
			if err := w.exec(`DELETE FROM `+quote(table)+where, append(slices.Clone(row), id)...); err != nil {
				return err
			}
		}
	}
	for _, row := range fresh {
		if !holds(old, row) {
			if err := w.exec(`INSERT INTO `+quote(table)+` VALUES (?`+strings.Repeat(`,?`, len(row))+`)`, append(slices.Clone(row), id)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// sideRows are the rows that a document has in the index's side table: its
// fields, once for each element of the array.
func sideRows(index store.Index, raw bson.Raw) ([][]any, error) {
	if raw == nil {
		return nil, nil
	}
	elements, err := elementsOf(raw, index.Multi)
	if err != nil {
		return nil, err
	}
	rows := make([][]any, len(elements))
	for i, element := range elements {
		for _, field := range index.Fields {
			v := element
			if field != index.Multi {
				if v, err = columnOf(raw, field); err != nil {
					return nil, fmt.Errorf("field %s: %w", field, err)
				}
			}
			rows[i] = append(rows[i], v)
		}
	}
	return rows, nil
}

func holds(rows [][]any, row []any) bool {
	return slices.ContainsFunc(rows, func(r []any) bool { return slices.Equal(r, row) })
}

func mapped(names []string, f func(string) string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = f(name)
	}
	return out
}

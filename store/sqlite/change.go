package sqlite

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// change is a document that a transaction wrote: as the file holds it, and as
// it stands now. nobody stands for none on either side.
type change struct {
	was, now *entry
	columns  []any // what the columns hold for now
}

// overlay is what was written and is not committed yet.
type overlay map[key]*change

// changed answers the overlay's word for a document, if it has one.
func (o overlay) changed(k key) (*entry, bool) {
	if c, ok := o[k]; ok {
		return c.now, true
	}
	return nil, false
}

// touches says whether the overlay holds something of the collection that the
// file does not.
func (o overlay) touches(c *store.Spec) bool {
	for k, ch := range o {
		if k.spec == c && ch.was != ch.now {
			return true
		}
	}
	return false
}

// holds says whether the overlay has any document of the collection.
func (o overlay) holds(c *store.Spec) bool {
	for k := range o {
		if k.spec == c {
			return true
		}
	}
	return false
}

// write brings the whole overlay to the file, by collection and id: what lies
// together is then written together.
func (w *writer) write(o overlay) error {
	keys := make([]key, 0, len(o))
	for k, ch := range o {
		if ch.was != ch.now {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(strings.Compare(a.spec.Name, b.spec.Name), strings.Compare(a.id, b.id))
	})
	for _, k := range keys {
		if err := w.writeOne(k, o[k]); err != nil {
			return err
		}
	}
	return nil
}

// writeOne brings one document to the file, which then holds it as it is now.
func (w *writer) writeOne(k key, ch *change) (err error) {
	switch {
	case ch.was == ch.now:
		return nil
	case ch.now == nobody:
		err = w.erase(k, ch.was.raw)
	case ch.was == nobody:
		err = w.add(k, ch.now.raw, ch.columns)
	default:
		err = w.replace(k, ch.was.raw, ch.now.raw, ch.columns)
	}
	if err != nil {
		return fmt.Errorf("write %s %s: %w", k.spec.Name, k.id, taken(err))
	}
	ch.was = ch.now
	return nil
}

func (w *writer) add(k key, raw bson.Raw, columns []any) error {
	names, values, args := []string{}, []string{}, []any{}
	if near := k.spec.Near; near != "" && near != store.IDField {
		place, at, err := placeNear(k.spec, raw)
		if err != nil {
			return err
		}
		names, values, args = append(names, `rowid`), append(values, place), at
	}
	names = append(append(names, mapped([]string{store.IDField, "doc"}, quote)...), mapped(k.spec.Columns(), quote)...)
	values = append(values, `?,?`+strings.Repeat(`,?`, len(columns)))
	args = append(append(args, k.id, []byte(raw)), columns...)
	err := w.exec(`INSERT INTO `+quote(k.spec.Name)+` (`+strings.Join(names, `, `)+`) VALUES (`+strings.Join(values, `, `)+`)`, args...)
	if err != nil {
		return err
	}
	return w.moveSides(k.spec, k.id, nil, raw)
}

// replace writes the document and those columns and side rows that differ.
func (w *writer) replace(k key, was, raw bson.Raw, after []any) error {
	before, err := columnsOf(k.spec, was)
	if err != nil {
		return err
	}
	if err := w.setDoc(k.spec, k.id, raw, before, after); err != nil {
		return err
	}
	return w.moveSides(k.spec, k.id, was, raw)
}

func (w *writer) erase(k key, was bson.Raw) error {
	if err := w.exec(`DELETE FROM `+quote(k.spec.Name)+` WHERE "_id" = ?`, k.id); err != nil {
		return err
	}
	return w.moveSides(k.spec, k.id, was, nil)
}

package store

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
)

// IDField is the field that every document has and that needs no declaring.
const IDField = "_id"

// RevField is where the engines keep a document's revision. Structs do not
// have it.
const RevField = "_rev"

// Spec declares a collection: its name, its document type and its indexes.
type Spec struct {
	Name    string
	New     func() any
	Indexes []Index
	// Near is the field that Collection.Near named, if any.
	Near string

	columns []string
	plan    *plan        // how to read and write a document; nil leaves that to bson
	pointer reflect.Type // to a document
}

// Index declares fields, in order, by which documents can be found. The
// document's id stands behind them unsaid, so that every order is total.
type Index struct {
	// Fields are bson names of top-level fields.
	Fields []string
	// Unique refuses a second document with the same values; absent is a value.
	Unique bool
	// Multi names the one field of Fields, if any, that is an array: the
	// document is found by each of its elements.
	Multi string
}

// On declares an index over the fields, in order.
func On(fields ...string) Index { return Index{Fields: fields} }

// UniqueOn declares an index whose values no two documents share.
func UniqueOn(fields ...string) Index { return Index{Fields: fields, Unique: true} }

// MultiOn declares an index whose first field is an array of strings.
func MultiOn(array string, fields ...string) Index {
	return Index{Fields: append([]string{array}, fields...), Multi: array}
}

var plainName = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

func newSpec(name string, fresh func() any, indexes []Index) *Spec {
	if !plainName.MatchString(name) {
		panic(fmt.Sprintf("store: collection name %q is not a plain word", name))
	}
	for _, index := range indexes {
		for _, field := range index.Fields {
			if !plainName.MatchString(field) {
				panic(fmt.Sprintf("store: %s: index field %q is not a plain word", name, field))
			}
		}
		if index.Multi != "" && index.Unique {
			panic(fmt.Sprintf("store: %s: a multi index cannot be unique", name))
		}
	}
	pointer := reflect.TypeOf(fresh())
	return &Spec{
		Name: name, New: fresh, Indexes: indexes, columns: columnsOf(indexes),
		plan: planOf(pointer.Elem()), pointer: pointer,
	}
}

// Size is how many bytes a document's struct takes, without what it points to.
func (s *Spec) Size() int { return int(s.pointer.Elem().Size()) }

// Columns are the fields, each once, that single-valued indexes name. The
// caller does not change them.
func (s *Spec) Columns() []string { return s.columns }

func columnsOf(indexes []Index) []string {
	var columns []string
	for _, index := range indexes {
		for _, field := range index.Fields {
			if field != index.Multi && !slices.Contains(columns, field) {
				columns = append(columns, field)
			}
		}
	}
	return columns
}

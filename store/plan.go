package store

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// plan is how to read and write one type as BSON, made once from the type. It
// knows what documents here are made of; a type that it does not know has no
// plan, and the bson package reads and writes it.
type plan struct {
	form   form
	typ    reflect.Type
	elem   *plan   // of a pointer or a slice
	fields []field // of a struct, in order, those of inline structs in their place
	named  map[string]int
}

// field is one field of a struct.
type field struct {
	name      string
	offset    uintptr
	omitEmpty bool
	*plan
}

// form is what a value is written as.
type form int

const (
	asString form = iota
	asBool
	asInt32
	asInt64
	asInt // the shorter of the two that holds it
	asDouble
	asTime
	asPointer
	asSlice
	asStruct
)

var (
	timeType = reflect.TypeFor[time.Time]()
	docType  = reflect.TypeFor[bson.D]()
	// Types with a word of their own in how they are read or written.
	special = []reflect.Type{
		reflect.TypeFor[bson.Marshaler](), reflect.TypeFor[bson.Unmarshaler](), reflect.TypeFor[bson.ValueMarshaler](),
		reflect.TypeFor[bson.ValueUnmarshaler](), reflect.TypeFor[bson.Zeroer](),
	}
)

// forms are what simple kinds are written as. Others have no plan.
var forms = map[reflect.Kind]form{
	reflect.String: asString, reflect.Bool: asBool, reflect.Float64: asDouble,
	reflect.Int32: asInt32, reflect.Int64: asInt64, reflect.Int: asInt,
}

// planOf answers the type's plan, or nil. within are the types that it is a
// part of: a type within itself has none.
func planOf(t reflect.Type, within ...reflect.Type) *plan {
	if t == timeType {
		return &plan{form: asTime, typ: t}
	}
	for _, s := range special {
		if t.Implements(s) && t != reflect.PointerTo(timeType) || reflect.PointerTo(t).Implements(s) {
			return nil
		}
	}
	if f, ok := forms[t.Kind()]; ok {
		return &plan{form: f, typ: t}
	}
	if slices.Contains(within, t) {
		return nil
	}
	within = append(within, t)
	switch t.Kind() {
	case reflect.Pointer:
		return planWith(asPointer, t, within)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 || t.ConvertibleTo(docType) || t.Elem().Kind() == reflect.Pointer {
			return nil
		}
		return planWith(asSlice, t, within)
	case reflect.Struct:
		p := &plan{form: asStruct, typ: t, named: map[string]int{}}
		if !p.addFields(t, 0, within) {
			return nil
		}
		return p
	}
	return nil
}

func planWith(f form, t reflect.Type, within []reflect.Type) *plan {
	elem := planOf(t.Elem(), within...)
	if elem == nil || elem.form == asPointer {
		return nil
	}
	return &plan{form: f, typ: t, elem: elem}
}

// addFields says whether there is a plan for all of them.
func (p *plan) addFields(t reflect.Type, base uintptr, within []reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			if f.Anonymous {
				return false
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("bson"), ",")
		switch {
		case name == "-" || name == "":
			if name == "" && options == "inline" && f.Type.Kind() == reflect.Struct && planOf(f.Type, within...) != nil {
				if !p.addFields(f.Type, base+f.Offset, within) {
					return false
				}
				continue
			}
			return false
		case options != "" && options != "omitempty":
			return false
		}
		part := planOf(f.Type, within...)
		if _, twice := p.named[name]; part == nil || twice || options != "" && part.form == asStruct {
			return false
		}
		p.named[name] = len(p.fields)
		p.fields = append(p.fields, field{name: name, offset: base + f.Offset, omitEmpty: options == "omitempty", plan: part})
	}
	return len(p.fields) <= 64
}

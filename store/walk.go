package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Walk hands the document's fields to visit, in order, until it answers false.
// It is for BSON that the engines wrote themselves.
func Walk(raw bson.Raw, visit func(name string, value bson.RawValue) bool) error {
	if len(raw) < 5 {
		return errBroken
	}
	for rest := []byte(raw[4 : len(raw)-1]); len(rest) > 0; {
		kind, name, value, after, ok := element(rest)
		if !ok {
			return walkSlowly(raw, visit)
		}
		if !visit(nameOf(name), bson.RawValue{Type: kind, Value: value}) {
			return nil
		}
		rest = after
	}
	return nil
}

var errBroken = errors.New("store: a document is broken")

// walkSlowly begins anew with the bson package, which knows all types. Visitors
// do not mind seeing a field twice.
func walkSlowly(raw bson.Raw, visit func(string, bson.RawValue) bool) error {
	elements, err := raw.Elements()
	if err != nil {
		return fmt.Errorf("read the fields of a document: %w", err)
	}
	for _, e := range elements {
		if !visit(e.Key(), e.Value()) {
			return nil
		}
	}
	return nil
}

// Added copies the document with n added to the whole-number field, which is
// made if it is not there, and answers the sum. It is stored as int64.
func Added(raw bson.Raw, field string, n int64) (bson.Raw, int64, error) {
	at, width, err := whole(raw, field)
	if err != nil {
		return nil, 0, err
	}
	value := raw[at : at+width]
	switch width {
	case 4:
		n += int64(int32(binary.LittleEndian.Uint32(value)))
	case 8:
		n += int64(binary.LittleEndian.Uint64(value))
	}
	out := make([]byte, 0, len(raw)+len(field)+10)
	if width == 0 {
		out = writeLong(append(out, raw[:at]...), bson.TypeInt64, field, n)
	} else {
		out = append(out, raw[:at-len(field)-2]...)
		out = writeLong(out, bson.TypeInt64, field, n)
	}
	out = append(out, raw[at+width:]...)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out, n, nil
}

// whole finds the value of a whole-number field; one of no width at the
// document's end if there is none.
func whole(raw bson.Raw, field string) (at, width int, err error) {
	if len(raw) < 5 {
		return 0, 0, errBroken
	}
	elements, err := raw.Elements()
	if err != nil {
		return 0, 0, fmt.Errorf("read the fields of a document: %w", err)
	}
	at = 4
	for _, e := range elements {
		if at += len(e); e.Key() != field {
			continue
		}
		v := e.Value()
		if v.Type != bson.TypeInt32 && v.Type != bson.TypeInt64 {
			return 0, 0, fmt.Errorf("%s is of type %s, not a whole number", field, v.Type)
		}
		return at - len(v.Value), len(v.Value), nil
	}
	return at, 0, nil
}

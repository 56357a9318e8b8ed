package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Decode makes a new document of the BSON, as bson.Unmarshal does. Its strings
// are those of raw, which must therefore never change.
func (s *Spec) Decode(raw bson.Raw) (any, error) {
	doc := s.New()
	if s.plan != nil && s.plan.readDocument(reflect.ValueOf(doc).UnsafePointer(), raw) {
		return doc, nil
	}
	doc = s.New() // what was read so far is worth nothing
	if err := bson.Unmarshal(raw, doc); err != nil {
		return nil, fmt.Errorf("decode a document of %s: %w", s.Name, err)
	}
	return doc, nil
}

// readDocument fills the struct at p, and says whether it could: not when the
// BSON is broken or holds a field in a way that the plan would not write it.
func (p *plan) readDocument(at unsafe.Pointer, raw []byte) bool {
	if len(raw) < 5 || int(binary.LittleEndian.Uint32(raw)) != len(raw) || raw[len(raw)-1] != 0 {
		return false
	}
	raw = raw[4 : len(raw)-1]
	var seen uint64
	next := 0
	for len(raw) > 0 {
		kind, name, value, rest, ok := element(raw)
		if !ok {
			return false
		}
		raw = rest
		i := next
		if i >= len(p.fields) || p.fields[i].name != string(name) {
			if i, ok = p.named[string(name)]; !ok {
				if _, ok = p.named[strings.ToLower(string(name))]; ok {
					return false // the bson package takes it for this one
				}
				continue
			}
		}
		if next = i + 1; seen&(1<<i) != 0 {
			return false
		}
		seen |= 1 << i
		f := &p.fields[i]
		if !f.read(unsafe.Add(at, f.offset), kind, value) {
			return false
		}
	}
	return true
}

// read sets what is at p to the value.
func (p *plan) read(at unsafe.Pointer, kind bson.Type, value []byte) bool {
	switch p.form {
	case asString:
		if kind != bson.TypeString || value[len(value)-1] != 0 {
			return false
		}
		*(*string)(at) = unsafe.String(&value[4], len(value)-5)
		return true
	case asBool:
		if kind != bson.TypeBoolean || value[0] > 1 {
			return false
		}
		*(*bool)(at) = value[0] == 1
		return true
	case asInt, asInt64, asInt32:
		return p.readInt(at, kind, value)
	case asDouble:
		if kind != bson.TypeDouble {
			return false
		}
		*(*float64)(at) = math.Float64frombits(binary.LittleEndian.Uint64(value))
		return true
	case asTime:
		if kind != bson.TypeDateTime {
			return false
		}
		*(*time.Time)(at) = time.UnixMilli(int64(binary.LittleEndian.Uint64(value))).UTC()
		return true
	case asStruct:
		return kind == bson.TypeEmbeddedDocument && p.readDocument(at, value)
	case asPointer:
		return p.readPointer(at, kind, value)
	default:
		return p.readSlice(at, kind, value)
	}
}

func (p *plan) readInt(at unsafe.Pointer, kind bson.Type, value []byte) bool {
	var n int64
	switch kind {
	case bson.TypeInt32:
		n = int64(int32(binary.LittleEndian.Uint32(value)))
	case bson.TypeInt64:
		n = int64(binary.LittleEndian.Uint64(value))
	default:
		return false
	}
	switch p.typ.Size() {
	case 8:
		*(*int64)(at) = n
		return true
	case 4:
		*(*int32)(at) = int32(n)
		return int64(int32(n)) == n
	}
	return false
}

func (p *plan) readPointer(at unsafe.Pointer, kind bson.Type, value []byte) bool {
	if kind == bson.TypeNull {
		return true // a fresh document's is nil
	}
	made := reflect.New(p.elem.typ).UnsafePointer()
	*(*unsafe.Pointer)(at) = made
	return p.elem.read(made, kind, value)
}

func (p *plan) readSlice(at unsafe.Pointer, kind bson.Type, value []byte) bool {
	if kind == bson.TypeNull {
		return true
	}
	if kind != bson.TypeArray || len(value) < 5 || value[len(value)-1] != 0 {
		return false
	}
	n := 0
	for rest := value[4 : len(value)-1]; len(rest) > 0; n++ {
		var ok bool
		if _, _, _, rest, ok = element(rest); !ok {
			return false
		}
	}
	made := reflect.MakeSlice(p.typ, n, n)
	reflect.NewAt(p.typ, at).Elem().Set(made)
	size, to := p.elem.typ.Size(), made.UnsafePointer()
	rest := value[4 : len(value)-1]
	for i := range n {
		kind, _, value, after, _ := element(rest)
		if rest = after; !p.elem.read(unsafe.Add(to, uintptr(i)*size), kind, value) {
			return false
		}
	}
	return true
}

// element takes the first element off a document's or an array's. A value has
// at least the bytes that its type asks for.
func element(raw []byte) (kind bson.Type, name, value, rest []byte, ok bool) {
	end := 1
	for end < len(raw) && raw[end] != 0 {
		end++
	}
	if end >= len(raw) {
		return 0, nil, nil, nil, false
	}
	kind, name, rest = bson.Type(raw[0]), raw[1:end], raw[end+1:]
	n := size(kind, rest)
	if n < 0 || n > len(rest) {
		return 0, nil, nil, nil, false
	}
	return kind, name, rest[:n:n], rest[n:], true
}

// size is how many bytes the value at the beginning takes; -1 if it is broken
// or of a type that is not expected.
func size(kind bson.Type, raw []byte) int {
	least, more := 5, 0
	switch kind {
	case bson.TypeNull:
		return 0
	case bson.TypeBoolean:
		return 1
	case bson.TypeInt32:
		return 4
	case bson.TypeInt64, bson.TypeDouble, bson.TypeDateTime:
		return 8
	case bson.TypeString:
		more = 4
	case bson.TypeEmbeddedDocument, bson.TypeArray:
	default:
		return -1
	}
	if len(raw) < 4 {
		return -1
	}
	n := int64(int32(binary.LittleEndian.Uint32(raw))) + int64(more)
	if n < int64(least) || n > int64(len(raw)) {
		return -1
	}
	return int(n)
}

// nameOf is the name as a string, for as long as the document is looked at.
func nameOf(name []byte) string { return unsafe.String(unsafe.SliceData(name), len(name)) }

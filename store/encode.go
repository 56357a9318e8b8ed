package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Encode makes the document's BSON, byte for byte as bson.Marshal does.
func (s *Spec) Encode(doc any) (bson.Raw, error) {
	if s.plan != nil && reflect.TypeOf(doc) == s.pointer {
		if at := reflect.ValueOf(doc).UnsafePointer(); at != nil {
			scratch := desks.Get().(*[]byte)
			defer desks.Put(scratch)
			*scratch = s.plan.writeDocument((*scratch)[:0], at)
			return bytes.Clone(*scratch), nil // with no room to spare: it will be kept
		}
	}
	raw, err := bson.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode a document of %s: %w", s.Name, err)
	}
	return raw, nil
}

// desks are where documents are written before their length is known.
var desks = sync.Pool{New: func() any { return new([]byte) }}

// writeDocument appends the struct at p.
func (p *plan) writeDocument(to []byte, at unsafe.Pointer) []byte {
	begin := len(to)
	to = append(to, 0, 0, 0, 0)
	for i := range p.fields {
		f := &p.fields[i]
		from := unsafe.Add(at, f.offset)
		if !f.omitEmpty || !f.empty(from) {
			to = f.write(to, f.name, from)
		}
	}
	return ended(to, begin)
}

// ended closes the document that began there, and notes its length.
func ended(to []byte, begin int) []byte {
	to = append(to, 0)
	binary.LittleEndian.PutUint32(to[begin:], uint32(len(to)-begin))
	return to
}

func named(to []byte, kind bson.Type, name string) []byte {
	to = append(to, byte(kind))
	to = append(to, name...)
	return append(to, 0)
}

// write appends the element with the value at p.
func (p *plan) write(to []byte, name string, at unsafe.Pointer) []byte {
	switch p.form {
	case asString:
		s := *(*string)(at)
		to = binary.LittleEndian.AppendUint32(named(to, bson.TypeString, name), uint32(len(s)+1))
		return append(append(to, s...), 0)
	case asBool:
		b := byte(0)
		if *(*bool)(at) {
			b = 1
		}
		return append(named(to, bson.TypeBoolean, name), b)
	case asInt32:
		return binary.LittleEndian.AppendUint32(named(to, bson.TypeInt32, name), uint32(*(*int32)(at)))
	case asInt64:
		return writeLong(to, bson.TypeInt64, name, *(*int64)(at))
	case asInt:
		n := *(*int)(at)
		if int(int32(n)) == n {
			return binary.LittleEndian.AppendUint32(named(to, bson.TypeInt32, name), uint32(n))
		}
		return writeLong(to, bson.TypeInt64, name, int64(n))
	case asDouble:
		return writeLong(to, bson.TypeDouble, name, int64(math.Float64bits(*(*float64)(at))))
	case asTime:
		return writeLong(to, bson.TypeDateTime, name, int64(bson.NewDateTimeFromTime(*(*time.Time)(at))))
	case asStruct:
		return p.writeDocument(named(to, bson.TypeEmbeddedDocument, name), at)
	case asPointer:
		if elem := *(*unsafe.Pointer)(at); elem != nil {
			return p.elem.write(to, name, elem)
		}
		return named(to, bson.TypeNull, name)
	default:
		return p.writeSlice(to, name, at)
	}
}

func writeLong(to []byte, kind bson.Type, name string, n int64) []byte {
	return binary.LittleEndian.AppendUint64(named(to, kind, name), uint64(n))
}

func (p *plan) writeSlice(to []byte, name string, at unsafe.Pointer) []byte {
	list := reflect.NewAt(p.typ, at).Elem()
	if list.IsNil() {
		return named(to, bson.TypeNull, name)
	}
	to = named(to, bson.TypeArray, name)
	begin := len(to)
	to = append(to, 0, 0, 0, 0)
	from, size := list.UnsafePointer(), p.elem.typ.Size()
	for i := range list.Len() {
		to = p.elem.write(to, strconv.Itoa(i), unsafe.Add(from, uintptr(i)*size))
	}
	return ended(to, begin)
}

// empty says whether omitempty leaves the value at p out.
func (p *plan) empty(at unsafe.Pointer) bool {
	switch p.form {
	case asTime:
		return (*time.Time)(at).IsZero()
	case asPointer:
		elem := *(*unsafe.Pointer)(at)
		return elem == nil || p.elem.form == asTime && (*time.Time)(elem).IsZero()
	case asSlice:
		return reflect.NewAt(p.typ, at).Elem().Len() == 0
	case asString:
		return *(*string)(at) == ""
	default:
		return reflect.NewAt(p.typ, at).Elem().IsZero()
	}
}

package ferret

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The parts of MongoDB's wire protocol that the driver uses: see
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/.
const (
	opReply = 1
	opMsg   = 2013

	headLen   = 16
	replyLen  = headLen + 20 // flags, cursor, start and number before the document
	flagsLen  = 4
	maxFrame  = 48_000_000
	kindBody  = 0
	kindMany  = 1
	msgPrefix = headLen + flagsLen
)

var errFrame = errors.New("a frame that is not understood")

// frame is one message as it stands on the wire.
type frame struct{ bytes []byte }

func (f frame) word(at int) int32 { return int32(binary.LittleEndian.Uint32(f.bytes[at:])) }

func (f frame) size() int { return int(f.word(0)) }
func (f frame) id() int32 { return f.word(4) }
func (f frame) op() int32 { return f.word(12) }

// document is the command or the reply within.
func (f frame) document() (bson.D, error) {
	switch {
	case f.op() == opReply && len(f.bytes) > replyLen:
		return decode(f.bytes[replyLen:])
	case f.op() == opMsg && len(f.bytes) > msgPrefix:
		return sections(f.bytes[msgPrefix:])
	}
	return nil, errFrame
}

// with is the reply frame with another document in it.
func (f frame) with(doc bson.D) (frame, error) {
	if f.op() == opMsg {
		return messageFrame(f.word(8), doc)
	}
	body, err := bson.Marshal(doc)
	if err != nil {
		return frame{}, err
	}
	return sized(append(bytes.Clone(f.bytes[:replyLen]), body...)), nil
}

// messageFrame holds the document in one section, as a reply to the request.
func messageFrame(request int32, doc bson.D) (frame, error) {
	body, err := bson.Marshal(doc)
	if err != nil {
		return frame{}, fmt.Errorf("encode a message: %w", err)
	}
	out := make([]byte, msgPrefix+1, msgPrefix+1+len(body))
	binary.LittleEndian.PutUint32(out[4:], uint32(request)) // any number will do
	binary.LittleEndian.PutUint32(out[8:], uint32(request))
	binary.LittleEndian.PutUint32(out[12:], opMsg)
	return sized(append(out, body...)), nil
}

func sized(whole []byte) frame {
	binary.LittleEndian.PutUint32(whole, uint32(len(whole)))
	return frame{whole}
}

// sections reads a message's body, and its sequences as arrays of the body.
func sections(rest []byte) (bson.D, error) {
	var body bson.D
	for len(rest) > 5 {
		kind, size := rest[0], int(binary.LittleEndian.Uint32(rest[1:]))
		if size < 5 || size > len(rest)-1 {
			return nil, errFrame
		}
		section := rest[1 : 1+size]
		rest = rest[1+size:]
		switch kind {
		case kindBody:
			doc, err := decode(section)
			if err != nil {
				return nil, err
			}
			body = append(doc, body...)
		case kindMany:
			name, docs, err := sequence(section[4:])
			if err != nil {
				return nil, err
			}
			body = append(body, bson.E{Key: name, Value: docs})
		default:
			return nil, errFrame
		}
	}
	if len(body) == 0 {
		return nil, errFrame
	}
	return body, nil
}

func sequence(rest []byte) (name string, docs bson.A, err error) {
	end := bytes.IndexByte(rest, 0)
	if end < 0 {
		return "", nil, errFrame
	}
	name, rest = string(rest[:end]), rest[end+1:]
	for len(rest) >= 5 {
		size := int(binary.LittleEndian.Uint32(rest))
		if size < 5 || size > len(rest) {
			return "", nil, errFrame
		}
		doc, err := decode(rest[:size])
		if err != nil {
			return "", nil, err
		}
		docs, rest = append(docs, doc), rest[size:]
	}
	return name, docs, nil
}

func decode(raw []byte) (bson.D, error) {
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("decode a message: %w", err)
	}
	return doc, nil
}

func lookup(doc bson.D, key string) (any, bool) {
	for _, e := range doc {
		if e.Key == key {
			return e.Value, true
		}
	}
	return nil, false
}

func text(doc bson.D, key string) string {
	v, _ := lookup(doc, key)
	s, _ := v.(string)
	return s
}

func list(doc bson.D, key string) bson.A {
	v, _ := lookup(doc, key)
	a, _ := v.(bson.A)
	return a
}

func child(doc bson.D, key string) bson.D {
	v, _ := lookup(doc, key)
	d, _ := v.(bson.D)
	return d
}

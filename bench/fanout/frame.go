package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// The kinds of frames (RFC 6455, 5.2).
const (
	textFrame  = 1
	closeFrame = 8
	pingFrame  = 9
	pongFrame  = 10
)

// frames reads what a server sends.
type frames struct {
	*bufio.Reader
	taken int // bytes of the frame that was handed out, still in the buffer
}

// next answers a frame's kind and text. The text holds until the next call, for
// it is not copied out of the buffer if it fits there.
func (f *frames) next() (kind byte, text []byte, err error) {
	if _, err := f.Discard(f.taken); err != nil {
		return 0, nil, err
	}
	f.taken = 0
	head, err := f.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	kind, short := head[0]&0x0f, head[1]
	if head[0]&0xf0 != 0x80 || short > 127 {
		return 0, nil, fmt.Errorf("a frame begins with %x: it is masked, compressed or a part of a message", head)
	}
	size, length := 2, uint64(short)
	switch short {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if head, err = f.Peek(size); err != nil {
		return 0, nil, err
	}
	switch size {
	case 4:
		length = uint64(binary.BigEndian.Uint16(head[2:]))
	case 10:
		length = binary.BigEndian.Uint64(head[2:])
	}
	text, err = f.body(size, length)
	return kind, text, err
}

// longest bounds what a broken length can make us keep.
const longest = 1 << 20

func (f *frames) body(head int, length uint64) ([]byte, error) {
	if length > longest {
		return nil, fmt.Errorf("a frame has %d bytes", length)
	}
	if whole := head + int(length); whole <= f.Size() {
		text, err := f.Peek(whole)
		if err != nil {
			return nil, err
		}
		f.taken = whole
		return text[head:], nil
	}
	if _, err := f.Discard(head); err != nil {
		return nil, err
	}
	text := make([]byte, length)
	_, err := io.ReadFull(f, text)
	return text, err
}

// masked is a client's frame. Its mask is zero, which leaves the text as it is:
// masks protect proxies, and there are none here.
func masked(kind byte, text []byte) []byte {
	frame := []byte{0x80 | kind}
	if len(text) < 126 {
		frame = append(frame, 0x80|byte(len(text)))
	} else {
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(len(text)))
	}
	return append(append(frame, 0, 0, 0, 0), text...)
}

// closing is why the server closed, as an error.
func closing(text []byte) error {
	if len(text) < 2 {
		return errors.New("closed without a reason")
	}
	return fmt.Errorf("closed with %d %s", binary.BigEndian.Uint16(text), text[2:])
}

// heard is a post that arrived.
type heard struct {
	number int
	sent   int64 // in nanoseconds since 1970
}

var (
	numberMark = []byte(`"number":`)
	bodyMark   = []byte(`"body":"t=`)
)

// postIn finds a post in a frame's text without reading all of its JSON, which
// would cost more than all the rest of a client.
func postIn(text []byte) (heard, bool) {
	number, ok := after(text, numberMark)
	sent, stamped := after(text, bodyMark)
	return heard{int(number), sent}, ok && stamped
}

// after is the number behind the mark.
func after(text, mark []byte) (int64, bool) {
	i := bytes.Index(text, mark)
	if i < 0 {
		return 0, false
	}
	digits := text[i+len(mark):]
	end := 0
	for end < len(digits) && '0' <= digits[end] && digits[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(digits[:end]), 10, 64)
	return n, err == nil
}

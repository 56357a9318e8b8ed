package community

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// Cursor is a place in a list or in a live stream, opaque to clients. It names
// the list it was made for, so that a cursor of another list is refused.
type Cursor string

// maxCursor bounds what is decoded; the longest that is made is far shorter.
const maxCursor = 1024

// cursorValue keeps the type that JSON would lose: exactly one is set, none
// stands for absent.
type cursorValue struct {
	S *string  `json:"s,omitempty"`
	I *int64   `json:"i,omitempty"`
	F *float64 `json:"f,omitempty"`
	T *int64   `json:"t,omitempty"` // milliseconds since 1970
}

type cursorBody struct {
	List   string        `json:"l"`
	Values []cursorValue `json:"v"`
}

// NewCursor makes the cursor of a place in the list: the values that
// store.Query.After takes. Values are strings, int64, float64, times or nil.
func NewCursor(list string, values ...any) Cursor {
	body := cursorBody{List: list}
	for _, v := range values {
		var c cursorValue
		switch v := v.(type) {
		case string:
			c.S = &v
		case int64:
			c.I = &v
		case float64:
			c.F = &v
		case time.Time:
			ms := v.UnixMilli()
			c.T = &ms
		}
		body.Values = append(body.Values, c)
	}
	text, _ := json.Marshal(body) // cannot fail: strings and numbers only
	return Cursor(base64.RawURLEncoding.EncodeToString(text))
}

// Open answers the values of a cursor that was made for the list, in number as
// many as like, and of the same types. Any other cursor is BAD_INPUT with the
// field that it came in.
func (c Cursor) Open(field, list string, like ...any) ([]any, error) {
	bad := BadInput(field, "This cursor does not belong to this list.")
	if len(c) > maxCursor {
		return nil, bad
	}
	text, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return nil, bad
	}
	var body cursorBody
	if json.Unmarshal(text, &body) != nil || body.List != list || len(body.Values) != len(like) {
		return nil, bad
	}
	values := make([]any, len(like))
	for i, v := range body.Values {
		if values[i] = v.as(like[i]); values[i] == nil {
			return nil, bad
		}
	}
	return values, nil
}

func (v cursorValue) as(like any) any {
	switch like.(type) {
	case string:
		if v.S != nil {
			return *v.S
		}
	case int64:
		if v.I != nil {
			return *v.I
		}
	case float64:
		if v.F != nil {
			return *v.F
		}
	case time.Time:
		if v.T != nil {
			return time.UnixMilli(*v.T).UTC()
		}
	}
	return nil
}

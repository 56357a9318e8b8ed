package socket

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/server/persisted"
)

// kind is what a client's message wants, whichever dialect says it.
type kind int

const (
	kindInit kind = iota + 1
	kindSubscribe
	kindComplete
	kindPing
	kindPong
	kindTerminate
)

// dialect is one of the two subprotocols.
type dialect struct {
	name     string
	incoming map[string]kind
	next     string
	// older marks the protocol of subscriptions-transport-ws: it answers what it
	// cannot read instead of closing, lets a client start operations before the
	// ack, answers stop with complete, and tells errors one at a time.
	older bool
}

var transportWS = &dialect{
	name: "graphql-transport-ws",
	incoming: map[string]kind{
		"connection_init": kindInit,
		"subscribe":       kindSubscribe,
		"complete":        kindComplete,
		"ping":            kindPing,
		"pong":            kindPong,
	},
	next: "next",
}

var graphqlWS = &dialect{
	name: "graphql-ws",
	incoming: map[string]kind{
		"connection_init":      kindInit,
		"start":                kindSubscribe,
		"stop":                 kindComplete,
		"connection_terminate": kindTerminate,
	},
	next:  "data",
	older: true,
}

var dialects = map[string]*dialect{transportWS.name: transportWS, graphqlWS.name: graphqlWS}

// message is a client's message, checked.
type message struct {
	kind    kind
	id      string
	payload json.RawMessage    // an object, or nil
	fields  map[string]any     // the payload of a kindInit
	params  *graphql.RawParams // the payload of a kindSubscribe
}

// maxID bounds the ids of operations, in bytes, since each response repeats its
// own. Clients use small numbers or UUIDs.
const maxID = 255

// parse reads a client's message. Its error is a CloseInvalid that says what is
// wrong.
func (d *dialect) parse(data []byte) (message, error) {
	var raw struct {
		Type    string          `json:"type"`
		ID      string          `json:"id"`
		Payload json.RawMessage `json:"payload"`
	}
	if !utf8.Valid(data) || json.Unmarshal(data, &raw) != nil {
		return message{}, CloseInvalid.because("not a JSON object of type, id and payload")
	}
	m := message{kind: d.incoming[raw.Type], payload: raw.Payload}
	if m.kind == 0 {
		return m, CloseInvalid.because(fmt.Sprintf("unknown type %.40q", raw.Type))
	}
	if bytes.Equal(m.payload, []byte("null")) {
		m.payload = nil
	}
	if m.payload != nil && m.payload[0] != '{' {
		return m, CloseInvalid.because("the payload is not an object")
	}
	if m.kind == kindInit && m.payload != nil && json.Unmarshal(m.payload, &m.fields) != nil {
		return m, CloseInvalid.because("the payload holds a number out of range")
	}
	if m.kind != kindSubscribe && m.kind != kindComplete {
		return m, nil
	}
	if len(raw.ID) == 0 || len(raw.ID) > maxID {
		return m, CloseInvalid.because(fmt.Sprintf("%s needs an id of 1 to %d bytes", raw.Type, maxID))
	}
	m.id = raw.ID
	if m.kind == kindSubscribe {
		return m.withParams()
	}
	return m, nil
}

// withParams reads the operation that is asked for. The query may be absent
// where a documentId or extensions name a persisted one.
func (m message) withParams() (message, error) {
	var raw struct {
		Query         *string        `json:"query"`
		DocumentID    string         `json:"documentId"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    map[string]any `json:"extensions"`
	}
	from := json.NewDecoder(bytes.NewReader(m.payload))
	from.UseNumber() // as gqlgen's scalars expect
	if from.Decode(&raw) != nil {
		return m, CloseInvalid.because("the payload is not an operation")
	}
	if raw.DocumentID != "" {
		raw.Extensions = persisted.Name(raw.Extensions, raw.DocumentID)
	}
	if raw.Query == nil && raw.Extensions == nil {
		return m, CloseInvalid.because("the payload has no query")
	}
	m.params = &graphql.RawParams{OperationName: raw.OperationName, Variables: raw.Variables, Extensions: raw.Extensions}
	if raw.Query != nil {
		m.params.Query = *raw.Query
	}
	return m, nil
}

// encode writes a message of the server. The id is quoted already; an id or
// payload of nil is left out.
func encode(kind string, id, payload []byte) []byte {
	buf := opened(kind, id, len(payload))
	if payload != nil {
		buf = append(append(buf, `,"payload":`...), payload...)
	}
	return append(buf, '}')
}

func opened(kind string, id []byte, room int) []byte {
	buf := make([]byte, 0, len(kind)+len(id)+room+64)
	buf = append(append(append(buf, `{"type":"`...), kind...), '"')
	if id != nil {
		buf = append(append(buf, `,"id":`...), id...)
	}
	return buf
}

// response writes the message that carries a response of the operation.
func (d *dialect) response(id []byte, r *graphql.Response) ([]byte, error) {
	buf := append(opened(d.next, id, len(r.Data)), `,"payload":`...)
	if len(r.Errors) == 0 && r.Data != nil && r.HasNext == nil && r.Path == nil && r.Label == "" {
		// Most responses are data alone, already JSON: marshaling them would scan
		// and copy it once more for every socket.
		buf = append(append(buf, `{"data":`...), r.Data...)
		if len(r.Extensions) == 0 {
			return append(buf, "}}"...), nil
		}
		extensions, err := json.Marshal(r.Extensions)
		if err != nil {
			return nil, fmt.Errorf("encode a response: %w", err)
		}
		return append(append(append(buf, `,"extensions":`...), extensions...), "}}"...), nil
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a response: %w", err)
	}
	return append(append(buf, payload...), '}'), nil
}

// failure writes the message that ends an operation with errors. The older
// dialect knows one error: the first, which holds the list if there are more.
func (d *dialect) failure(id []byte, errs gqlerror.List) []byte {
	var told any = errs
	if d.older {
		type oneError struct {
			*gqlerror.Error
			Errors gqlerror.List `json:"errors,omitempty"`
		}
		one := oneError{Error: errs[0]}
		if len(errs) > 1 {
			one.Errors = errs
		}
		told = one
	}
	payload, err := json.Marshal(told)
	if err != nil { // an extension that is no JSON
		return d.failure(id, gqlerror.List{{Message: errs[0].Message}})
	}
	return encode("error", id, payload)
}

// connectionError writes the older dialect's answer to what it cannot accept.
func connectionError(text string) []byte {
	payload, _ := json.Marshal(&gqlerror.Error{Message: text}) // cannot fail: a string
	return encode("connection_error", nil, payload)
}

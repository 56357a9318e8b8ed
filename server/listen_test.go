package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// heard is what came of a subscription: an answer, or how it ended.
type heard struct {
	*outcome
	end string // "end", or "close" with the code and reason of the socket
}

// ear is an open subscription.
type ear struct {
	from   chan heard
	cancel func()
}

// The ways in which a client may listen: the dialects of the socket, and SSE.
const (
	newer = "graphql-transport-ws"
	older = "graphql-ws"
	sse   = "text/event-stream"
)

// listenBy opens a subscription in one of the ways.
func (h *house) listenBy(way, who, query string, v vars) (*ear, error) {
	if way == sse {
		return h.listenSSE(who, query, v)
	}
	return h.listenOn(way, who, query, v, nil)
}

// listen opens a subscription on a socket of its own.
func (h *house) listen(who, query string, v vars) (*ear, error) {
	return h.listenOn(newer, who, query, v, nil)
}

// listenOn opens a subscription on a socket of its own; a client who is given
// something to wait for takes nothing until then.
func (h *house) listenOn(dialect, who, query string, v vars, asleep <-chan struct{}) (*ear, error) {
	w, err := h.dialAs(dialect, who)
	if err != nil {
		return nil, err
	}
	if err := w.subscribe(query, v); err != nil {
		return nil, err
	}
	e := &ear{make(chan heard, 1000), func() { w.Close() }}
	h.t.Cleanup(e.cancel)
	go func() {
		defer close(e.from)
		if asleep != nil {
			<-asleep
		}
		for w.hear(e.from) {
		}
	}()
	return e, nil
}

// wire is a client's end of a socket.
type wire struct{ *websocket.Conn }

func (h *house) dial(who string) (*wire, error) { return h.dialAs(newer, who) }

func (h *house) dialAs(dialect, who string) (*wire, error) {
	return h.dialWith(websocket.Dialer{Subprotocols: []string{dialect}, HandshakeTimeout: patience}, who)
}

func (h *house) dialWith(d websocket.Dialer, who string) (*wire, error) {
	credential, err := h.credential(who)
	if err != nil {
		return nil, err
	}
	conn, response, err := d.Dial("ws"+strings.TrimPrefix(h.url, "http"), nil)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	response.Body.Close()
	w := &wire{conn}
	init := map[string]any{}
	if credential != "" {
		init["authorization"] = credential
	}
	if err := w.say("connection_init", "", init); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	var ack struct{ Type string }
	if err := w.ReadJSON(&ack); err != nil || ack.Type != "connection_ack" {
		return nil, errors.Join(fmt.Errorf("the socket answered %q to connection_init: %w", ack.Type, err), w.Close())
	}
	return w, nil
}

// subscribe asks for the subscription in the words of the dialect.
func (w *wire) subscribe(query string, v vars) error {
	kind := map[string]string{newer: "subscribe", older: "start"}[w.Subprotocol()]
	return w.say(kind, "1", map[string]any{"query": query, "variables": v})
}

func (w *wire) say(kind, id string, payload any) error {
	m := map[string]any{"type": kind, "payload": payload}
	if id != "" {
		m["id"] = id
	}
	return w.WriteJSON(m)
}

// hear hands on one message and says whether more may follow.
func (w *wire) hear(to chan<- heard) bool {
	var m struct {
		Type    string
		Payload json.RawMessage
	}
	if err := w.ReadJSON(&m); err != nil {
		var theirs *websocket.CloseError
		if errors.As(err, &theirs) {
			to <- heard{end: fmt.Sprintf("close %d %s", theirs.Code, theirs.Text)}
		}
		return false
	}
	var a outcome
	switch m.Type {
	case "next", "data":
		if json.Unmarshal(m.Payload, &a) != nil {
			return false
		}
		to <- heard{outcome: &a}
	case "error":
		if w.Subprotocol() == older { // one error, not a list
			m.Payload = []byte("[" + string(m.Payload) + "]")
		}
		if json.Unmarshal(m.Payload, &a.Errors) != nil {
			return false
		}
		to <- heard{outcome: &a}
		to <- heard{end: "end"}
	case "complete":
		to <- heard{end: "end"}
	}
	return true
}

// listenSSE opens a subscription as a stream of server-sent events.
func (h *house) listenSSE(who, query string, v vars) (*ear, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, err := h.request(ctx, who, body, "text/event-stream")
	if err != nil {
		return nil, err
	}
	e := &ear{make(chan heard, 1000), cancel}
	go func() {
		defer close(e.from)
		response, err := h.client.Do(r)
		if err != nil {
			return // the test is over
		}
		defer response.Body.Close()
		readSSE(response.Body, e.from)
	}()
	return e, nil
}

func readSSE(body io.Reader, to chan<- heard) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	event := ""
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
			continue
		}
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		switch {
		case !ok:
		case event == "complete":
			to <- heard{end: "end"}
		case event == "next":
			var a outcome
			if json.Unmarshal([]byte(data), &a) != nil {
				return
			}
			to <- heard{outcome: &a}
		}
	}
}

// hear answers the next thing that comes within the time, and whether anything
// did.
func (e *ear) hear(within time.Duration) (heard, bool) {
	select {
	case got, ok := <-e.from:
		return got, ok
	case <-time.After(within):
		return heard{}, false
	}
}

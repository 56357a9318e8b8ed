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

// listen opens a subscription on a socket of its own.
func (h *house) listen(who, query string, v vars) (*ear, error) {
	w, err := h.dial(who)
	if err != nil {
		return nil, err
	}
	if err := w.say("subscribe", "1", map[string]any{"query": query, "variables": v}); err != nil {
		return nil, err
	}
	e := &ear{make(chan heard, 1000), func() { w.Close() }}
	h.t.Cleanup(e.cancel)
	go func() {
		defer close(e.from)
		for w.hear(e.from) {
		}
	}()
	return e, nil
}

// wire is a client's end of a socket that speaks graphql-transport-ws.
type wire struct{ *websocket.Conn }

func (h *house) dial(who string) (*wire, error) {
	credential, err := h.credential(who)
	if err != nil {
		return nil, err
	}
	d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: patience}
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
	switch m.Type {
	case "next":
		var a outcome
		if json.Unmarshal(m.Payload, &a) != nil {
			return false
		}
		to <- heard{outcome: &a}
	case "error":
		var a outcome
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

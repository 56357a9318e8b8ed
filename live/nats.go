package live

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
)

// hintSubject is where nodes tell each other of news.
const hintSubject = "veche.live"

// hint says that a stream has reached a number.
type hint struct {
	Stream Stream `json:"s"`
	Seq    int64  `json:"n"`
	// From keeps a node from hearing itself.
	From string `json:"f"`
}

// Join lets this node tell others of what it writes, and hear what they write,
// through NATS. Hints may be lost or come twice: they only make Log.Tail look
// sooner. The answer leaves.
func (h *Hub) Join(url, node string) (leave func(), err error) {
	conn, err := nats.Connect(url, nats.Name("veche "+node), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			slog.Warn("NATS is out of reach; other nodes' news come by polling", "error", err)
		}),
		nats.ReconnectHandler(func(*nats.Conn) { slog.Info("NATS is back") }))
	if err != nil {
		return nil, fmt.Errorf("join NATS at %s: %w", url, err)
	}
	_, err = conn.Subscribe(hintSubject, func(m *nats.Msg) {
		var n hint
		if json.Unmarshal(m.Data, &n) == nil && n.From != node {
			h.Hint()
		}
	})
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("hear of other nodes' news: %w", err)
	}
	if err := h.signals.join(conn, node); err != nil {
		conn.Close()
		return nil, err
	}
	if conn.IsConnected() { // so that what is said from now on is heard
		if err := conn.FlushTimeout(farewell); err != nil {
			slog.Debug("NATS takes its time", "error", err)
		}
	}
	h.mu.Lock()
	h.told = func(s Stream, seq int64) {
		text, err := json.Marshal(hint{s, seq, node})
		if err == nil {
			err = conn.Publish(hintSubject, text) // into a buffer: this waits for nobody
		}
		if err != nil {
			slog.Debug("a hint was not sent", "stream", s, "error", err)
		}
	}
	h.mu.Unlock()
	return func() { h.part(conn) }, nil
}

// farewell is how long a node that leaves waits for its last words to be heard.
const farewell = time.Second

// part says goodbye and closes the connection.
func (h *Hub) part(conn *nats.Conn) {
	h.signals.leave()
	if err := conn.FlushTimeout(farewell); err != nil {
		slog.Debug("other nodes were not told that this one leaves", "error", err)
	}
	conn.Close()
}

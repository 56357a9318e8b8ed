package live

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"sync"

	"github.com/nats-io/nats.go"
)

// signalSubject is before the names of signals; what nodes say there is kept
// nowhere.
const signalSubject = "veche.signal."

// Signals are what nodes tell each other of things that pass, such as who is
// here: what is not heard at once is never heard. Where there is one node they
// go nowhere.
type Signals struct {
	mu   sync.Mutex
	ears map[string]func(from string, body []byte)
	// send is set while other nodes can be reached.
	send func(name string, s signal) error
}

// signal is one on its way.
type signal struct {
	// From keeps a node from hearing itself.
	From string          `json:"f"`
	Body json.RawMessage `json:"b,omitempty"`
	Gone bool            `json:"gone,omitempty"`
}

// Signals are what nodes tell each other beside the log.
func (h *Hub) Signals() *Signals { return h.signals }

// Hear has hear called with every signal of the name from other nodes, one after
// the other; with no body when a node leaves. There is one who hears a name.
func (s *Signals) Hear(name string, hear func(from string, body []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ears[name] = hear
}

// Joined says whether other nodes may hear.
func (s *Signals) Joined() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send != nil
}

// Send tells the other nodes. It waits for nobody.
func (s *Signals) Send(name string, body any) {
	s.mu.Lock()
	send := s.send
	s.mu.Unlock()
	if send == nil {
		return
	}
	text, err := json.Marshal(body)
	if err == nil {
		err = send(name, signal{Body: text})
	}
	if err != nil {
		slog.Debug("a signal was not sent", "name", name, "error", err)
	}
}

// join lets signals pass through NATS.
func (s *Signals) join(conn *nats.Conn, node string) error {
	_, err := conn.Subscribe(signalSubject+"*", func(m *nats.Msg) {
		var got signal
		if json.Unmarshal(m.Data, &got) == nil && got.From != node {
			s.heard(m.Subject[len(signalSubject):], got)
		}
	})
	if err != nil {
		return fmt.Errorf("hear other nodes' signals: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send = func(name string, sent signal) error {
		sent.From = node
		text, err := json.Marshal(sent)
		if err != nil {
			return err
		}
		return conn.Publish(signalSubject+name, text) // into a buffer: this waits for nobody
	}
	return nil
}

func (s *Signals) heard(name string, got signal) {
	s.mu.Lock()
	hear := s.ears[name]
	s.mu.Unlock()
	switch {
	case hear == nil:
	case got.Gone:
		hear(got.From, nil)
	default:
		hear(got.From, got.Body)
	}
}

// leave tells the other nodes that this one is gone.
func (s *Signals) leave() {
	s.mu.Lock()
	send, ears := s.send, maps.Clone(s.ears)
	s.send = nil
	s.mu.Unlock()
	if send == nil {
		return
	}
	for name := range ears {
		if err := send(name, signal{Gone: true}); err != nil {
			slog.Debug("a farewell was not sent", "name", name, "error", err)
		}
	}
}

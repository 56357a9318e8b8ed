package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// serveRaw is the bare server: a GET opens a socket for a topic, a POST is
// written to all of its sockets.
func serveRaw(addr string) error {
	s := &square{topics: map[string]*topic{}}
	return http.ListenAndServe(addr, s)
}

type square struct {
	mu     sync.Mutex
	topics map[string]*topic
}

func (s *square) topic(name string) *topic {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[name]
	if t == nil {
		t = &topic{sockets: map[*websocket.Conn]bool{}, posts: make(chan string, 1000)}
		s.topics[name] = t
		go t.tell()
	}
	return t
}

var upgrader = websocket.Upgrader{Subprotocols: []string{"graphql-transport-ws"}}

func (s *square) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := s.topic(r.URL.Query().Get("topic"))
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		t.posts <- string(body)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has told the client
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sockets[ws] = true
	go t.read(ws) // and the request's goroutine ends, which saves its memory
}

type topic struct {
	mu      sync.Mutex
	sockets map[*websocket.Conn]bool
	posts   chan string
}

// read hears nothing but the end.
func (t *topic) read(ws *websocket.Conn) {
	for {
		if _, _, err := ws.NextReader(); err != nil {
			break
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sockets, ws)
	_ = ws.Close() // the client went first
}

// tell writes each post to every socket, one after the other.
func (t *topic) tell() {
	number := 0
	for body := range t.posts {
		number++
		text := message(number, body)
		t.mu.Lock()
		for ws := range t.sockets {
			_ = ws.WriteMessage(websocket.TextMessage, text) // its reader notices
		}
		t.mu.Unlock()
	}
}

// message is shaped as Veche's are. Ids and cursor are of the same length, and
// the same for all sockets.
func message(number int, body string) []byte {
	return fmt.Appendf(nil, `{"type":"next","id":"01234567-89ab-cdef-0123-456789abcdef","payload":{"data":{"topicEvents":{"__typename":"PostAdded",`+
		`"cursor":"eyJsIjoibGl2ZSB0b3BpYzp0b3BpY18wMWh6enp6enp6enp6enp6enp6enp6enoiLCJ2IjpbeyJpIjoxMH1dfQ","post":{"id":"post_01hzzzzzzzzzzzzzzzzzzzzzzz","number":%d,"body":"%s",`+
		`"author":{"handle":"member-0","name":"Member Number 0"}}}}}}`, number, body)
}

// bodiless is how long a message is without the post's body.
var bodiless = len(message(10, ""))

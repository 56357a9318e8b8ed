package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// target is the server as one client sees it.
type target struct {
	addr string
	from string // what a proxy says of where the client is; nothing without one
	http *http.Client
}

func newTarget(addr, from string) *target {
	return &target{addr, from, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}, Timeout: time.Minute}}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and maps of them
	}
	return data
}

func (t *target) post(ctx context.Context, kind string, body []byte) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+t.addr+"/graphql", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", kind)
	return t.do(r)
}

func (t *target) get(ctx context.Context, query string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.addr+"/graphql?query="+url.QueryEscape(query), nil)
	if err != nil {
		return "", err
	}
	return t.do(r)
}

// do answers the status and the code of the first error.
func (t *target) do(r *http.Request) (string, error) {
	if t.from != "" {
		r.Header.Set("X-Forwarded-For", t.from)
	}
	response, err := t.http.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	return verdict(response)
}

func verdict(response *http.Response) (string, error) {
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	var said answer
	if err := json.Unmarshal(text, &said); err != nil {
		return "", fmt.Errorf("status %d with %.100q: %w", response.StatusCode, text, err)
	}
	return fmt.Sprintf("%d %s", response.StatusCode, said.code()), nil
}

type answer struct {
	Errors []struct {
		Extensions struct{ Code string }
	}
}

func (a answer) code() string {
	if len(a.Errors) == 0 {
		return "OK"
	}
	return a.Errors[0].Extensions.Code
}

// open opens a socket that is ready for operations.
func (t *target) open(ctx context.Context) (*websocket.Conn, error) {
	d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: 30 * time.Second}
	header := http.Header{}
	if t.from != "" {
		header.Set("X-Forwarded-For", t.from)
	}
	conn, response, err := d.DialContext(ctx, "ws://"+t.addr+"/graphql", header)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute)) // cannot fail: it is open
	err = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init"}`))
	if err == nil {
		_, _, err = conn.ReadMessage()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// say asks one thing on a socket, and answers the code or how the socket ended.
func (t *target) say(ctx context.Context, query string) (string, error) {
	conn, err := t.open(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.WriteMessage(websocket.TextMessage, operation("1", query)) // the answer says it
	_, text, err := conn.ReadMessage()
	if err != nil {
		return ending(err)
	}
	var said struct{ Payload json.RawMessage }
	var told answer
	if err := errors.Join(json.Unmarshal(text, &said), json.Unmarshal(said.Payload, &told.Errors)); err != nil {
		return "", err
	}
	return told.code(), nil
}

func operation(id, query string) []byte {
	return encode(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": query}})
}

// many asks as much on one socket before it reads anything.
func (t *target) many(ctx context.Context, n int) (string, error) {
	conn, err := t.open(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	for i := range n {
		if conn.WriteMessage(websocket.TextMessage, operation(fmt.Sprint(i), "{ topics { nodes { id title author { name } } } }")) != nil {
			break
		}
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	for ended := 0; ended < n; {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return ending(err)
		}
		if !bytes.HasPrefix(text, []byte(`{"type":"next"`)) {
			ended++
		}
	}
	return "all answered", nil
}

func ending(err error) (string, error) {
	var theirs *websocket.CloseError
	if errors.As(err, &theirs) {
		return fmt.Sprintf("close %d", theirs.Code), nil
	}
	return "", err
}

// dribble sends a request a little at a time, until the server has had enough.
func (t *target) dribble(ctx context.Context, first, then string) (string, error) {
	conn, err := net.Dial("tcp", t.addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	go func() {
		_, err := io.WriteString(conn, first)
		for i := 0; err == nil; i++ {
			time.Sleep(200 * time.Millisecond)
			_, err = io.WriteString(conn, strings.Replace(then, "%d", fmt.Sprint(i), 1))
		}
	}()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "cut off", nil
	}
	defer response.Body.Close()
	return verdict(response)
}

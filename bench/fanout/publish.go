package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// lines is how many connections publish. Posts that wait for one are late, but
// not in what is measured, which begins when the request is sent.
const lines = 8

// publish sends so many posts to each topic in turn, at the rate, and returns
// when all are accepted.
func (v *venue) publish(rooms []room, each int, rate float64, length int) error {
	turns, errs := make(chan room), make([]error, lines)
	var all sync.WaitGroup
	for i := range lines {
		all.Go(func() { errs[i] = v.write(v.tokens[i], turns, length) })
	}
	begin := time.Now()
	for i := range each * len(rooms) {
		if rate > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
		}
		turns <- rooms[i%len(rooms)]
	}
	close(turns)
	all.Wait()
	return errors.Join(errs...)
}

// write publishes a post for each turn. After an error it lets the turns pass.
func (v *venue) write(token string, turns <-chan room, length int) error {
	l, err := v.line()
	if err == nil {
		defer l.Close()
	}
	for in := range turns {
		if err != nil {
			continue
		}
		path, request := v.post(in, stamped(length))
		_, err = l.ask(path, token, request)
	}
	return err
}

// stamped is a post's text: the time, then words up to the length.
func stamped(length int) string {
	text := fmt.Sprintf("t=%d ", time.Now().UnixNano())
	return text + padding[:max(0, min(length-len(text), len(padding)))]
}

// padding is as long as a post may be here.
var padding = strings.Repeat("lorem ipsum dolor sit amet consectetur ", 1000)

// line is a connection that speaks plain HTTP/1.1: a client library would take
// from the server the processor that it needs.
type line struct {
	net.Conn
	answers *bufio.Reader
	request bytes.Buffer
}

func (v *venue) line() (*line, error) {
	conn, err := net.Dial("tcp", v.Addr)
	if err != nil {
		return nil, err
	}
	return &line{Conn: conn, answers: bufio.NewReader(conn)}, nil
}

func (l *line) ask(path, token string, body []byte) ([]byte, error) {
	l.request.Reset()
	fmt.Fprintf(&l.request, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, len(body))
	if token != "" {
		fmt.Fprintf(&l.request, "Authorization: Bearer %s\r\n", token)
	}
	l.request.WriteString("\r\n")
	l.request.Write(body)
	if _, err := l.Write(l.request.Bytes()); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(l.answers, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`))) {
		err = fmt.Errorf("%s: %.300s", response.Status, text)
	}
	return text, err
}

package process

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Call is one request.
type Call struct {
	Path  string
	Token string
	Body  []byte
}

// Operation is the request for a GraphQL operation.
func Operation(token, op string, variables map[string]any) Call {
	body, err := json.Marshal(map[string]any{"query": op, "variables": variables})
	if err != nil {
		panic(err) // strings and numbers only
	}
	return Call{Path: "/graphql", Token: token, Body: body}
}

// Result is what a load came to, for one request.
type Result struct {
	PerSecond float64
	P50, P99  time.Duration
	CPU       time.Duration
}

// warmUp is how long the load runs before it is measured, as a part of the
// measured time: what is in memory must have settled.
const warmUp = 1.0

// Load sends requests over so many connections, each as soon as the last is
// answered, and measures after a warm-up.
func Load(s *Server, conns int, each time.Duration, next func(*rand.Rand) Call) (Result, error) {
	warm := time.Duration(float64(each) * warmUp)
	begin := time.Now().Add(warm)
	times, errs := make([][]time.Duration, conns), make([]error, conns)
	var all sync.WaitGroup
	for i := range conns {
		all.Go(func() { times[i], errs[i] = client(s.Addr, uint64(i), begin, begin.Add(each), next) })
	}
	time.Sleep(time.Until(begin))
	before := s.CPU()
	time.Sleep(each)
	used := s.CPU() - before
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return Result{}, err
	}
	took := slices.Concat(times...)
	if len(took) == 0 {
		return Result{}, errors.New("nothing was answered")
	}
	slices.Sort(took)
	return Result{
		PerSecond: float64(len(took)) / each.Seconds(),
		P50:       took[len(took)/2], P99: took[len(took)*99/100],
		CPU: used / time.Duration(len(took)),
	}, nil
}

// Once sends each of the requests once, on one connection.
func Once(s *Server, calls iter.Seq[Call]) error {
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 64<<10)
	var request bytes.Buffer
	for c := range calls {
		c.write(&request)
		if _, err := conn.Write(request.Bytes()); err != nil {
			return err
		}
		if err := take(answers); err != nil {
			return err
		}
	}
	return nil
}

// client speaks plain HTTP/1.1 on one connection: a client library would take
// from the server the processor that is being measured.
func client(addr string, seed uint64, begin, end time.Time, next func(*rand.Rand) Call) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 64<<10)
	r := rand.New(rand.NewPCG(seed, 7))
	var took []time.Duration
	var request bytes.Buffer
	for {
		next(r).write(&request)
		sent := time.Now()
		if sent.After(end) {
			return took, nil
		}
		if _, err := conn.Write(request.Bytes()); err != nil {
			return nil, err
		}
		if err := take(answers); err != nil {
			return nil, err
		}
		if done := time.Now(); sent.After(begin) && done.Before(end) {
			took = append(took, done.Sub(sent))
		}
	}
}

func (c Call) write(to *bytes.Buffer) {
	to.Reset()
	method := "GET"
	if c.Body != nil {
		method = "POST"
	}
	fmt.Fprintf(to, "%s %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", method, c.Path, len(c.Body))
	if c.Token != "" {
		fmt.Fprintf(to, "Authorization: Bearer %s\r\n", c.Token)
	}
	to.WriteString("\r\n")
	to.Write(c.Body)
}

func take(answers *bufio.Reader) error {
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || bytes.Contains(body[:min(len(body), 20)], []byte(`"errors"`)) {
		return fmt.Errorf("%s: %.300s", response.Status, body)
	}
	return nil
}

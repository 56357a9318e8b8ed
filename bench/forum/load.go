package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"veche/bench/process"
	"veche/community"
)

// call is one request.
type call struct {
	path  string
	token string
	body  []byte
}

// result is what a load came to, for one request.
type result struct {
	perSecond float64
	p50, p99  time.Duration
	cpu       time.Duration
}

func (r result) print(posts int, what string, base time.Duration) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("| %d | %s | %.0f | %.2f | %.2f | %.3f | %.2f |\n", posts, what, r.perSecond, ms(r.p50), ms(r.p99), ms(r.cpu), float64(r.cpu)/float64(base))
}

// warmUp is how long the load runs before it is measured, as a part of the
// measured time: what is in memory must have settled.
const warmUp = 1.0

// load sends requests over so many connections, each as soon as the last is
// answered, and measures after a warm-up.
func load(s *process.Server, conns int, each time.Duration, next func(*rand.Rand) call) (result, error) {
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
		return result{}, err
	}
	took := slices.Concat(times...)
	if len(took) == 0 {
		return result{}, errors.New("nothing was answered")
	}
	slices.Sort(took)
	return result{
		perSecond: float64(len(took)) / each.Seconds(),
		p50:       took[len(took)/2], p99: took[len(took)*99/100],
		cpu: used / time.Duration(len(took)),
	}, nil
}

// readAll asks for the page of every topic once.
func readAll(s *process.Server, topics []community.TopicID) error {
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 64<<10)
	var request bytes.Buffer
	for _, id := range topics {
		page("", pageOp, id).write(&request)
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
func client(addr string, seed uint64, begin, end time.Time, next func(*rand.Rand) call) ([]time.Duration, error) {
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

func (c call) write(to *bytes.Buffer) {
	to.Reset()
	method := "GET"
	if c.body != nil {
		method = "POST"
	}
	fmt.Fprintf(to, "%s %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", method, c.path, len(c.body))
	if c.token != "" {
		fmt.Fprintf(to, "Authorization: Bearer %s\r\n", c.token)
	}
	to.WriteString("\r\n")
	to.Write(c.body)
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

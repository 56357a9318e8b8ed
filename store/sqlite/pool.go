package sqlite

import (
	"errors"
	"fmt"
	"sync"
)

// pool holds connections for readers, opened as they are needed. The one that
// was used last is used next: each has a memory of its own for pages.
type pool struct {
	path   string
	places chan struct{} // one for each that may be in use
	closed chan struct{}

	mu   sync.Mutex
	idle []*conn
}

func newPool(path string, size int) *pool {
	return &pool{path: path, places: make(chan struct{}, size), closed: make(chan struct{})}
}

// query runs the statement on a connection of its own; see conn.query.
func (p *pool) query(text string, args []any, each func(row) error) error {
	select {
	case p.places <- struct{}{}:
	case <-p.closed:
		return errClosed
	}
	defer func() { <-p.places }()
	c, err := p.take()
	if err != nil {
		return fmt.Errorf("open %s to read: %w", p.path, err)
	}
	defer p.put(c)
	return c.query(text, args, each)
}

func (p *pool) take() (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return c, nil
	}
	return openConn(p.path, "query_only(1)", "cache_size(-32768)")
}

func (p *pool) put(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
}

// close waits for the readers under way, and lets nobody in again.
func (p *pool) close() error {
	for range cap(p.places) {
		p.places <- struct{}{}
	}
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	p.idle = nil
	close(p.closed)
	return errors.Join(errs...)
}

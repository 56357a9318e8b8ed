package sqlite

import (
	"errors"
	"fmt"
)

// pool holds connections for readers; each place is empty until it is needed.
type pool struct {
	path  string
	conns chan *conn
}

func newPool(path string, size int) *pool {
	p := &pool{path: path, conns: make(chan *conn, size)}
	for range size {
		p.conns <- nil
	}
	return p
}

// query runs the statement on a connection of its own; see conn.query.
func (p *pool) query(text string, args []any, each func(row) error) (err error) {
	c, open := <-p.conns
	if !open {
		return errClosed
	}
	defer func() { p.conns <- c }()
	if c == nil {
		if c, err = openConn(p.path, "query_only(1)", "cache_size(-16384)"); err != nil {
			return fmt.Errorf("open %s to read: %w", p.path, err)
		}
	}
	return c.query(text, args, each)
}

// close waits for the readers under way.
func (p *pool) close() error {
	var errs []error
	for range cap(p.conns) {
		if c := <-p.conns; c != nil {
			errs = append(errs, c.close())
		}
	}
	close(p.conns)
	return errors.Join(errs...)
}

// Package server is the running whole: configuration, HTTP, who asks, and the
// wiring of all parts. It is the only place that reads the environment and that
// writes values into contexts.
//
// Promises: the API answers within a second of the start; on SIGTERM or
// interrupt no new work is taken, sockets are told to come back with their
// cursor, and everything acknowledged is on disk before the process ends.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"veche/server/broadcast"
	"veche/server/limits"
	"veche/server/socket"
	"veche/uploads"
)

// Server serves the community's API.
type Server struct {
	config   Config
	parts    *Parts
	station  *broadcast.Station
	sockets  *socket.Transport
	entrance *limits.Gate
	origins  origins
	proxies  proxies
	streams  *limits.Crowd // sockets and event streams of an address
	readers  *limits.Crowd // subscriptions of an actor
	callers  *limits.Crowd // connections of an address
	http     *http.Server

	draining context.Context // ends when the server begins to stop
	drained  context.CancelFunc

	debug   net.Listener // nil when nobody looks inside
	shelf   *uploads.Shelf
	shelfMu sync.Mutex
	jobs    sync.WaitGroup
}

// New makes a server over the parts. It closes them when it is done.
func New(c Config, p *Parts) *Server {
	s := &Server{config: c, parts: p}
	s.origins, _ = parseOrigins(c.Origins) // what is none was refused by Run, and lets nobody in
	s.proxies, _ = parseProxies(c.Proxies)
	if s.limited() {
		most := c.bounds().Open
		s.streams, s.readers, s.callers = limits.NewCrowd(most), limits.NewCrowd(most), limits.NewCrowd(most)
	}
	s.draining, s.drained = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnState:         s.connection,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	s.gauges()
	return s
}

// drainTime is how long a stop waits for requests and sockets to end.
const drainTime = 10 * time.Second

// Serve answers on the listener until ctx ends, then drains and closes all.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.jobs.Go(func() { s.parts.prune(work) })
	s.jobs.Go(func() { s.parts.reveal(work) })
	s.jobs.Go(func() { s.parts.Log.Tail(work) })
	s.jobs.Go(func() { s.parts.Index.Run(work) })
	s.jobs.Go(func() { s.station.Patrol(work) })
	s.jobs.Go(func() { tidy(work) })
	s.jobs.Go(func() { s.serveDebug(work) })
	for _, c := range s.parts.consumers() {
		s.jobs.Go(func() { s.parts.Log.Consume(work, c) })
	}
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(l) }()
	var failed error
	select {
	case failed = <-served:
	case <-ctx.Done():
		slog.Info("stopping: no new work, sockets are told to come back")
		failed = s.drain()
	}
	stop()
	s.jobs.Wait()
	return errors.Join(failed, s.closeShelf(), s.parts.Close())
}

func (s *Server) drain() error {
	s.drained()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := s.sockets.Drain(ctx)
	if err := errors.Join(err, s.http.Shutdown(ctx)); err != nil {
		return fmt.Errorf("drain: %w", errors.Join(err, s.http.Close()))
	}
	return nil
}

// OpenMedia reaches the media store, or starts the embedded gateway. The API
// serves meanwhile.
func (s *Server) OpenMedia(ctx context.Context) error {
	shelf, err := openShelf(ctx, s.config)
	if err != nil {
		return err
	}
	s.shelfMu.Lock()
	defer s.shelfMu.Unlock()
	s.shelf = shelf
	slog.Info("media are kept", "endpoint", shelf.Endpoint())
	return nil
}

func (s *Server) media() *uploads.Shelf {
	s.shelfMu.Lock()
	defer s.shelfMu.Unlock()
	return s.shelf
}

func (s *Server) closeShelf() error {
	if shelf := s.media(); shelf != nil {
		return shelf.Close()
	}
	return nil
}

// Run opens everything and serves until ctx ends.
func Run(ctx context.Context, c Config) error {
	if err := c.check(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	parts, err := Assemble(ctx, c, nil)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if c.NATSURL != "" {
		leave, err := parts.Log.Hub().Join(c.NATSURL, rand.Text())
		if err != nil {
			return errors.Join(err, parts.Close(), l.Close())
		}
		defer leave()
	}
	s := New(c, parts)
	if err := s.listenDebug(); err != nil {
		return errors.Join(err, parts.Close(), l.Close())
	}
	ctx, stop := context.WithCancelCause(ctx)
	s.jobs.Go(func() {
		if err := s.OpenMedia(ctx); err != nil && ctx.Err() == nil {
			stop(err)
		}
	})
	slog.Info("serving", "url", "http://"+l.Addr().String()+"/", "store", storeName(c))
	err = s.Serve(ctx, l)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

func storeName(c Config) string {
	if c.MongoDBURI != "" {
		return "MongoDB"
	}
	return "SQLite in " + c.Data
}

package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
)

// listenDebug takes the private address, if there is to be one.
func (s *Server) listenDebug() (err error) {
	if s.config.DebugListen == "" {
		return nil
	}
	if s.debug, err = net.Listen("tcp", s.config.DebugListen); err != nil {
		return fmt.Errorf("listen for who looks inside: %w", err)
	}
	slog.Info("the inside shows", "metrics", "http://"+s.debug.Addr().String()+"/metrics")
	return nil
}

// serveDebug answers on the private address until ctx ends.
func (s *Server) serveDebug(ctx context.Context) {
	if s.debug == nil {
		return
	}
	if err := s.parts.Lookout.Serve(ctx, s.debug); err != nil {
		slog.ErrorContext(ctx, "nobody can look inside any more", "error", err)
	}
}

// gauges are the numbers that are told as they are when somebody looks.
func (s *Server) gauges() {
	l := s.parts.Lookout
	l.Gauge("veche_sockets_open", "Sockets that are open.", func() float64 { return float64(s.sockets.Sockets()) })
	l.Gauge("veche_outbox_messages", "Messages that wait in the outboxes of all sockets.", func() float64 {
		all, _ := s.sockets.Waiting()
		return float64(all)
	})
	l.Gauge("veche_outbox_fullest", "Messages that wait in the fullest outbox.", func() float64 {
		_, most := s.sockets.Waiting()
		return float64(most)
	})
	l.Gauge("veche_broadcast_readers", "Subscriptions that are open.", func() float64 { return float64(s.station.Readers()) })
	l.Gauge("veche_broadcast_groups", "Executions that serve them.", func() float64 { return float64(s.station.Groups()) })
	l.Counter("veche_broadcast_messages_total", "Messages that readers took.", func() float64 {
		sent, _ := s.station.Sent()
		return float64(sent)
	})
	l.Counter("veche_broadcast_sent_back_total", "Times that a reader had no room and went back to the log.", func() float64 {
		_, back := s.station.Sent()
		return float64(back)
	})
	if engine, ok := s.parts.engine.(interface{ Cached() int }); ok {
		l.Gauge("veche_store_cached_documents", "Documents in memory, about.", func() float64 { return float64(engine.Cached()) })
	}
	l.Gauges("veche_log_lag_entries", "Entries of the log that a consumer has not seen.", "consumer", s.lags)
}

// lags are how far behind the log each consumer is.
func (s *Server) lags(ctx context.Context) (map[string]float64, error) {
	found := map[string]float64{}
	for _, c := range s.parts.consumers() {
		behind, err := s.parts.Log.Lag(ctx, c.Name)
		if err != nil {
			return nil, err
		}
		found[c.Name] = float64(behind)
	}
	return found, nil
}

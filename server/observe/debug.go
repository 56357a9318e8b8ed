package observe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Debug is what a private address answers: /metrics, and /debug/pprof/ which
// shows the inside of the process to whoever asks.
func (l *Lookout) Debug() http.Handler {
	mux := http.NewServeMux()
	if l.numbers != nil {
		mux.Handle("GET /metrics", promhttp.HandlerFor(l.numbers.registry, promhttp.HandlerOpts{
			ErrorLog: slog.NewLogLogger(l.log().Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4,
		}))
	}
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// Serve answers Debug on the listener until ctx ends.
func (l *Lookout) Serve(ctx context.Context, on net.Listener) error {
	if host, _, _ := net.SplitHostPort(on.Addr().String()); !net.ParseIP(host).IsLoopback() {
		l.log().Warn("whoever reaches the debug address sees the inside of the process", "address", on.Addr().String())
	}
	s := &http.Server{Handler: l.Debug(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := s.Serve(on); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the debug address: %w", err)
	}
	return nil
}

// Gauge has a number asked for whenever somebody looks.
func (l *Lookout) Gauge(name, help string, now func() float64) {
	if l.numbers != nil {
		l.numbers.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, now))
	}
}

// Counter is Gauge for what only grows.
func (l *Lookout) Counter(name, help string, now func() float64) {
	if l.numbers != nil {
		l.numbers.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, now))
	}
}

// Gauges is Gauge for a number of each of several things, under a label. What
// cannot be told now is left out, with a line in the log.
func (l *Lookout) Gauges(name, help, label string, now func(context.Context) (map[string]float64, error)) {
	if l.numbers != nil {
		l.numbers.registry.MustRegister(&several{prometheus.NewDesc(name, help, []string{label}, nil), now, l})
	}
}

// several is a collector of Gauges.
type several struct {
	desc *prometheus.Desc
	now  func(context.Context) (map[string]float64, error)
	l    *Lookout
}

// Describe tells of the one series.
func (s *several) Describe(to chan<- *prometheus.Desc) { to <- s.desc }

// looking is how long a look may take.
const looking = 3 * time.Second

// Collect looks.
func (s *several) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), looking)
	defer cancel()
	found, err := s.now(ctx)
	if err != nil {
		s.l.log().Warn("a number cannot be told", "of", s.desc.String(), "error", err)
		return
	}
	for name, value := range found {
		to <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, value, name)
	}
}

// Package observe tells whoever runs the server what it does: a line in the log
// for operations, numbers for Prometheus, and traces for OpenTelemetry.
//
// Promises: what is not asked for is not paid for; nothing that is told holds a
// variable, a token, an address or a text that somebody wrote; of people there
// is the member's id alone, in the log; no label of a number is a value that
// clients choose, so there are never more series than the code has names.
package observe

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"veche/store"
)

// Options say what is observed. The zero value logs slow and failed operations.
type Options struct {
	// Requests is which operations are logged at level info: "slow" (the
	// default), "all", or "off" for none at any level.
	Requests string
	// Numbers has everything counted, for Numbers to tell.
	Numbers bool
	// Spans takes the spans of traces; nil makes none.
	Spans sdk.SpanExporter
	// Log is where lines go; slog's default when it is nil.
	Log *slog.Logger
}

// Lookout sees all that the server does.
type Lookout struct {
	o       Options
	numbers *numbers // nil when nobody counts
	tracing *tracing // nil when there are no traces
}

// New makes a lookout.
func New(o Options) *Lookout {
	l := &Lookout{o: o}
	if o.Numbers {
		l.numbers = newNumbers()
	}
	if o.Spans != nil {
		l.tracing = newTracing(o.Spans)
	}
	return l
}

// Open makes a lookout that sends traces if the environment of the process says
// where to (OTEL_EXPORTER_OTLP_ENDPOINT and the rest of OpenTelemetry's).
func Open(ctx context.Context, o Options) (*Lookout, error) {
	if traced() {
		var err error
		if o.Spans, err = exporter(ctx); err != nil {
			return nil, err
		}
	}
	return New(o), nil
}

// Close sends the spans that wait. That nobody takes them is no reason to fail.
func (l *Lookout) Close() {
	if l.tracing == nil {
		return
	}
	if err := l.tracing.close(); err != nil {
		l.log().Warn("the last traces could not be sent", "error", err)
	}
}

// idle says that nothing at all is asked for.
func (l *Lookout) idle() bool { return l.o.Requests == "off" && l.numbers == nil && l.tracing == nil }

// log is read late: the default may be set after the lookout was made.
func (l *Lookout) log() *slog.Logger {
	if l.o.Log != nil {
		return l.o.Log
	}
	return slog.Default()
}

// Operations is what sees operations, to be used by gqlgen's handler before its
// other extensions.
func (l *Lookout) Operations(use func(graphql.HandlerExtension)) {
	if l.idle() {
		return
	}
	use(operations{l})
	if l.tracing != nil {
		use(roots{l.tracing})
	}
}

// HTTP sees the requests that next answers.
func (l *Lookout) HTTP(next http.Handler) http.Handler {
	if l.idle() {
		return next
	}
	next = l.exchanges(next)
	if l.tracing != nil {
		next = l.tracing.http(next)
	}
	return next
}

// Store sees what is done with documents. It is s itself when nobody asks.
func (l *Lookout) Store(s store.Store) store.Store {
	if l.numbers == nil && l.tracing == nil {
		return s
	}
	return &engine{ops{l, s}, s}
}

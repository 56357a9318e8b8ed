package observe

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// traced says whether the environment says where traces go.
func traced() bool {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return false
	}
	switch os.Getenv("OTEL_TRACES_EXPORTER") {
	case "", "otlp":
		return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	}
	return false
}

// exporter sends spans as the environment says. Of the protocols there is
// OTLP over HTTP alone.
func exporter(ctx context.Context) (sdk.SpanExporter, error) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := os.Getenv(name); protocol != "" && protocol != "http/protobuf" {
			return nil, fmt.Errorf("trace: %s is %q, and only http/protobuf is spoken", name, protocol)
		}
	}
	e, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("traces could not be sent", "error", err) }))
	return e, nil
}

// tracing makes spans.
type tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// newTracing samples as OTEL_TRACES_SAMPLER says, and takes other attributes of
// the process from the environment too.
func newTracing(to sdk.SpanExporter) *tracing {
	named := resource.NewSchemaless(attribute.String("service.name", "veche"))
	if all, err := resource.Merge(named, resource.Environment()); err == nil {
		named = all
	}
	p := sdk.NewTracerProvider(sdk.WithBatcher(to), sdk.WithResource(named))
	return &tracing{p, p.Tracer("veche")}
}

// closing is how long the last spans may take.
const closing = 5 * time.Second

func (t *tracing) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// http goes on with the trace that the client began. Sockets are let through:
// what comes by one are traces of their own.
func (t *tracing) http(next http.Handler) http.Handler {
	return anonymous(next, otelhttp.NewMiddleware("/graphql",
		otelhttp.WithTracerProvider(t.provider), otelhttp.WithMeterProvider(noop.NewMeterProvider()),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.Header.Get("Upgrade") == "" }),
		otelhttp.WithSpanNameFormatter(func(string, *http.Request) string { return "/graphql" }),
	))
}

type wholeKey struct{}

// anonymous shows the middleware nothing of the request that tells who asks: it
// would put the client's address and browser into the span.
func anonymous(next http.Handler, middleware func(http.Handler) http.Handler) http.Handler {
	inside := middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		whole := r.Context().Value(wholeKey{}).(*http.Request).WithContext(r.Context())
		whole.Body = r.Body
		next.ServeHTTP(w, whole)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bare := r.WithContext(context.WithValue(r.Context(), wholeKey{}, r))
		bare.RemoteAddr, bare.Host, bare.Header = "", "", http.Header{}
		for _, name := range []string{"Traceparent", "Tracestate", "Upgrade"} {
			if values := r.Header.Values(name); len(values) > 0 {
				bare.Header[name] = values
			}
		}
		inside.ServeHTTP(w, bare)
	})
}

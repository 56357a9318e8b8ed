package observe

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"veche/store"
)

// operation opens the span of an operation. Over a socket it is a trace of its
// own, as is an event: the request that opened the socket, or the first reader's,
// is long over and has nothing to do with it.
func (t *tracing) operation(ctx context.Context, d *deed) (context.Context, trace.Span) {
	attributes := []attribute.KeyValue{attribute.String("graphql.operation.type", d.kind)}
	if name := d.name(); name != "" {
		attributes = append(attributes, attribute.String("graphql.operation.name", name))
	}
	options := []trace.SpanStartOption{trace.WithTimestamp(d.began), trace.WithAttributes(attributes...)}
	if d.outlet == nil {
		options = append(options, trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer))
	}
	return t.tracer.Start(ctx, d.kind, options...)
}

func endOperation(span trace.Span, out outcome) {
	if len(out.codes) > 0 {
		span.SetAttributes(attribute.String("graphql.error.codes", strings.Join(out.codes, " ")))
	}
	if out.failed() {
		span.SetStatus(codes.Error, out.code())
	}
	span.End()
}

// roots is the extension of gqlgen's handler that makes a span of each root
// field.
type roots struct{ *tracing }

var _ interface {
	graphql.HandlerExtension
	graphql.RootFieldInterceptor
} = roots{}

// ExtensionName names it among the handler's extensions.
func (roots) ExtensionName() string { return "RootFields" }

// Validate has nothing to check in a schema.
func (roots) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptRootField makes the span, named after the field in the schema.
func (r roots) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field, name := graphql.GetRootFieldContext(ctx).Field, "root"
	if field.ObjectDefinition != nil {
		name = field.ObjectDefinition.Name + "." + field.Name
	}
	ctx, span := r.child(ctx, name)
	defer span.End()
	return next(ctx)
}

// store opens the span of something that is done with documents.
func (t *tracing) store(ctx context.Context, v verb, c *store.Spec) (context.Context, trace.Span) {
	name, attributes := v.String(), []attribute.KeyValue{attribute.String("db.operation.name", v.String())}
	if c != nil {
		name, attributes = name+" "+c.Name, append(attributes, attribute.String("db.collection.name", c.Name))
	}
	return t.child(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
}

func endStore(span trace.Span, failed bool) {
	if failed { // why is in the log: an error's text may hold ids
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// child opens a span within one that is recorded, and none elsewhere: what the
// server does by itself would be a trace for each read.
func (t *tracing) child(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, nowhere
	}
	return t.tracer.Start(ctx, name, options...)
}

// nowhere is a span that nothing is told to.
var nowhere = trace.SpanFromContext(context.Background())

package observe

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/trace"

	"veche/community"
	"veche/resolvers"
)

// CostKey is under what the cost of an operation, an int, is looked for among
// the extensions of its Stats. Whoever reckons it sets it before execution.
const CostKey = "veche.cost"

// operations is the extension of gqlgen's handler that sees each operation once:
// a query or mutation by its response, one that was refused by the errors, and
// each execution for a group of readers by its event. How subscriptions begin is
// told by the station (Subscribed): their execution alone does not show it.
type operations struct{ *Lookout }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = operations{}

// ExtensionName names it among the handler's extensions.
func (operations) ExtensionName() string { return "Operations" }

// Validate has nothing to check in a schema.
func (operations) Validate(graphql.ExecutableSchema) error { return nil }

// pendingKey is where an operation is marked from its creation until it is
// dispatched: if its first response comes before that, it was refused.
const pendingKey = "veche.pending"

// MutateOperationParameters marks the operation as one that was just created.
func (operations) MutateOperationParameters(ctx context.Context, _ *graphql.RawParams) *gqlerror.Error {
	graphql.GetOperationContext(ctx).Stats.SetExtension(pendingKey, true)
	return nil
}

// The types of operations beside GraphQL's own.
const (
	typeEvent = "event"   // an execution of a subscription for all of a group
	typeNone  = "refused" // there is no valid document that would tell
)

// deed is an operation while it runs.
type deed struct {
	op      *graphql.OperationContext
	kind    string
	began   time.Time
	viewer  community.Viewer
	outlet  *exchange // nil unless over HTTP
	reads   *tally    // nil when nobody counts
	span    trace.Span
	settled bool
}

// InterceptOperation sees what is executed.
func (o operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	d := &deed{op: op, kind: string(op.Operation.Operation)}
	if op.Operation.Operation == ast.Subscription {
		if resolvers.TurnFrom(ctx).Event == nil {
			op.Stats.SetExtension(pendingKey, false)
			return next(ctx)
		}
		d.kind, d.began = typeEvent, time.Now() // the operation's own start is that of its first reader
	} else {
		op.Stats.SetExtension(pendingKey, false)
		d.began, d.viewer, d.outlet = op.Stats.OperationStart, resolvers.RequestFrom(ctx).Viewer, exchangeFrom(ctx)
	}
	ctx = o.begin(ctx, d)
	respond := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		r := respond(ctx)
		o.settle(ctx, d, r)
		return r
	}
}

// begin counts the operation's reads and opens its span.
func (o operations) begin(ctx context.Context, d *deed) context.Context {
	if o.numbers != nil {
		d.reads = &tally{}
		ctx = context.WithValue(ctx, tallyKey{}, d.reads)
	}
	if o.tracing != nil {
		ctx, d.span = o.tracing.operation(ctx, d)
	}
	return ctx
}

// InterceptResponse sees the errors of operations that were never executed.
func (o operations) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	r := next(ctx)
	if pending, _ := op.Stats.GetExtension(pendingKey).(bool); pending && r != nil {
		op.Stats.SetExtension(pendingKey, false)
		d := &deed{op: op, kind: typeNone, began: op.Stats.OperationStart, viewer: resolvers.RequestFrom(ctx).Viewer, outlet: exchangeFrom(ctx)}
		if op.Operation != nil {
			d.kind = string(op.Operation.Operation)
		}
		if o.tracing != nil {
			_, d.span = o.tracing.operation(ctx, d)
		}
		o.settle(ctx, d, r)
	}
	return r
}

// Subscribed is told how a subscription began; without errors, it goes on.
func (l *Lookout) Subscribed(ctx context.Context, op *graphql.OperationContext, errs gqlerror.List) {
	if l.idle() {
		return
	}
	d := &deed{op: op, kind: string(ast.Subscription), began: op.Stats.OperationStart, viewer: resolvers.RequestFrom(ctx).Viewer, outlet: exchangeFrom(ctx)}
	if l.tracing != nil {
		_, d.span = l.tracing.operation(ctx, d)
	}
	l.settle(ctx, d, &graphql.Response{Errors: errs})
}

// settle tells of an operation, once: a handler is asked again for a response
// after the last.
func (l *Lookout) settle(ctx context.Context, d *deed, r *graphql.Response) {
	if d.settled {
		return
	}
	d.settled = true
	out := outcomeOf(ctx, d, r)
	if l.numbers != nil {
		l.numbers.settle(d, out)
	}
	if d.span != nil {
		endOperation(d.span, out)
	}
	l.tell(ctx, d, out)
}

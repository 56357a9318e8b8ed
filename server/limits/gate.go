package limits

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
	"veche/server/observe"
)

// kept is how many documents are kept parsed, validated and reckoned.
const kept = 1000

// Gate stands before the executor. Documents and Costs are its two halves, to be
// used as extensions of gqlgen's handler.
type Gate struct {
	bounds  Bounds
	schema  *ast.Schema
	budgets *Budgets // nil: nobody pays
	cache   *lru.LRU[*ast.QueryDocument]
	prices  *otter.Cache[*ast.OperationDefinition, *price]
	turn    chan struct{} // as many as may read at a time
	// patience is for those who pay; nil if nobody does.
	patience *Patience
}

// New makes a gate. Without budgets nobody pays.
func New(b Bounds, schema *ast.Schema, budgets *Budgets) *Gate {
	g := &Gate{
		bounds: b.WithDefaults(), schema: schema, budgets: budgets, cache: lru.New[*ast.QueryDocument](kept),
		prices: otter.Must(&otter.Options[*ast.OperationDefinition, *price]{MaximumSize: 2 * kept}),
		turn:   turns(),
	}
	if budgets != nil {
		g.patience = NewPatience()
	}
	return g
}

// Patience is with those who are refused; nil if nobody has to wait.
func (g *Gate) Patience() *Patience { return g.patience }

// Cache is where the executor is to keep documents that are valid: what is in
// there is not measured again.
func (g *Gate) Cache() graphql.Cache[*ast.QueryDocument] { return g.cache }

// MaxTokens bounds what the executor parses.
func (g *Gate) MaxTokens() int { return maxTokens }

// Documents refuses operations by what is seen before they are valid. It comes
// behind the extensions that find documents.
type Documents struct{ *Gate }

// Costs refuses operations by what they cost. It comes before extensions that
// keep something of a valid operation.
type Costs struct{ *Gate }

var (
	_ graphql.OperationParameterMutator = Documents{}
	_ graphql.OperationParameterMutator = Costs{}
	_ graphql.OperationContextMutator   = Costs{}
	_ graphql.ResponseInterceptor       = Costs{}
	_ graphql.HandlerExtension          = Documents{}
	_ graphql.HandlerExtension          = Costs{}
)

// ExtensionName names it among the handler's extensions.
func (Documents) ExtensionName() string { return "LimitedDocuments" }

// ExtensionName names it among the handler's extensions.
func (Costs) ExtensionName() string { return "Costs" }

// Validate has nothing to check in a schema.
func (*Gate) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters refuses a document that nobody should parse or
// validate, and one that is not valid. One that is not known costs a little for
// its length alone.
func (d Documents) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	if err := variablesFit(p.Variables); err != nil {
		return gqlerror.Wrap(err)
	}
	if _, known := d.cache.Get(ctx, p.Query); known {
		return nil
	}
	if _, err := d.pay(ctx, 1+len(p.Query)/textPoints); err != nil {
		return gqlerror.Wrap(err)
	}
	return d.read(ctx, p.Query)
}

// textPoints is how many bytes of a document that is not known cost a point.
const textPoints = 50

// largeBody is where bodies begin to cost, and bodyPoints how many bytes of one
// cost a point: it is copied and decoded before anything is known of it.
const (
	largeBody  = 16 << 10
	bodyPoints = 500
)

// Body has who asks pay for a body or a message of a length; -1 is one that is
// not known.
func (g *Gate) Body(ctx context.Context, length int64) error {
	if length >= 0 && length < largeBody {
		return nil
	}
	if length < 0 {
		length = largeBody
	}
	_, err := g.pay(ctx, int(min(length, 1<<20)/bodyPoints))
	return err
}

// Work has who asks pay for what is no operation.
func (g *Gate) Work(ctx context.Context, points int) error {
	_, err := g.pay(ctx, points)
	return err
}

// MutateOperationParameters has who names a document by its hash pay a point:
// one that is not known is looked for in the store.
func (c Costs) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	if p.Query != "" {
		return nil
	}
	if _, err := c.pay(ctx, 1); err != nil {
		return gqlerror.Wrap(err)
	}
	return nil
}

// told is what extensions.cost says.
type told struct {
	Cost  int `json:"cost"`
	Limit int `json:"limit"`
	// Left is what is left of the budget, if there is one.
	Left *int `json:"left,omitempty"`
}

// MutateOperationContext refuses an operation that costs too much, or that the
// actor has no points for.
func (c Costs) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	cost := c.price(op.Operation).of(op.Variables)
	if err := over("points of cost", c.bounds.Cost, cost); err != nil {
		return gqlerror.Wrap(err)
	}
	left, err := c.pay(ctx, cost)
	if err != nil {
		return gqlerror.Wrap(err)
	}
	op.Stats.SetExtension(observe.CostKey, cost)
	if asked, _ := op.Extensions[costDirective].(bool); asked {
		op.Stats.SetExtension(costDirective, told{cost, c.bounds.Cost, left})
	}
	return nil
}

func (g *Gate) price(operation *ast.OperationDefinition) *price {
	p, ok := g.prices.GetIfPresent(operation)
	if !ok {
		p = reckon(g.schema, operation)
		g.prices.Set(operation, p)
	}
	return p
}

// pay takes points from the budget of who asks, and answers what is left.
func (g *Gate) pay(ctx context.Context, points int) (*int, error) {
	if g.budgets == nil {
		return nil, nil
	}
	request, rate := resolvers.RequestFrom(ctx), g.bounds.Member
	if !request.Viewer.SignedIn() {
		rate = g.bounds.Guest
	}
	left, wait := g.budgets.spend(ctx, Actor(request), min(points, rate), rate)
	if wait > 0 {
		return nil, community.RateLimited(wait)
	}
	return &left, nil
}

// EventPrice is what each event of a subscription costs, in points: what its
// operation does, less the beginning.
func (g *Gate) EventPrice(op *graphql.OperationContext) int {
	return max(g.price(op.Operation).of(op.Variables)-deedPoints, 1)
}

// Charge takes points from the budget of who asks, or says how long it is until
// they are there.
func (g *Gate) Charge(ctx context.Context, points int) (wait time.Duration) {
	_, err := g.pay(ctx, points)
	var later *community.Error
	if errors.As(err, &later) {
		return later.RetryAfter
	}
	return 0
}

// InterceptResponse tells the cost to a client that asked for it, with the
// response to a query or mutation.
func (c Costs) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	if cost := op.Stats.GetExtension(costDirective); cost != nil && op.Operation.Operation != ast.Subscription {
		graphql.RegisterExtension(ctx, costDirective, cost)
	}
	return next(ctx)
}

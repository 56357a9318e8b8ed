package limits

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"veche/community"
)

// read parses, measures and validates a document that is not known, and keeps
// it. The executor would do the same once more, and has neither an end to its
// complaints nor a queue.
func (d Documents) read(ctx context.Context, query string) *gqlerror.Error {
	done, err := d.Turn(ctx, len(query))
	if err != nil {
		return gqlerror.Wrap(err)
	}
	defer done()
	doc, fault := d.measure(query)
	if fault != nil {
		return fault
	}
	if errs := validate(d.schema, doc); len(errs) > 0 {
		return &gqlerror.Error{Err: &faults{errs}, Message: errs[0].Message}
	}
	d.cache.Add(ctx, query, doc)
	return nil
}

// measure parses a document that is not too much to validate.
func (g *Gate) measure(query string) (*ast.QueryDocument, *gqlerror.Error) {
	if err := over("bytes in the document", maxText, len(query)); err != nil {
		return nil, gqlerror.Wrap(err)
	}
	if err := over("levels of brackets", maxNesting, nesting(query)); err != nil {
		return nil, gqlerror.Wrap(err)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxTokens)
	var told *gqlerror.Error
	switch {
	case err != nil && strings.Contains(err.Error(), "exceeded token limit"):
		return nil, gqlerror.Wrap(community.TooComplex("Too much for one operation: more than %s tokens in the document.", thousands(maxTokens)))
	case errors.As(err, &told):
		errcode.Set(told, errcode.ParseFailed)
		return nil, told
	case err != nil:
		return nil, gqlerror.Wrap(err)
	}
	if err := g.bounds.fits(doc); err != nil {
		return nil, gqlerror.Wrap(err)
	}
	return doc, nil
}

// maxErrors is how many things that are wrong with a document are told: each is
// put into words, and a document can be wrong in thousands.
const maxErrors = 20

// usualRules are those of the specification, in an order that stays.
var usualRules = sync.OnceValue(func() (all []core.Rule) {
	inner := rules.NewDefaultRules().GetInner()
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		all = append(all, core.Rule{Name: name, RuleFunc: inner[name]})
	}
	return all
})

// enough ends validation early.
type enough struct{}

// validate says what is wrong with a document, and stops at maxErrors: a word
// that the schema has not is compared with all that it has.
func validate(schema *ast.Schema, doc *ast.QueryDocument) (errs gqlerror.List) {
	if len(doc.Operations) == 0 {
		errs = gqlerror.List{gqlerror.Errorf("no operation provided")}
	}
	defer func() {
		if p := recover(); p != nil && p != (enough{}) {
			panic(p)
		}
		for _, err := range errs {
			errcode.Set(err, errcode.ValidationFailed)
		}
	}()
	observers := &core.Events{}
	for _, rule := range usualRules() {
		rule.RuleFunc(observers, func(options ...core.ErrorOption) {
			err := &gqlerror.Error{Rule: rule.Name}
			for _, option := range options {
				option(err)
			}
			if errs = append(errs, err); len(errs) == maxErrors {
				panic(enough{})
			}
		})
	}
	core.Walk(schema, doc, observers)
	return errs
}

// faults are all that is wrong with a document, where gqlgen has room for one
// error.
type faults struct{ all gqlerror.List }

func (f *faults) Error() string { return f.all.Error() }

// guard is an executor whose refusals are all told, and told late to who hears
// them often.
type guard struct {
	graphql.GraphExecutor
	gate *Gate
}

// Around is the executor behind the gate.
func (g *Gate) Around(exec graphql.GraphExecutor) graphql.GraphExecutor { return guard{exec, g} }

// CreateOperationContext makes the operation, or says all that is wrong with it.
func (g guard) CreateOperationContext(ctx context.Context, p *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	operation, errs := g.GraphExecutor.CreateOperationContext(ctx, p)
	if len(errs) == 0 {
		return operation, nil
	}
	g.gate.patience.Answer(ctx, actorOf(ctx), int64(len(p.Query)), errs[0])
	var found *faults
	if errors.As(errs[0], &found) {
		errs = found.all
	}
	return operation, errs
}

// PresentRecoveredError is the executor's.
func (g guard) PresentRecoveredError(ctx context.Context, p any) error {
	exec, ok := g.GraphExecutor.(interface {
		PresentRecoveredError(ctx context.Context, p any) error
	})
	if !ok {
		return errors.New("internal system error")
	}
	return exec.PresentRecoveredError(ctx, p)
}

// quick is what is read at once, in bytes: what pages ask is shorter, and takes
// a fraction of a millisecond.
const quick = 4 << 10

// turns is how many texts that are longer are read at a time: the rest of the
// machine is for those who ask what is known.
func turns() chan struct{} { return make(chan struct{}, max(runtime.GOMAXPROCS(0)/2, 1)) }

// Turn waits until there is room to read so many bytes, and answers how to give
// it back.
func (g *Gate) Turn(ctx context.Context, size int) (done func(), err error) {
	if size <= quick {
		return func() {}, nil
	}
	select {
	case g.turn <- struct{}{}:
		return func() { <-g.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

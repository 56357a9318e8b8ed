package socket

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/server/broadcast"
)

// execute runs the operation and sends its responses. It answers the errors that
// end it, if any, or that it goes on without this goroutine.
func (c *conn) execute(op *operation, params *graphql.RawParams) (errs gqlerror.List, goesOn bool) {
	asked := &graphql.OperationContext{
		RawQuery: params.Query, OperationName: params.OperationName, Variables: params.Variables,
	}
	ctx := graphql.WithOperationContext(op.ctx, asked)
	defer func() {
		if r := recover(); r != nil {
			errs, goesOn = c.recovered(ctx, r), false
		}
	}()
	allowed, err := c.config.Operation(op.ctx)
	if err != nil {
		return c.refuse(ctx, op, err), false
	}
	ctx = graphql.WithOperationContext(graphql.StartOperationTrace(allowed), asked)
	opCtx, errs := c.exec.CreateOperationContext(ctx, params)
	ctx = graphql.WithOperationContext(ctx, opCtx)
	if len(errs) > 0 {
		return c.exec.DispatchError(ctx, errs).Errors, false
	}
	if c.config.Subscribe != nil && opCtx.Operation.Operation == ast.Subscription {
		wanted := broadcast.Subscription{Exec: c.exec, Operation: opCtx}
		errs = c.config.Subscribe(allowed, wanted, subscriber{c, op})
		return errs, len(errs) == 0
	}
	ctx, ending := c.config.Ending(ctx)
	responses, ctx := c.exec.DispatchOperation(ctx, opCtx)
	if errs := c.stream(ctx, op, opCtx.Operation, responses); len(errs) > 0 || op.ctx.Err() != nil {
		return errs, false
	}
	return c.ending(ctx, op, ending), false
}

// stream sends the responses. One without data is an error before or instead of
// execution, and ends the operation. A query or mutation has one response at
// most, unless it says that more come.
func (c *conn) stream(
	ctx context.Context, op *operation, asked *ast.OperationDefinition, responses graphql.ResponseHandler,
) gqlerror.List {
	for {
		r := responses(ctx)
		if r == nil {
			return nil
		}
		if r.Data == nil && r.HasNext == nil && len(r.Errors) > 0 {
			return r.Errors
		}
		data, err := c.dialect.response(op.quoted, r)
		if err != nil {
			return c.refuse(ctx, op, err)
		}
		if !c.put(op.ctx, frame{data: data, of: op}) {
			return nil
		}
		if asked.Operation != ast.Subscription && (r.HasNext == nil || !*r.HasNext) {
			return nil
		}
	}
}

// ending answers why the responses ended, if there was an error.
func (c *conn) ending(ctx context.Context, op *operation, ending func() error) gqlerror.List {
	if ctx.Err() != nil {
		return c.refuse(ctx, op, context.Cause(ctx))
	}
	if err := ending(); err != nil {
		return c.refuse(ctx, op, err)
	}
	return nil
}

// refuse ends the session if that is what the error says, and the one operation
// otherwise. The server's error presenter has the last word on the text.
// What fails because nobody listens any more is no error.
func (c *conn) refuse(ctx context.Context, op *operation, err error) gqlerror.List {
	if op.ctx.Err() != nil {
		return nil
	}
	switch community.KindOf(err) {
	case community.KindUnauthenticated, community.KindForbidden:
		c.end(sessionEnded(err))
		return nil
	}
	plain := &gqlerror.Error{Err: err, Message: "Something went wrong."}
	var told *community.Error
	if errors.As(err, &told) {
		plain.Message = told.Message
		plain.Extensions = map[string]any{"code": string(told.Kind)}
	}
	return c.exec.DispatchError(ctx, gqlerror.List{plain}).Errors
}

// recovered has a panic told to the server's recover function, and answers what
// that wants the client to know.
func (c *conn) recovered(ctx context.Context, panicked any) (errs gqlerror.List) {
	defer func() {
		if recover() != nil || len(errs) == 0 {
			errs = gqlerror.List{{Message: "internal system error"}}
		}
	}()
	exec, ok := c.exec.(interface {
		PresentRecoveredError(ctx context.Context, err any) error
	})
	if !ok {
		return nil
	}
	var presented *gqlerror.Error
	if errors.As(exec.PresentRecoveredError(ctx, panicked), &presented) && presented != nil {
		return gqlerror.List{presented}
	}
	return nil
}

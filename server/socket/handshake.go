package socket

import (
	"context"
	"errors"

	"veche/community"
)

// init has the payload authorized beside the reader, who can so refuse what
// comes before the answer.
func (c *conn) init(m message) {
	if c.initialized {
		c.end(CloseTooManyInits)
		return
	}
	c.initialized = true
	c.work.Go(func() { c.authorize(m.fields) })
}

func (c *conn) authorize(payload map[string]any) {
	defer func() {
		if r := recover(); r != nil {
			c.recovered(c.ctx, r)
			c.end(CloseInternal)
		}
	}()
	base, err := c.config.Authorize(c.ctx, payload)
	if err != nil {
		c.forbid(err)
		return
	}
	if base.Done() != c.ctx.Done() {
		context.AfterFunc(base, func() { c.end(sessionEnded(context.Cause(base))) })
	}
	c.base = base
	c.put(c.ctx, frame{data: encode("connection_ack", nil, nil), ack: true})
}

func (c *conn) forbid(err error) {
	why := CloseForbidden
	var told *community.Error
	if errors.As(err, &told) {
		why.Reason = told.Message
	}
	if c.dialect.older {
		c.put(c.ctx, frame{data: connectionError(why.Reason)})
	}
	c.end(why)
}

// sessionEnded is the Close for a session that ended for the cause.
func sessionEnded(cause error) Close {
	var told *community.Error
	if errors.As(cause, &told) {
		return CloseSessionEnded.because(told.Message)
	}
	return CloseSessionEnded
}

func (c *conn) acknowledged() bool {
	select {
	case <-c.ready:
		return true
	default:
		return false
	}
}

// awaitAck waits for Authorize if that is under way.
func (c *conn) awaitAck() {
	if !c.initialized {
		return
	}
	select {
	case <-c.ready:
	case <-c.ctx.Done():
	}
}

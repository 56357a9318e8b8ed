package observe

import (
	"context"
	"net/http"
	"strings"
)

// exchange is an HTTP request and its answer, of which it takes down the status.
type exchange struct {
	http.ResponseWriter
	status int
	tell   func(*exchange) // what to say of the operation, when the status is known
}

// WriteHeader takes the status down.
func (e *exchange) WriteHeader(status int) {
	if e.status == 0 && status >= http.StatusOK {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write writes; without a status it is 200.
func (e *exchange) Write(text []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	return e.ResponseWriter.Write(text)
}

// Unwrap is for http.ResponseController.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// transport is how the answer goes.
func (e *exchange) transport() string {
	if strings.HasPrefix(e.Header().Get("Content-Type"), "text/event-stream") {
		return "sse"
	}
	return "http"
}

type exchangeKey struct{}

// exchangeFrom is nil for what does not come by an HTTP request of its own.
func exchangeFrom(ctx context.Context) *exchange {
	e, _ := ctx.Value(exchangeKey{}).(*exchange)
	return e
}

// exchanges sees requests but for those that ask for a socket: what comes
// through one outlives its request.
func (l *Lookout) exchanges(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		e := &exchange{ResponseWriter: w}
		next.ServeHTTP(e, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e)))
		l.answered(r.Context(), e)
	})
}

// answered tells what waited for the status.
func (l *Lookout) answered(ctx context.Context, e *exchange) {
	if l.numbers != nil {
		l.numbers.answered(e.status)
	}
	if e.tell != nil {
		e.tell(e)
	} else if e.status >= http.StatusBadRequest {
		l.refused(ctx, e)
	}
}

package observe

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

// outcome is what came of an operation.
type outcome struct {
	took  time.Duration
	codes []string // of its errors, the gravest first
	cost  int
}

// Codes that no error has.
const (
	codeOK = "OK"
	// codeCancelled is that of an operation whose client did not wait for it.
	codeCancelled = "CANCELLED"
)

// graveness orders codes of errors that say that something is wrong here rather
// than with what was asked.
var graveness = []string{string(community.KindInternal), string(community.KindUnavailable)}

func outcomeOf(ctx context.Context, d *deed, r *graphql.Response) outcome {
	out := outcome{took: time.Since(d.began)}
	out.cost, _ = d.op.Stats.GetExtension(CostKey).(int)
	if errors.Is(ctx.Err(), context.Canceled) {
		out.codes = []string{codeCancelled}
		return out
	}
	if r == nil {
		out.codes = []string{string(community.KindUnavailable)}
		return out
	}
	for _, err := range r.Errors {
		if code := codeOf(err); !slices.Contains(out.codes, code) {
			out.codes = append(out.codes, code)
		}
	}
	slices.SortStableFunc(out.codes, func(a, b string) int { return grave(b) - grave(a) })
	return out
}

func grave(code string) int {
	if i := slices.Index(graveness, code); i >= 0 {
		return len(graveness) - i
	}
	return 0
}

// code is the gravest.
func (o outcome) code() string {
	if len(o.codes) == 0 {
		return codeOK
	}
	return o.codes[0]
}

func (o outcome) failed() bool { return grave(o.code()) > 0 }

// codeOf is the error's code, which the server gave it. What has none was not
// presented, and is wrong here.
func codeOf(err *gqlerror.Error) string {
	switch code := err.Extensions["code"].(type) {
	case community.Kind:
		return string(code)
	case string:
		return code
	}
	return string(community.KindInternal)
}

// maxName is how much is told of an operation's name.
const maxName = 64

// cleaned is a name that a client sent, fit for a line of the log: of a
// document that was refused it may be anything.
func cleaned(name string) string {
	short := name[:min(len(name), maxName)]
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_', '0' <= r && r <= '9', 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z':
			return r
		}
		return '?'
	}, short)
}

// name is the operation's own, or the one asked for.
func (d *deed) name() string {
	if d.op.Operation != nil {
		return cleaned(d.op.Operation.Name)
	}
	return cleaned(d.op.OperationName)
}

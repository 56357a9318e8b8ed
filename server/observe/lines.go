package observe

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// slow is from when an operation is told of at level info.
const slow = time.Second

// level is at which an operation is told of: that of what somebody should know
// is on by default.
func (l *Lookout) level(remarkable bool) slog.Level {
	if remarkable || l.o.Requests == "all" {
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// tell writes the line of an operation: at once, or for a query or mutation by
// HTTP when its status is known.
func (l *Lookout) tell(ctx context.Context, d *deed, out outcome) {
	level := l.level(out.failed() || out.took > slow)
	if l.o.Requests == "off" || !l.log().Enabled(ctx, level) {
		if d.outlet != nil {
			d.outlet.tell = func(*exchange) {}
		}
		return
	}
	line := d.line(out)
	if d.outlet == nil {
		l.log().LogAttrs(ctx, level, "operation", line...)
		return
	}
	d.outlet.tell = func(e *exchange) {
		l.log().LogAttrs(ctx, level, "operation", append(line, slog.String("transport", e.transport()), slog.Int("status", e.status))...)
	}
	if d.kind == "subscription" && len(out.codes) == 0 { // its answer may go on for days
		d.outlet.status = http.StatusOK
		d.outlet.tell(d.outlet)
		d.outlet.tell = func(*exchange) {}
	}
}

// line is all that is told of an operation but for how it was answered.
func (d *deed) line(out outcome) []slog.Attr {
	line := make([]slog.Attr, 0, 10)
	line = append(line, slog.String("type", d.kind))
	if name := d.name(); name != "" {
		line = append(line, slog.String("name", name))
	}
	line = append(line, slog.Duration("took", out.took.Round(time.Microsecond)))
	if len(out.codes) > 0 {
		line = append(line, slog.String("codes", strings.Join(out.codes, " ")))
	}
	if out.cost > 0 {
		line = append(line, slog.Int("cost", out.cost))
	}
	if d.span != nil && d.span.SpanContext().IsSampled() {
		line = append(line, slog.String("trace", d.span.SpanContext().TraceID().String()))
	}
	switch {
	case d.kind == typeEvent: // for many readers at once
		return append(line, slog.String("transport", "broadcast"))
	case d.viewer.SignedIn():
		line = append(line, slog.String("viewer", "member"), slog.String("member", string(d.viewer.ID)))
	default:
		line = append(line, slog.String("viewer", "guest"))
	}
	if d.outlet == nil {
		line = append(line, slog.String("transport", "socket"))
	}
	return line
}

// refused writes the line of a request in which no operation was found.
func (l *Lookout) refused(ctx context.Context, e *exchange) {
	if l.o.Requests == "off" {
		return
	}
	l.log().LogAttrs(ctx, l.level(e.status >= http.StatusInternalServerError), "request refused",
		slog.String("transport", e.transport()), slog.Int("status", e.status))
}

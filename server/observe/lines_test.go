package observe

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

// TestRemarkableOperationsAreTold at level info, with what they cost if somebody
// reckoned it.
func TestRemarkableOperationsAreTold(t *testing.T) {
	failure := func(code community.Kind) gqlerror.List {
		return gqlerror.List{{Message: "sekret", Extensions: map[string]any{"code": code}}}
	}
	for name, c := range map[string]struct {
		requests string
		took     time.Duration
		errs     gqlerror.List
		want     string // in the line; there is none if it is empty
	}{
		"ordinary":        {"slow", time.Millisecond, nil, ""},
		"the client's":    {"slow", time.Millisecond, failure(community.KindNotFound), ""},
		"slow":            {"slow", 2 * time.Second, nil, "type=query took=2"},
		"failed":          {"", time.Millisecond, failure(community.KindInternal), "codes=INTERNAL cost=12 viewer=guest"},
		"too late":        {"slow", time.Millisecond, failure(community.KindUnavailable), "codes=UNAVAILABLE"},
		"all":             {"all", time.Millisecond, nil, "cost=12 viewer=guest transport=socket"},
		"failed, and off": {"off", time.Millisecond, failure(community.KindInternal), ""},
		"slow, and off":   {"off", 2 * time.Second, nil, ""},
	} {
		var said bytes.Buffer
		l := New(Options{Requests: c.requests, Log: slog.New(slog.NewTextHandler(&said, nil))})
		op := &graphql.OperationContext{}
		op.Stats.SetExtension(CostKey, 12)
		d := &deed{op: op, kind: "query", began: time.Now().Add(-c.took)}
		l.settle(t.Context(), d, &graphql.Response{Errors: c.errs})
		l.settle(t.Context(), d, &graphql.Response{}) // asked again, as handlers are
		if text := said.String(); strings.Count(text, "\n") > 1 || (text == "") != (c.want == "") || !strings.Contains(text, c.want) || strings.Contains(text, "sekret") {
			t.Errorf("%s: want %q in %q", name, c.want, text)
		}
	}
}

// TestLabelsAreOfTheHouse gives operations codes that are not of the list.
func TestLabelsAreOfTheHouse(t *testing.T) {
	l := New(Options{Numbers: true, Requests: "off"})
	for _, code := range []string{"A", "B", string(community.KindNotFound)} {
		d := &deed{op: &graphql.OperationContext{}, kind: "query", began: time.Now()}
		l.settle(context.Background(), d, &graphql.Response{Errors: gqlerror.List{{Extensions: map[string]any{"code": code}}}})
	}
	families, err := l.numbers.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "veche_operation_seconds" && len(f.GetMetric()) != 2 {
			t.Errorf("want series for OTHER and NOT_FOUND, got %v", f.GetMetric())
		}
	}
}

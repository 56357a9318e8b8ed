package observe

import (
	"context"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

func TestCleaned(t *testing.T) {
	for name, want := range map[string]string{
		"":                       "",
		"TopicPage_2":            "TopicPage_2",
		"a\nlevel=ERROR msg=\"x": "a?level?ERROR?msg??x",
		"Тема":                   "????",
		"\xff\xfe":               "??",
		strings.Repeat("a", 100): strings.Repeat("a", maxName),
		strings.Repeat("я", 100): strings.Repeat("?", maxName/2),
	} {
		if got := cleaned(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func TestOutcome(t *testing.T) {
	fault := func(code any) *gqlerror.Error {
		return &gqlerror.Error{Message: "secret", Extensions: map[string]any{"code": code}}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		r      *graphql.Response
		codes  []string
		code   string
		failed bool
	}{
		"good":                    {t.Context(), &graphql.Response{}, nil, "OK", false},
		"the gravest comes first": {t.Context(), &graphql.Response{Errors: gqlerror.List{fault(community.KindNotFound), fault("UNAVAILABLE"), fault(community.KindInternal), fault("NOT_FOUND")}}, []string{"INTERNAL", "UNAVAILABLE", "NOT_FOUND"}, "INTERNAL", true},
		"the asker's fault":       {t.Context(), &graphql.Response{Errors: gqlerror.List{fault("PERSISTED_QUERY_NOT_FOUND")}}, []string{"PERSISTED_QUERY_NOT_FOUND"}, "PERSISTED_QUERY_NOT_FOUND", false},
		"without a code":          {t.Context(), &graphql.Response{Errors: gqlerror.List{{Message: "x"}}}, []string{"INTERNAL"}, "INTERNAL", true},
		"no response":             {t.Context(), nil, []string{"UNAVAILABLE"}, "UNAVAILABLE", true},
		"the client left":         {gone, &graphql.Response{Errors: gqlerror.List{fault("UNAVAILABLE")}}, []string{"CANCELLED"}, "CANCELLED", false},
	} {
		out := outcomeOf(c.ctx, &deed{op: &graphql.OperationContext{}}, c.r)
		if !cmp.Equal(out.codes, c.codes) || out.code() != c.code || out.failed() != c.failed {
			t.Errorf("%s: %v, %s, failed %v", name, out.codes, out.code(), out.failed())
		}
	}
}

func TestTraced(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, false},
	} {
		for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"} {
			t.Setenv(name, c.env[name])
		}
		if got := traced(); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
	t.Setenv("OTEL_TRACES_EXPORTER", "")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	if _, err := Open(t.Context(), Options{}); err == nil {
		t.Error("a protocol that is not spoken is taken")
	}
}

package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"veche/community"
)

func written(m graphql.Marshaler) string {
	var out bytes.Buffer
	m.MarshalGQL(&out)
	return out.String()
}

// FuzzString holds the strings that are written to what they are read back as.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "plain", "вече 💬", "a\"b\\c", "\x00\x1f\t\n\r", "</script>", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := written(MarshalString(s))
		var back string
		if err := json.Unmarshal([]byte(text), &back); err != nil {
			t.Fatalf("%q is written as %s: %v", s, text, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}

func TestDateTime(t *testing.T) {
	at, err := UnmarshalDateTime("2026-01-31T21:00:00.123456+03:00")
	if err != nil {
		t.Fatal(err)
	}
	if got := written(MarshalDateTime(at)); got != `"2026-01-31T18:00:00.123Z"` {
		t.Errorf("written as %s", got)
	}
	for _, bad := range []any{"", "tomorrow", "2026-01-31", 5, nil, true} {
		if _, err := UnmarshalDateTime(bad); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%v was read, or %v", bad, err)
		}
	}
}

func fields(names ...string) []graphql.CollectedField {
	out := make([]graphql.CollectedField, len(names))
	for i, name := range names {
		out[i] = graphql.CollectedField{Field: &ast.Field{Alias: name, Name: name}}
	}
	return out
}

func TestFields(t *testing.T) {
	f := NewFields(fields("a", "b", "c"))
	f.Values[0] = MarshalString("now")
	for i := 1; i < 3; i++ {
		f.Concurrently(i, func(context.Context) graphql.Marshaler {
			time.Sleep(time.Millisecond)
			return graphql.MarshalInt(i)
		})
	}
	f.Dispatch(t.Context())
	if got := written(f); got != `{"a":"now","b":1,"c":2}` {
		t.Errorf("written as %s", got)
	}
	if got := written(NewFields(nil)); got != `{}` {
		t.Errorf("no fields are written as %s", got)
	}
}

// TestElementsWaitTogether has each element wait for all others.
func TestElementsWaitTogether(t *testing.T) {
	const n = 3 * idlers
	var here atomic.Int32
	all := make(chan struct{})
	got := Elements(t.Context(), n, func(_ context.Context, i int) graphql.Marshaler {
		if here.Add(1) == n {
			close(all)
		}
		<-all
		return graphql.MarshalInt(i)
	})
	for i, m := range got {
		if written(m) != fmt.Sprint(i) {
			t.Fatalf("element %d is %s", i, written(m))
		}
	}
}

func TestElementThatPanics(t *testing.T) {
	ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{
		RecoverFunc: func(context.Context, any) error { return community.NotFound("element") },
	})
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
	got := Elements(ctx, 5, func(_ context.Context, i int) graphql.Marshaler {
		if i == 3 {
			panic("on purpose")
		}
		return graphql.Null
	})
	if got != nil || len(graphql.GetErrors(ctx)) != 1 {
		t.Errorf("the list is %v, the errors %v", got, graphql.GetErrors(ctx))
	}
}

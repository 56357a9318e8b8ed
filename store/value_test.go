package store_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/store"
)

type (
	named  string
	number int32
	truth  bool
)

func TestNormal(t *testing.T) {
	text, whole := named("x"), 7
	pointer := &text
	at := time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.FixedZone("", 3600))
	for name, v := range map[string]struct{ in, want any }{
		"nothing":              {nil, nil},
		"text":                 {"x", "x"},
		"text of a named type": {named("x"), "x"},
		"an int":               {7, int64(7)},
		"a small int":          {int8(-7), int64(-7)},
		"a named number":       {number(7), int64(7)},
		"a long":               {int64(math.MinInt64), int64(math.MinInt64)},
		"a float":              {1.5, 1.5},
		"a short float":        {float32(1.5), 1.5},
		"truth":                {true, true},
		"truth of a type":      {truth(true), true},
		"a time":               {at, time.Date(2026, 3, 1, 11, 0, 0, 123e6, time.UTC)},
		"a time before 1970":   {time.UnixMilli(-1).Add(1), time.UnixMilli(-1).UTC()},
		"a pointer":            {&whole, int64(7)},
		"a pointer to a time":  {&at, time.Date(2026, 3, 1, 11, 0, 0, 123e6, time.UTC)},
		"a pointer's pointer":  {&pointer, "x"},
		"a nil pointer":        {(*int)(nil), nil},
	} {
		got, err := store.Normal(v.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(v.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if again, err := store.Normal(got); err != nil || !cmp.Equal(again, got) {
			t.Errorf("%s is %v when made normal again, %v", name, again, err)
		}
	}
}

func TestNormalRefuses(t *testing.T) {
	for name, v := range map[string]any{
		"not a number":     math.NaN(),
		"infinity":         math.Inf(1),
		"less infinity":    math.Inf(-1),
		"a short infinity": float32(math.Inf(1)),
		"bytes":            []byte("x"),
		"a list":           []string{"x"},
		"a map":            map[string]int{},
		"a struct":         struct{}{},
		"an unsigned":      uint64(1),
		"a function":       func() {},
	} {
		if got, err := store.Normal(v); err == nil {
			t.Errorf("%s was taken as %v", name, got)
		}
	}
}

func TestConditions(t *testing.T) {
	for name, c := range map[string]struct{ got, want store.Cond }{
		"equal":         {store.Eq("f", 1), store.Cond{Field: "f", Op: store.OpEq, Values: []any{1}}},
		"equal to nil":  {store.Eq("f", nil), store.Cond{Field: "f", Op: store.OpEq, Values: []any{nil}}},
		"one of two":    {store.In("f", []named{"a", "b"}), store.Cond{Field: "f", Op: store.OpIn, Values: []any{named("a"), named("b")}}},
		"one of none":   {store.In[string]("f", nil), store.Cond{Field: "f", Op: store.OpIn, Values: []any{}}},
		"between":       {store.Between("f", 1, 2), store.Cond{Field: "f", Op: store.OpBetween, Values: []any{1, 2}}},
		"open to above": {store.Between("f", 1, nil), store.Cond{Field: "f", Op: store.OpBetween, Values: []any{1, nil}}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

package limits

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

// TestPatience has one who is refused again and again wait, and nobody else.
func TestPatience(t *testing.T) {
	p := NewPatience() // outside: its cache never stops tidying
	refusal := community.TooComplex("Too much.")
	synctest.Test(t, func(t *testing.T) {
		took := func(who string, size int64, err error) time.Duration {
			begun := time.Now()
			p.Answer(t.Context(), who, size, err)
			return time.Since(begun)
		}
		for range forgiven {
			if d := took("a", 100, refusal); d != 0 {
				t.Fatalf("one of the first waited %v", d)
			}
		}
		for range 10 {
			if d := took("a", 100, refusal); d != nextRefusal {
				t.Errorf("want %v, got %v", nextRefusal, d)
			}
		}
		if d := took("a", 10<<20, refusal); d != longestWait {
			t.Errorf("a long request waited %v", d)
		}
		if d := took("b", 100, refusal); d != 0 {
			t.Errorf("another waited %v", d)
		}
		for range 2 {
			p.Note("c", 1<<20)
		}
		begun := time.Now()
		p.Greet(t.Context(), "c")
		if d := time.Since(begun); d <= 0 || d > longestWait {
			t.Errorf("who comes back waited %v", d)
		}
		time.Sleep(time.Minute)
		begun = time.Now()
		p.Greet(t.Context(), "c")
		p.Greet(t.Context(), "never here")
		if d := time.Since(begun); d != 0 || took("a", 100, refusal) != 0 {
			t.Errorf("a minute later %v", d)
		}
	})
}

// TestBlame says who waits for what.
func TestBlame(t *testing.T) {
	told := func(code string) error { return &gqlerror.Error{Extensions: map[string]any{"code": code}} }
	for _, c := range []struct {
		err  error
		want bool
	}{
		{community.TooComplex("Too much."), true},
		{gqlerror.Wrap(community.RateLimited(time.Second)), true},
		{told("GRAPHQL_PARSE_FAILED"), true},
		{&gqlerror.Error{Err: &faults{gqlerror.List{{}}}}, true},
		{told(codeNotFound), false},
		{errors.New("the disk is full"), false},
		{gqlerror.Wrap(&community.Error{Kind: community.KindUnavailable}), false},
	} {
		if got := blames(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	var none *Patience
	none.Answer(t.Context(), "a", 1, told(""))
	none.Greet(t.Context(), "a")
}

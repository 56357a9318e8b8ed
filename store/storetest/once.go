package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"veche/store"
)

var claims = []ability{
	{"counts once and answers the same again", countsOnce},
	{"refuses a claim for something else", refusesReuse},
	{"claims nothing when the deed fails", claimsNothing},
	{"keeps several results of one claim apart", keepsResultsApart},
	{"counts once of many at once", countsOnceOfMany},
	{"keeps no answer in plain", keepsNoPlain},
	{"forgets old answers", forgetsAnswers},
}

func claimed(ctx context.Context, id, input string) context.Context {
	return store.WithClaim(ctx, &store.Claim{ID: id, Input: input, Secret: []byte("of " + id)})
}

// taken is a deed with an answer that is no document.
type taken struct {
	Number int64  `bson:"number"`
	Secret string `bson:"secret"`
}

func take(ctx context.Context, s store.Store) (*taken, error) {
	return store.Result(ctx, s, func(tx store.Tx) (*taken, error) {
		n, err := counters.Inc(ctx, tx, "visits", "n", 1)
		return &taken{n, fmt.Sprintf("token %d", n)}, err
	})
}

func visits(t *testing.T, s store.Store) int64 {
	t.Helper()
	n, err := counters.Inc(t.Context(), s, "visits", "n", 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func claiming(t *testing.T, s store.Store) {
	t.Helper()
	ensure(t, s, counters.Spec(), store.Answers())
}

func countsOnce(t *testing.T, s store.Store) {
	claiming(t, s)
	for range 3 {
		got, err := take(claimed(t.Context(), "a", "x"), s)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the answer", got, &taken{1, "token 1"})
	}
	got, known, err := store.Answered[*taken](claimed(t.Context(), "a", "x"), s)
	if err != nil || !known {
		t.Fatalf("answered before: %v, %v", known, err)
	}
	same(t, "the answer that is known", got, &taken{1, "token 1"})
	if _, known, err := store.Answered[*taken](claimed(t.Context(), "b", "x"), s); known || err != nil {
		t.Errorf("never answered: %v, %v", known, err)
	}
	if _, err := take(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	same(t, "the deeds", visits(t, s), int64(2))
}

func refusesReuse(t *testing.T, s store.Store) {
	claiming(t, s)
	if _, err := take(claimed(t.Context(), "a", "x"), s); err != nil {
		t.Fatal(err)
	}
	if _, err := take(claimed(t.Context(), "a", "y"), s); !errors.Is(err, store.ErrReused) {
		t.Errorf("got %v", err)
	}
	other := store.WithClaim(t.Context(), &store.Claim{ID: "a", Input: "x", Secret: []byte("another")})
	if _, err := take(other, s); !errors.Is(err, store.ErrReused) {
		t.Errorf("with another secret: %v", err)
	}
	same(t, "the deeds", visits(t, s), int64(1))
}

func claimsNothing(t *testing.T, s store.Store) {
	claiming(t, s)
	no := errors.New("no")
	_, err := store.Result(claimed(t.Context(), "a", "x"), s, func(store.Tx) (*taken, error) { return nil, no })
	if !errors.Is(err, no) {
		t.Fatalf("got %v", err)
	}
	got, err := take(claimed(t.Context(), "a", "x"), s)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the second attempt", got, &taken{1, "token 1"})
}

func keepsResultsApart(t *testing.T, s store.Store) {
	claiming(t, s)
	for range 2 {
		ctx := claimed(t.Context(), "a", "x")
		for n := range int64(2) {
			got, err := take(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the answer", got.Number, n+1)
		}
	}
	same(t, "the deeds", visits(t, s), int64(2))
}

func countsOnceOfMany(t *testing.T, s store.Store) {
	claiming(t, s)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := take(claimed(context.Background(), "a", "x"), s)
			if !s.Transactional() && errors.Is(err, store.ErrUnknown) {
				return // another was about it
			}
			if err != nil || got.Number != 1 {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	all.Wait()
	same(t, "the deeds", visits(t, s), int64(1))
}

func keepsNoPlain(t *testing.T, s store.Store) {
	claiming(t, s)
	if _, err := take(claimed(t.Context(), "a", "x"), s); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Find(t.Context(), store.Answers(), store.Query{})
	if err != nil || len(kept) != 1 {
		t.Fatalf("%d answers, %v", len(kept), err)
	}
	if text := fmt.Sprintf("%s", kept[0]); len(text) == 0 || strings.Contains(text, "token") {
		t.Errorf("kept as %q", text)
	}
}

func forgetsAnswers(t *testing.T, s store.Store) {
	claiming(t, s)
	if _, err := take(claimed(t.Context(), "a", "x"), s); err != nil {
		t.Fatal(err)
	}
	if n, err := store.ForgetAnswers(t.Context(), s, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("forgot %d too early, %v", n, err)
	}
	if n, err := store.ForgetAnswers(t.Context(), s, time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	if _, err := take(claimed(t.Context(), "a", "x"), s); err != nil {
		t.Fatal(err)
	}
	same(t, "the deeds", visits(t, s), int64(2))
}

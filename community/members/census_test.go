package members

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"veche/live"
	"veche/store"
	"veche/store/mongo"
	"veche/store/sqlite"
	"veche/store/storetest/ferret"
)

// censusOn is a roll on the store, as a server makes it when it starts.
func censusOn(t *testing.T, s store.Store) *Roll {
	t.Helper()
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(t.Context(), s, log, Options{Cost: &Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Roll) mustCount(t *testing.T, want int) {
	t.Helper()
	got, _, err := r.Census(t.Context())
	if err != nil || got != want {
		t.Errorf("%d members are counted, want %d: %v", got, want, err)
	}
}

// However members come, and many at once, they are counted once each; who was
// refused is not; and a recount comes to the same.
func TestCensus(t *testing.T) {
	for name, open := range map[string]func() (store.Store, error){
		"SQLite":             func() (store.Store, error) { return sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20) },
		"MongoDB":            func() (store.Store, error) { return mongo.Open(t.Context(), ferret.StartReplicaSet(t).URI, "veche") },
		"standalone MongoDB": func() (store.Store, error) { return mongo.Open(t.Context(), ferret.Start(t), "veche") },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open()
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			r := censusOn(t, s)
			r.mustCount(t, 0)
			var all sync.WaitGroup
			for n := range 8 {
				all.Go(func() {
					for range 2 { // the second is refused
						_, _ = r.Register(t.Context(), NewMember{Email: fmt.Sprintf("m%d@example.org", n), Password: "a long enough one", Handle: fmt.Sprintf("m%d", n), Name: "Маша"}, Device{})
					}
				})
			}
			all.Wait()
			r.mustCount(t, 8)
			err = s.Do(t.Context(), func(tx store.Tx) error {
				_, err := r.Bring(t.Context(), tx, Brought{Name: "Boris", CreatedAt: time.Date(2019, 3, 1, 9, 0, 0, 0, time.UTC)})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			r.mustCount(t, 9)
			if _, first, err := r.Census(t.Context()); err != nil || !first.Equal(time.Date(2019, 3, 1, 9, 0, 0, 0, time.UTC)) {
				t.Errorf("the first joined at %v: %v", first, err)
			}
			if n, err := r.Recount(t.Context()); n != 9 || err != nil {
				t.Errorf("recounted %d: %v", n, err)
			}
		})
	}
}

// A store from before members were counted is counted at the start.
func TestCensusOfOldStore(t *testing.T) {
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := censusOn(t, s)
	for n := range 3 {
		_, err := r.Register(t.Context(), NewMember{Email: fmt.Sprintf("m%d@example.org", n), Password: "a long enough one", Handle: fmt.Sprintf("m%d", n), Name: "Маша"}, Device{})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Do(t.Context(), func(tx store.Tx) error { return censuses.Delete(context.Background(), tx, allMembers) }); err != nil {
		t.Fatal(err)
	}
	r.mustCount(t, 0)
	censusOn(t, s).mustCount(t, 3)
}

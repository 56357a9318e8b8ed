package observe_test

import (
	"path/filepath"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"veche/server/observe"
	"veche/store"
	"veche/store/sqlite"
	"veche/store/storetest"
)

// TestContract has a store that is seen keep all that stores promise.
func TestContract(t *testing.T) {
	l := observe.New(observe.Options{Numbers: true, Spans: tracetest.NewInMemoryExporter()})
	defer l.Close()
	storetest.Run(t, func(t *testing.T) store.Store { return l.Store(open(t)) })
}

func open(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestUnseenStoreIsItself(t *testing.T) {
	s := open(t)
	defer s.Close()
	l := observe.New(observe.Options{Requests: "all"})
	if got := l.Store(s); got != s {
		t.Errorf("a store that nobody asks about is wrapped in %T", got)
	}
}

type thing struct {
	ID string `bson:"_id"`
}

var things = store.Define[thing]("things")

// BenchmarkGet is a read from memory: what seeing costs, it costs for each.
func BenchmarkGet(b *testing.B) {
	for name, o := range map[string]observe.Options{"unseen": {}, "counted": {Numbers: true}} {
		b.Run(name, func(b *testing.B) {
			s := observe.New(o).Store(open(b))
			defer s.Close()
			if err := s.Ensure(b.Context(), things.Spec()); err != nil {
				b.Fatal(err)
			}
			if err := things.Insert(b.Context(), s, &thing{"a"}); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := things.Get(b.Context(), s, "a"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

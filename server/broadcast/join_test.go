package broadcast_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"veche/community"
	"veche/community/forum"
	"veche/graph"
	"veche/live"
	"veche/resolvers"
	"veche/server/broadcast"
	"veche/store"
	"veche/store/sqlite"
)

// stage is a topic that readers come to, whose presence a hidden one watches.
type stage struct {
	t       *testing.T
	store   store.Store
	log     *live.Log
	hall    *forum.Hall
	station *broadcast.Station
	exec    graphql.GraphExecutor
	space   community.SpaceID
	topic   community.TopicID
}

var admin = community.Viewer{ID: "member_admin", Role: community.RoleAdmin, Scopes: community.AllScopes}

type nobody struct{}

func (nobody) Mentioned(context.Context, []string) (map[string]community.Mention, error) {
	return nil, nil
}

func (nobody) Known(context.Context, community.MemberID) error { return nil }

func newStage(t *testing.T) *stage {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &stage{t: t}
	var err error
	s.store, err = sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 4<<20)
	must(err)
	t.Cleanup(func() { must(s.store.Close()) })
	s.log, err = live.Open(t.Context(), s.store, live.Options{Poll: -1})
	must(err)
	s.hall, err = forum.New(t.Context(), s.store, s.log, nobody{}, nil)
	must(err)
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: &resolvers.Root{Hall: s.hall}})
	s.station, s.exec = broadcast.New(s.log, schema.Schema()), executor.New(schema)
	space, err := s.hall.CreateSpace(t.Context(), admin, forum.NewSpace{Name: "Stage", Visibility: forum.Public})
	must(err)
	topic, err := s.hall.OpenTopic(t.Context(), admin, forum.NewTopic{SpaceID: space.ID, Title: "Play", Body: "Begin."})
	must(err)
	s.space, s.topic = space.ID, topic.ID
	return s
}

// come has somebody read until ctx ends; who tells who they are by then.
func (s *stage) come(ctx context.Context, who func() community.Viewer, hidden bool) *seat {
	s.t.Helper()
	r := &seat{ended: make(chan error, 1)}
	ctx = resolvers.WithRequest(ctx, &resolvers.Request{
		Viewer: who(), Watcher: func(context.Context) (community.Viewer, error) { return who(), nil },
	})
	ctx = graphql.StartOperationTrace(ctx)
	query := fmt.Sprintf(`subscription { topicPresence(topicId: %q, hidden: %t) { hereCount } }`, s.topic, hidden)
	op, errs := s.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if len(errs) > 0 {
		s.t.Fatal(errs)
	}
	if errs := s.station.Subscribe(ctx, broadcast.Subscription{Exec: s.exec, Operation: op}, r); len(errs) > 0 {
		r.ended <- errs
	}
	return r
}

func as(v community.Viewer) func() community.Viewer { return func() community.Viewer { return v } }

// seat is a reader that remembers what it heard last.
type seat struct {
	mu    sync.Mutex
	last  string
	ended chan error
}

// Offer takes the message, if there is room.
func (s *seat) Offer(m *broadcast.Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == string(m.JSON) {
		panic("told the same twice: " + s.last)
	}
	if rand.IntN(3) == 0 {
		return false
	}
	s.last = string(m.JSON)
	return true
}

// Put takes the message.
func (s *seat) Put(_ context.Context, m *broadcast.Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = string(m.JSON)
	return true
}

// End says why nothing more comes.
func (s *seat) End(err error) { s.ended <- err }

// wants waits until so many are here.
func (s *seat) wants(t *testing.T, count int, within time.Duration) {
	t.Helper()
	want, got := fmt.Sprintf(`"hereCount":%d}`, count), ""
	for begun := time.Now(); time.Since(begun) < within; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		got = s.last
		s.mu.Unlock()
		if strings.Contains(got, want) {
			return
		}
	}
	t.Errorf("heard %s, want %d", got, count)
}

// Readers come and go at any moment, and the feed is told of each once when it
// comes and once when it left.
func TestJoinAndLeave(t *testing.T) {
	s := newStage(t)
	watching, stop := context.WithCancel(t.Context())
	defer stop()
	watcher := s.come(watching, as(community.Viewer{}), true)
	watcher.wants(t, 0, 10*time.Second)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			for range 10 {
				ctx, cancel := context.WithCancel(t.Context())
				v := community.Viewer{}
				if i%2 == 0 {
					v = community.Viewer{ID: community.MemberID(fmt.Sprintf("member_%d", i)), Role: community.RoleMember, Scopes: community.AllScopes}
				}
				gone := time.AfterFunc(rand.N(20*time.Millisecond), cancel)
				s.come(ctx, as(v), false)
				time.Sleep(rand.N(20 * time.Millisecond))
				gone.Stop()
				cancel()
			}
		})
	}
	all.Wait()
	for begun := time.Now(); s.station.Readers() > 1 && time.Since(begun) < 10*time.Second; {
		time.Sleep(5 * time.Millisecond)
	}
	if n := s.station.Readers(); n != 1 {
		t.Errorf("%d readers are left", n)
	}
	s.come(watching, as(community.Viewer{}), true).wants(t, 0, 20*time.Second)
}

// Who loses the right to read is out at once; who is a guest by now is here as
// one.
func TestRightsMove(t *testing.T) {
	s := newStage(t)
	anna := community.Viewer{ID: "member_anna", Role: community.RoleMember, Scopes: community.AllScopes}
	var mu sync.Mutex
	now := anna
	who := func() community.Viewer {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	watcher := s.come(t.Context(), as(admin), true)
	reader, stranger := s.come(t.Context(), who, false), s.come(t.Context(), as(community.Viewer{}), false)
	s.come(t.Context(), as(anna), false)
	watcher.wants(t, 2, 10*time.Second) // anna has two devices
	mu.Lock()
	now.Role = community.RoleGuest
	mu.Unlock()
	s.tell(community.Stream(anna.ID))
	watcher.wants(t, 3, 10*time.Second) // and one of them is a guest's by now
	private := forum.Private
	begun := time.Now()
	if _, err := s.hall.UpdateSpace(t.Context(), admin, s.space, forum.SpaceChange{Visibility: &private}); err != nil {
		t.Fatal(err)
	}
	watcher.wants(t, 0, 2900*time.Millisecond) // who leaves by itself is there for 3 seconds
	t.Logf("out after %v", time.Since(begun))
	for _, r := range []*seat{reader, stranger} {
		select {
		case err := <-r.ended:
			if community.KindOf(err) != community.KindNotFound {
				t.Errorf("ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("goes on reading what it may not see")
		}
	}
}

// tell says that something happened in the stream.
func (s *stage) tell(to live.Stream) {
	s.t.Helper()
	err := s.store.Do(s.t.Context(), func(tx store.Tx) error {
		return s.log.Append(s.t.Context(), tx, live.Event{Stream: to, Kind: "role"})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

package broadcast_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/graph"
	"veche/live"
	"veche/resolvers"
	"veche/server/broadcast"
	"veche/store/sqlite"
)

// fair is a board that many watch while others vote.
type fair struct {
	t       *testing.T
	boards  *ideas.Assembly
	station *broadcast.Station
	exec    graphql.GraphExecutor
	board   community.BoardID
	ideas   []community.IdeaID
}

func newFair(t *testing.T, n int) *fair {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 4<<20)
	must(err)
	t.Cleanup(func() { must(s.Close()) })
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	must(err)
	hall, err := forum.New(t.Context(), s, log, nobody{}, nil)
	must(err)
	f := &fair{t: t}
	f.boards, err = ideas.New(t.Context(), s, log, ideas.Around{Spaces: hall.Place(), Comments: hall.Place(), People: nobody{}}, nil)
	must(err)
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: &resolvers.Root{Hall: hall, Boards: f.boards}})
	f.station, f.exec = broadcast.New(log, schema.Schema()), executor.New(schema)
	space, err := hall.CreateSpace(t.Context(), admin, forum.NewSpace{Name: "Stage", Visibility: forum.Public})
	must(err)
	board, err := f.boards.CreateBoard(t.Context(), admin, ideas.NewBoard{SpaceID: space.ID, Name: "Идеи", Kind: ideas.IdeaBoard})
	must(err)
	f.board = board.ID
	for i := range n {
		idea, err := f.boards.Propose(t.Context(), admin, ideas.NewIdea{BoardID: board.ID, Title: fmt.Sprintf("Идея %d", i), Body: "Чай."})
		must(err)
		f.ideas = append(f.ideas, idea.ID)
	}
	return f
}

func (f *fair) watch(ctx context.Context, r *fan) {
	f.t.Helper()
	ctx = resolvers.WithRequest(ctx, &resolvers.Request{Watcher: func(context.Context) (community.Viewer, error) { return community.Viewer{}, nil }})
	ctx = graphql.StartOperationTrace(ctx)
	query := `subscription($b: ID!, $after: Cursor) { ideaLeaderboard(boardId: $b, first: 3, after: $after) {
		... on LeaderboardStanding { entries { ideaId rank score } } ... on LeaderboardMoved { moves { ideaId rank previousRank score } } } }`
	variables := map[string]any{"b": string(f.board)}
	r.mu.Lock()
	r.visit = ctx
	if r.cursor != "" {
		variables["after"] = string(r.cursor)
	}
	r.mu.Unlock()
	op, errs := f.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if len(errs) == 0 {
		errs = f.station.Subscribe(ctx, broadcast.Subscription{Exec: f.exec, Operation: op}, visit{r, ctx})
	}
	if len(errs) > 0 {
		f.t.Error(errs)
	}
}

// fan does what it is told to what it has seen.
type fan struct {
	t *testing.T
	// busy says how often of ten it has no room.
	busy int

	mu     sync.Mutex
	visit  context.Context // the latest; what comes for another is heard by nobody
	seen   map[string]place
	cursor community.Cursor
	told   []time.Time
	stood  int
}

type place struct{ Rank, Score int }

// visit is one time that a fan watches.
type visit struct {
	*fan
	ctx context.Context
}

// Offer takes the message, if there is room.
func (r visit) Offer(m *broadcast.Message) bool {
	if rand.IntN(10) < r.busy {
		return false
	}
	r.take(m)
	return true
}

// Put takes the message, after a while.
func (r visit) Put(_ context.Context, m *broadcast.Message) bool {
	time.Sleep(rand.N(time.Duration(1+r.busy) * 60 * time.Millisecond))
	r.take(m)
	return true
}

// End is told of nothing: all may read.
func (r *fan) End(err error) {
	if err != nil {
		r.t.Error(err)
	}
}

func (r visit) take(m *broadcast.Message) {
	var told struct {
		Data struct {
			IdeaLeaderboard struct {
				Entries []struct {
					IdeaID string
					place
				}
				Moves []struct {
					IdeaID                    string
					Rank, PreviousRank, Score *int
				}
			}
		}
	}
	if err := json.Unmarshal(m.JSON, &told); err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx != r.fan.visit {
		return
	}
	r.cursor, r.told = m.Cursor, append(r.told, time.Now())
	if entries := told.Data.IdeaLeaderboard.Entries; entries != nil {
		r.stood++
		r.seen = map[string]place{}
		for _, e := range entries {
			r.seen[e.IdeaID] = e.place
		}
	}
	for _, m := range told.Data.IdeaLeaderboard.Moves {
		was, ok := r.seen[m.IdeaID]
		if ok != (m.PreviousRank != nil) || ok && *m.PreviousRank != was.Rank {
			r.t.Errorf("%s stood at %d (%t), and is told to have stood at %v", m.IdeaID, was.Rank, ok, m.PreviousRank)
		}
		if delete(r.seen, m.IdeaID); m.Rank != nil {
			r.seen[m.IdeaID] = place{*m.Rank, *m.Score}
		}
	}
}

func (r *fan) sees() map[string]place {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]place{}
	for id, p := range r.seen {
		out[id] = p
	}
	return out
}

// Votes storm in while people watch, read too slowly, leave and come back. Each
// is told only what fits what it has seen, four times a second at most, and sees
// in the end how things stand; and all of them are one group.
func TestLeaderboardStorm(t *testing.T) {
	f := newFair(t, 8)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var fans []*fan
	for n := range 40 {
		r := &fan{t: t, busy: n % 4 * 3}
		fans = append(fans, r)
		f.watch(ctx, r)
	}
	var voting, watching sync.WaitGroup
	var over atomic.Bool
	for n := range 4 {
		voting.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(n), 3))
			for begun := time.Now(); time.Since(begun) < 3*time.Second; time.Sleep(time.Millisecond) {
				v := admin
				v.ID = community.MemberID(fmt.Sprintf("member_%d_%d", n, dice.IntN(30)))
				idea := f.ideas[dice.IntN(len(f.ideas))]
				var err error
				if dice.IntN(3) == 0 {
					_, err = f.boards.Unvote(t.Context(), v, idea)
				} else {
					_, err = f.boards.Vote(t.Context(), v, idea, 1)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 4 { // come and go, with the cursor that they have
		r := &fan{t: t}
		fans = append(fans, r)
		watching.Go(func() {
			for !over.Load() {
				away, leave := context.WithCancel(ctx)
				f.watch(away, r)
				time.Sleep(rand.N(400 * time.Millisecond))
				leave()
				time.Sleep(30 * time.Millisecond)
			}
			f.watch(ctx, r)
		})
	}
	voting.Wait()
	over.Store(true)
	watching.Wait()
	if n := f.station.Groups(); n != 1 {
		t.Errorf("%d groups", n)
	}
	f.agree(fans)
	for n, r := range fans[:40] {
		r.mu.Lock()
		for i := range r.told {
			if i >= 5 && r.told[i].Sub(r.told[i-5]) < time.Second && r.busy == 0 {
				t.Errorf("fan %d is told six times in %v", n, r.told[i].Sub(r.told[i-5]))
			}
		}
		if r.busy == 0 && r.stood != 1 {
			t.Errorf("fan %d, who keeps up, is told %d standings", n, r.stood)
		}
		r.mu.Unlock()
	}
}

// agree waits until all have seen how things stand.
func (f *fair) agree(fans []*fan) {
	f.t.Helper()
	first := 3
	page, err := f.boards.Ideas(f.t.Context(), admin, ideas.Query{BoardID: f.board, Order: ideas.Top, Period: ideas.All}, community.Paging{First: &first})
	if err != nil {
		f.t.Fatal(err)
	}
	want := map[string]place{}
	for n, i := range page.Nodes() {
		rank := 1 + slices.IndexFunc(page.Nodes(), func(o *ideas.Idea) bool { return o.Score == i.Score })
		want[string(i.ID)] = place{rank, page.Nodes()[n].Score}
	}
	for n, r := range fans {
		diff := ""
		for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(10 * time.Millisecond) {
			if diff = cmp.Diff(want, r.sees()); diff == "" {
				break
			}
		}
		if diff != "" {
			f.t.Errorf("fan %d:\n%s", n, diff)
		}
	}
}

package ideas

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
	"veche/store/mongo"
	"veche/store/sqlite"
	"veche/store/storetest/ferret"
)

// arena is boards on which members vote, without ways to make them: tests put
// boards and ideas where they are kept.
type arena struct {
	*Assembly
	t     *testing.T
	clock *clock
	// slow says that the engine scans, and does one thing at a time.
	slow bool
}

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// square is the one space, in which all is seen but by strangers.
type square struct{}

func (square) Enter(_ context.Context, _ store.Ops, viewer community.Viewer, _ community.SpaceID) error {
	if viewer.Role == community.RoleGuest {
		return community.NotFound("space")
	}
	return nil
}

func (square) Moderates(_ context.Context, _ store.Ops, viewer community.Viewer, _ community.SpaceID) (bool, error) {
	return viewer.Has(community.RoleModerator), nil
}

func (square) Visible(context.Context, community.Viewer) ([]community.SpaceID, error) {
	return []community.SpaceID{"space_x"}, nil
}

func (square) Admission(context.Context, community.Viewer, community.SpaceID) (community.Admission, error) {
	return community.Admission{}, nil
}

func (square) Entered(_ context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]bool, error) {
	out := map[community.SpaceID]bool{}
	for _, id := range ids {
		out[id] = viewer.Has(community.RoleModerator)
	}
	return out, nil
}

// silence is a forum that nobody writes in, and anybody a roll of all.
type (
	silence struct{ Comments }
	anybody struct{ People }
)

func (silence) EndTalk(context.Context, store.Tx, community.Viewer, community.TopicID, community.Talk) error {
	return nil
}

func (silence) CarryTalk(context.Context, store.Tx, community.TopicID, community.TopicID, community.Talk, int) (int, bool, error) {
	return 0, false, nil
}

func arenaOn(t *testing.T, s store.Store) arena {
	t.Helper()
	t.Cleanup(func() { _ = s.Close() })
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	a, err := New(t.Context(), s, log, Around{Spaces: square{}, Comments: silence{}, People: anybody{}}, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return arena{Assembly: a, t: t, clock: c}
}

func newArena(t *testing.T) arena {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 16<<20)
	if err != nil {
		t.Fatal(err)
	}
	return arenaOn(t, s)
}

// onBoth runs the test on SQLite and on MongoDB's protocol, with transactions
// and without.
func onBoth(t *testing.T, test func(*testing.T, arena)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newArena(t)) })
	for name, uri := range map[string]func(*testing.T) string{
		"standalone MongoDB": func(t *testing.T) string { return ferret.Start(t) },
		"MongoDB":            func(t *testing.T) string { return ferret.StartReplicaSet(t).URI },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := mongo.Open(t.Context(), uri(t), "veche")
			if err != nil {
				t.Fatal(err)
			}
			a := arenaOn(t, s)
			a.slow = true
			test(t, a)
		})
	}
}

func voter(n int, role community.Role) community.Viewer {
	return community.Viewer{ID: community.MemberID(fmt.Sprintf("member_%03d", n)), Role: role, Scopes: community.AllScopes}
}

var judge = voter(999, community.RoleModerator)

func (a arena) put(p Policy) *Board {
	a.t.Helper()
	id := community.NewID[community.BoardID](community.BoardPrefix)
	b := &Board{ID: id, SpaceID: "space_x", Slug: string(id), Name: "Идеи", Policy: p, CreatedAt: a.now()}
	if err := boards.Insert(a.t.Context(), a.store, b); err != nil {
		a.t.Fatal(err)
	}
	return b
}

// propose puts an idea on the board, by the member with the number.
func (a arena) propose(b *Board, author int) *Idea {
	a.t.Helper()
	i := &Idea{
		ID: community.NewID[community.IdeaID](community.IdeaPrefix), BoardID: b.ID, Title: "Чай на каждом этаже",
		AuthorID: voter(author, "").ID, Status: Proposed, CreatedAt: a.now(), StatusAt: a.now(),
	}
	i.refresh()
	err := a.store.Do(a.t.Context(), func(tx store.Tx) error {
		if err := ideas.Insert(a.t.Context(), tx, i); err != nil {
			return err
		}
		return a.count(a.t.Context(), tx, &Idea{}, i)
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return i
}

// turn changes an idea, and tells of it as the deed of the kind would.
func (a arena) turn(id community.IdeaID, kind live.Kind, change func(*Idea)) {
	a.t.Helper()
	err := a.store.Do(a.t.Context(), func(tx store.Tx) error {
		_, i, err := a.change(a.t.Context(), tx, id, func(i *Idea) error { change(i); return nil })
		if err != nil {
			return err
		}
		return a.log.Append(a.t.Context(), tx, live.Event{Stream: community.Stream(i.BoardID), Kind: kind, About: []string{string(id)}})
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a arena) status(id community.IdeaID, s Status) {
	a.t.Helper()
	a.turn(id, IdeaStatus, func(i *Idea) { i.Status, i.StatusAt = s, a.now() })
}

// catchUp has the log's consumer see all, and what it tells itself.
func (a arena) catchUp() {
	a.t.Helper()
	for {
		n, err := a.log.CatchUp(a.t.Context(), a.settling())
		if err != nil {
			a.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (a arena) fresh(id community.IdeaID) *Idea {
	a.t.Helper()
	i, err := ideas.Get(a.t.Context(), a.store, string(id))
	if err != nil {
		a.t.Fatal(err)
	}
	return i
}

// votes casts, and fails the test if that is refused.
func (a arena) votes(id community.IdeaID, who, value int) *Cast {
	a.t.Helper()
	c, err := a.Vote(a.t.Context(), voter(who, community.RoleMember), id, value)
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

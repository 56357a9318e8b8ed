package imports_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/imports"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// world is a community in a store of its own.
type world struct {
	store store.Store
	log   *live.Log
	roll  *members.Roll
	hall  *forum.Hall
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := t.Context()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{store: s}
	w.log, err = live.Open(ctx, s, live.Options{Poll: -1})
	check(t, err)
	w.roll, err = members.New(ctx, s, w.log, members.Options{})
	check(t, err)
	w.hall, err = forum.New(ctx, s, w.log, w.roll, nil)
	check(t, err)
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) job() *imports.Job {
	return &imports.Job{Store: w.store, Roll: w.roll, Hall: w.hall, Space: "home"}
}

// data is the path of real data; without it the test is skipped, but not in CI.
func data(t *testing.T, path string) string {
	t.Helper()
	whole := filepath.Join("..", "..", "shared", "data", "forum", filepath.FromSlash(path))
	if _, err := os.Stat(whole); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the real data must be there in CI: %v", err)
		}
		t.Skipf("no real data beside the checkout: %v", err)
	}
	return whole
}

const (
	beer    = "stackexchange/beer.stackexchange.com-2016-12"
	conlang = "stackexchange/conlang.meta.stackexchange.com-2020-09"
	french  = "stackexchange/french.meta.stackexchange.com-2021-09"
)

// entries is how many entries the log has.
func (w *world) entries(t *testing.T) (sum int64) {
	t.Helper()
	m, err := w.log.Moment(t.Context())
	check(t, err)
	for _, n := range m {
		sum += n
	}
	return sum
}

// all reads every page of a list.
func all[T any](t *testing.T, page func(community.Paging) (*community.Page[T], error)) []T {
	t.Helper()
	var out []T
	paging := community.Paging{First: new(int)}
	*paging.First = community.MaxPage
	for {
		p, err := page(paging)
		check(t, err)
		out = append(out, p.Nodes()...)
		if !p.PageInfo.HasNextPage {
			return out
		}
		paging.After = p.PageInfo.EndCursor
	}
}

var (
	guest = community.Viewer{}
	admin = community.Viewer{ID: "member_admin", Role: community.RoleAdmin, Scopes: community.AllScopes}
)

func (w *world) topics(t *testing.T) []*forum.Topic {
	t.Helper()
	return all(t, func(p community.Paging) (*community.Page[*forum.Topic], error) {
		return w.hall.Topics(t.Context(), guest, forum.TopicQuery{Order: forum.Newest}, p)
	})
}

func (w *world) posts(t *testing.T, topic *forum.Topic) []*forum.Post {
	t.Helper()
	opening, err := w.hall.Post(t.Context(), guest, topic.OpeningID)
	check(t, err)
	return append([]*forum.Post{opening}, all(t, func(p community.Paging) (*community.Page[*forum.Post], error) {
		return w.hall.Posts(t.Context(), guest, topic.ID, true, p)
	})...)
}

func (w *world) revisions(t *testing.T, post *forum.Post) []*forum.Revision {
	t.Helper()
	return all(t, func(p community.Paging) (*community.Page[*forum.Revision], error) {
		return w.hall.Revisions(t.Context(), guest, post.ID, p)
	})
}

func (w *world) members(t *testing.T) map[community.MemberID]*members.Member {
	t.Helper()
	out := map[community.MemberID]*members.Member{}
	for _, m := range all(t, func(p community.Paging) (*community.Page[*members.Member], error) {
		return w.roll.Members(t.Context(), admin, "", p)
	}) {
		out[m.ID] = m
	}
	return out
}

// told is all that a community holds, in words that do not depend on ids or on
// when it was brought.
func (w *world) told(t *testing.T) string {
	t.Helper()
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	people := w.members(t)
	for _, m := range people {
		say("member %s %s %q %q %v %s", m.Handle, m.Name, m.Bio, m.Role, m.CreatedAt, m.Source)
		viewer := community.Viewer{ID: m.ID, Role: community.RoleMember}
		for _, b := range all(t, func(p community.Paging) (*community.Page[*forum.Bookmark], error) {
			return w.hall.Bookmarks(t.Context(), viewer, p)
		}) {
			post, err := w.hall.Post(t.Context(), guest, b.PostID)
			check(t, err)
			say("bookmark %s %s %v", m.Handle, post.Source, b.At)
		}
	}
	for _, topic := range w.topics(t) {
		say("topic %s %q %s %v %v posts %d people %d last %v %d", topic.Source, topic.Title, people[topic.AuthorID].Handle,
			topic.Tags, topic.Locked, topic.PostCount, topic.ParticipantCount, topic.LastPostAt, topic.LastNumber)
		sources := map[community.PostID]string{}
		for _, p := range w.posts(t, topic) {
			sources[p.ID] = p.Source
			say("post %s in %s number %d by %s to %s answer %v score %d at %v edited %v revision %d: %s", p.Source, topic.Source, p.Number,
				people[p.AuthorID].Handle, sources[p.ReplyTo], topic.AnswerID == p.ID, p.Score(), p.CreatedAt, p.EditedAt, p.Revision, p.Body)
			for _, r := range w.revisions(t, p) {
				say("revision %s %d by %s %q %v: %s", p.Source, r.Number, people[r.Editor].Handle, r.Reason, r.At, r.Body)
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

var errCut = errors.New("the run was cut off")

// counted is a store whose Do fails at one of the documents that are inserted,
// and that counts all writes.
type counted struct {
	store.Store
	cutAt   int // the insert that fails; 0 for none
	inserts int
	writes  int // of all kinds
}

func (c *counted) Do(ctx context.Context, fn func(store.Tx) error) error {
	return c.Store.Do(ctx, func(tx store.Tx) error { return fn(countedTx{tx, c}) })
}

type countedTx struct {
	store.Tx
	c *counted
}

func (t countedTx) Insert(ctx context.Context, s *store.Spec, doc any) error {
	t.c.writes++
	if t.c.inserts++; t.c.inserts == t.c.cutAt {
		return errCut
	}
	return t.Tx.Insert(ctx, s, doc)
}

func (t countedTx) Update(ctx context.Context, s *store.Spec, id string, change func(any) error) (any, error) {
	t.c.writes++
	return t.Tx.Update(ctx, s, id, change)
}

func (t countedTx) Inc(ctx context.Context, s *store.Spec, id, field string, n int64) (int64, error) {
	t.c.writes++
	return t.Tx.Inc(ctx, s, id, field, n)
}

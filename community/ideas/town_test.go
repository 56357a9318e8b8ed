package ideas

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// town is boards over a real forum, with members who need no roll: their
// handles are their ids.
type town struct {
	*Assembly
	t    *testing.T
	hall *forum.Hall
}

func newTown(t *testing.T) town {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	log := must(live.Open(t.Context(), s, live.Options{Poll: -1}))(t)
	hall := must(forum.New(t.Context(), s, log, strangers{}, nil))(t)
	around := Around{Spaces: hall.Place(), Comments: hall.Place(), People: strangers{}}
	return town{must(New(t.Context(), s, log, around, nil))(t), t, hall}
}

type strangers struct{}

func (strangers) Mentioned(_ context.Context, keys []string) (map[string]community.Mention, error) {
	out := map[string]community.Mention{}
	for _, key := range keys {
		out[key] = community.Mention{ID: community.MemberID("member_" + key), Handle: key}
	}
	return out, nil
}

func (strangers) Known(context.Context, community.MemberID) error { return nil }

// member is a viewer with a session.
func member(name string, role community.Role) community.Viewer {
	return community.Viewer{ID: community.MemberID("member_" + name), Role: role, Scopes: community.AllScopes}
}

var (
	admin = member("admin", community.RoleAdmin)
	anna  = member("anna", community.RoleMember)
	boris = member("boris", community.RoleMember)
	vera  = member("vera", community.RoleModerator)
	guest = community.Viewer{}
)

func (w town) space(v forum.Visibility) *forum.Space {
	w.t.Helper()
	slug := "space-" + community.NewID[string]("s")[2:]
	return must(w.hall.CreateSpace(w.t.Context(), admin, forum.NewSpace{Name: slug, Slug: &slug, Visibility: v}))(w.t)
}

func (w town) boardIn(s *forum.Space) *Board {
	w.t.Helper()
	slug := "board-" + community.NewID[string]("b")[2:]
	return must(w.CreateBoard(w.t.Context(), admin, NewBoard{SpaceID: s.ID, Name: slug, Slug: &slug, Kind: IdeaBoard}))(w.t)
}

func (w town) propose(on *Board, by community.Viewer, tags ...string) *Idea {
	w.t.Helper()
	return must(w.Propose(w.t.Context(), by, NewIdea{BoardID: on.ID, Title: "Идея", Body: "Вот *что*", Tags: tags}))(w.t)
}

func (w town) draft(on *Board, by community.Viewer) *Idea {
	w.t.Helper()
	return must(w.Propose(w.t.Context(), by, NewIdea{BoardID: on.ID, Title: "Draft", Body: "soon", Draft: true}))(w.t)
}

func (w town) comment(on *Idea, by community.Viewer) *forum.Post {
	w.t.Helper()
	return must(w.hall.Reply(w.t.Context(), by, forum.NewPost{TopicID: on.TopicID, Body: "Да"}))(w.t)
}

// catchUp has the consumers see all that happened.
func (w town) catchUp() {
	w.t.Helper()
	for _, c := range w.Consumers() {
		must(w.log.CatchUp(w.t.Context(), c))(w.t)
	}
}

func (w town) freshBoard(id community.BoardID) *Board {
	w.t.Helper()
	return must(boards.Get(w.t.Context(), w.store, string(id)))(w.t)
}

func (w town) freshIdea(id community.IdeaID) *Idea {
	w.t.Helper()
	return must(ideas.Get(w.t.Context(), w.store, string(id)))(w.t)
}

// allIdeas reads all ideas that there are.
func (w town) allIdeas() []*Idea {
	w.t.Helper()
	return must(ideas.Find(w.t.Context(), w.store, store.Query{}))(w.t)
}

// plant keeps ideas as they are given, with nothing around them.
func (w town) plant(on *Board, n int, shape func(k int, i *Idea)) []*Idea {
	w.t.Helper()
	var out []*Idea
	err := w.store.Do(w.t.Context(), func(tx store.Tx) error {
		out = nil
		for k := range n {
			i := &Idea{
				ID: community.NewID[community.IdeaID](community.IdeaPrefix), BoardID: on.ID, Title: fmt.Sprint("Идея ", k), Status: Proposed,
				AuthorID: anna.ID, CreatedAt: time.UnixMilli(int64(1_700_000_000_000 + k)).UTC(),
			}
			shape(k, i)
			i.refresh()
			if err := ideas.Insert(w.t.Context(), tx, i); err != nil {
				return err
			}
			out = append(out, i)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// must fails the test on an error; written in two steps so that a call with two
// results can be its argument.
func must[T any](thing T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return thing
	}
}

// wants checks an error's kind.
func wants(t *testing.T, what string, err error, kind community.Kind) {
	t.Helper()
	if err == nil || community.KindOf(err) != kind {
		t.Errorf("%s: got %v, want %s", what, err, kind)
	}
}

// entries are what the log holds of the board, in order.
func (w town) entries(t *testing.T, b community.BoardID) (out []*live.Entry) {
	t.Helper()
	stream := community.Stream(b)
	read := live.Consumer{Name: community.NewID[string]("reader"), Handle: func(_ context.Context, _ store.Tx, found []*live.Entry) error {
		for _, e := range found {
			if e.Stream == stream {
				out = append(out, e)
			}
		}
		return nil
	}}
	must(w.log.CatchUp(t.Context(), read))(t)
	return out
}

// deaf does what it is told and then says that it failed.
type deaf struct{ Comments }

var errDeaf = errors.New("deaf")

func (d deaf) OpenTalk(ctx context.Context, tx store.Tx, v community.Viewer, talk community.Talk) (community.TopicID, error) {
	id, err := d.Comments.OpenTalk(ctx, tx, v, talk)
	return id, errors.Join(err, errDeaf)
}

func (d deaf) EditTalk(ctx context.Context, tx store.Tx, v community.Viewer, id community.TopicID, talk community.Talk) error {
	return errors.Join(d.Comments.EditTalk(ctx, tx, v, id, talk), errDeaf)
}

func (d deaf) HideTalk(ctx context.Context, tx store.Tx, v community.Viewer, id community.TopicID, gone bool) error {
	return errors.Join(d.Comments.HideTalk(ctx, tx, v, id, gone), errDeaf)
}

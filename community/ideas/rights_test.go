package ideas

import (
	"fmt"
	"testing"

	"veche/community"
	"veche/community/forum"
	"veche/live"
)

// TestWhoSeesWhat puts every sort of idea on boards of every sort of space, and
// compares all that every sort of viewer is answered with a rule of its own.
func TestWhoSeesWhat(t *testing.T) {
	w := newTown(t)
	seated, keeper := member("seated", community.RoleMember), member("keeper", community.RoleMember)
	program := vera
	program.Scopes = []community.Scope{community.ScopeRead}
	viewers := map[string]community.Viewer{
		"guest": guest, "set back": member("set-back", community.RoleGuest), "member": boris, "author": anna, "seated": seated,
		"keeper": keeper, "moderator": vera, "moderator's program": program, "admin": admin,
	}
	sees := map[forum.Visibility][]string{
		forum.Public:  {"guest", "set back", "member", "author", "seated", "keeper", "moderator", "moderator's program", "admin"},
		forum.Members: {"member", "author", "seated", "keeper", "moderator", "moderator's program", "admin"},
		forum.Private: {"seated", "keeper", "admin"},
	}
	rules := []string{"keeper", "moderator", "admin"}
	for visibility, may := range sees {
		s, shut := w.space(forum.Public), visibility
		must(w.hall.SeatMember(t.Context(), admin, s.ID, seated.ID, forum.Sitter))(t)
		must(w.hall.SeatMember(t.Context(), admin, s.ID, keeper.ID, forum.Manager))(t)
		b := w.boardIn(s)
		things := map[string]*Idea{"open": w.propose(b, anna), "draft": w.draft(b, anna), "deleted": w.propose(b, anna)}
		if err := w.DeleteIdea(t.Context(), admin, things["deleted"].ID); err != nil {
			t.Fatal(err)
		}
		must(w.hall.UpdateSpace(t.Context(), admin, s.ID, forum.SpaceChange{Visibility: &shut}))(t)
		for name, viewer := range viewers {
			allowed := contains(may, name)
			want := map[string]bool{
				"open": allowed, "draft": allowed && name == "author", "deleted": allowed && contains(rules, name),
			}
			w.compare(t, fmt.Sprintf("%s, %s space", name, visibility), viewer, b, allowed, things, want)
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// compare asks in every way for the board, which the viewer may see if allowed,
// and for its ideas, of which they may see those that want says.
func (w town) compare(t *testing.T, who string, v community.Viewer, b *Board, allowed bool, things map[string]*Idea, want map[string]bool) {
	t.Helper()
	ctx := t.Context()
	check := func(what string, may bool, err error) {
		t.Helper()
		if may && err != nil {
			t.Errorf("%s: %s: %v", who, what, err)
		} else if !may {
			wants(t, who+": "+what, err, community.KindNotFound)
		}
	}
	_, err := w.Board(ctx, v, b.ID)
	check("board", allowed, err)
	_, err = w.BoardBySlug(ctx, v, b.Slug)
	check("board by slug", allowed, err)
	_, err = w.Boards(ctx, v, &b.SpaceID, community.Paging{})
	check("boards of the space", allowed, err)
	_, err = w.Roadmap(ctx, v, b.ID)
	check("roadmap", allowed, err)
	_, err = w.BoardFeed(b.ID).Admit(ctx, v)
	check("feed", allowed, err)
	if found := must(w.BoardsByID(ctx, v, []community.BoardID{b.ID}))(t); (len(found) == 1) != allowed {
		t.Errorf("%s: loads %d boards", who, len(found))
	}
	if listed := has(must(w.Boards(ctx, v, nil, community.Paging{}))(t).Nodes(), b.ID); listed != allowed {
		t.Errorf("%s: the board is listed: %v", who, listed)
	}
	for name, i := range things {
		_, err := w.Idea(ctx, v, i.ID)
		check(name, want[name], err)
		found := must(w.IdeasByID(ctx, v, []community.IdeaID{i.ID}))(t)
		if _, ok := found[i.ID]; ok != want[name] {
			t.Errorf("%s: loads the idea %s: %v", who, name, ok)
		}
		event, err := w.boardEvent(ctx, v, &live.Entry{Stream: community.Stream(b.ID), Kind: IdeaChanged, About: []string{string(i.ID)}}, "")
		if told := err == nil && event != nil; told != (allowed && name == "open") {
			t.Errorf("%s: is told of the idea %s: %v, %v", who, name, event, err)
		}
	}
	for _, q := range everyQuery(b.ID) {
		page, err := w.Ideas(ctx, v, q, community.Paging{})
		check("list", allowed, err)
		for _, i := range nodes(page) {
			if i.ID != things["open"].ID {
				t.Errorf("%s: %+v lists %s", who, q, i.ID)
			}
		}
	}
	of := must(w.IdeasOf(ctx, v, anna.ID, community.Paging{}))(t).Nodes()
	if hasIdea(of, things["open"].ID) != want["open"] || hasIdea(of, things["draft"].ID) || hasIdea(of, things["deleted"].ID) {
		t.Errorf("%s: sees of the author %v", who, of)
	}
	if v.MayLook() == nil {
		drafts := must(w.Drafts(ctx, v, community.Paging{}))(t).Nodes()
		if hasIdea(drafts, things["draft"].ID) != want["draft"] {
			t.Errorf("%s: sees the drafts %v", who, drafts)
		}
	}
}

func nodes(p *community.Page[*Idea]) []*Idea {
	if p == nil {
		return nil
	}
	return p.Nodes()
}

func has(found []*Board, id community.BoardID) bool {
	for _, b := range found {
		if b.ID == id {
			return true
		}
	}
	return false
}

func hasIdea(found []*Idea, id community.IdeaID) bool {
	for _, i := range found {
		if i.ID == id {
			return true
		}
	}
	return false
}

// TestWhoMayDoWhat tries the deeds that need more than seeing.
func TestWhoMayDoWhat(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	idea, title := w.propose(b, anna), "Иначе"
	reader, moderator := anna, vera
	reader.Scopes = []community.Scope{community.ScopeRead}
	moderator.Scopes = []community.Scope{community.ScopeRead, community.ScopeWrite}
	deeds := map[string]func(v community.Viewer) error{
		"make a board": func(v community.Viewer) error {
			_, err := w.CreateBoard(t.Context(), v, NewBoard{SpaceID: b.SpaceID, Name: "x", Kind: IdeaBoard})
			return err
		},
		"change a board": func(v community.Viewer) error {
			_, err := w.UpdateBoard(t.Context(), v, b.ID, BoardChange{Name: &title})
			return err
		},
		"change another's idea": func(v community.Viewer) error {
			_, err := w.UpdateIdea(t.Context(), v, idea.ID, IdeaChange{Title: &title})
			return err
		},
		"delete another's idea": func(v community.Viewer) error { return w.DeleteIdea(t.Context(), v, idea.ID) },
		"set a status": func(v community.Viewer) error {
			_, err := w.SetStatus(t.Context(), v, NewStatus{IdeaID: idea.ID, Status: Planned})
			return err
		},
		"answer": func(v community.Viewer) error { _, err := w.AnswerIdea(t.Context(), v, idea.ID, "x"); return err },
	}
	for name, deed := range deeds {
		wants(t, "a guest: "+name, deed(guest), community.KindUnauthenticated)
		wants(t, "a member: "+name, deed(boris), community.KindForbidden)
		wants(t, "a reading program: "+name, deed(reader), community.KindForbidden)
		wants(t, "a moderator's program that may not rule: "+name, deed(moderator), community.KindForbidden)
	}
	// With a comment by another, it is no more the author's own.
	w.comment(idea, boris)
	wants(t, "the author deletes what others answered", w.DeleteIdea(t.Context(), anna, idea.ID), community.KindForbidden)
	// Nor with another's vote.
	liked := w.propose(b, anna)
	must(ideas.Update(t.Context(), w.store, string(liked.ID), func(i *Idea) error { i.VoterCount = 1; return nil }))(t)
	wants(t, "the author deletes what others like", w.DeleteIdea(t.Context(), anna, liked.ID), community.KindForbidden)
}

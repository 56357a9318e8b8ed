package ideas

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Limits of a board's texts, in characters.
const (
	MaxBoardName = 80
	MaxBrief     = 10_000
)

// NewBoard is a board to be made.
type NewBoard struct {
	SpaceID community.SpaceID
	Name    string
	Slug    *string // made of the name when nil
	Brief   *string
	Kind    BoardKind
	Policy  *Policy       // everybody has one vote for each idea when nil
	Contest *ContestRules // of the kind CONTEST only; any member enters when nil
}

// CreateBoard makes a board in a space, for who moderates it.
func (a *Assembly) CreateBoard(ctx context.Context, viewer community.Viewer, n NewBoard) (*Board, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if err := a.mustModerate(ctx, a.store, viewer, n.SpaceID); err != nil {
		return nil, err // before the rest, so that a stranger learns nothing
	}
	if n.Kind != IdeaBoard && n.Kind != Contest {
		return nil, community.BadInput("kind", "There is no kind %q of boards.", n.Kind)
	}
	b := &Board{
		ID: community.NewID[community.BoardID](community.BoardPrefix), SpaceID: n.SpaceID, Kind: n.Kind,
		CreatedBy: viewer.ID, CreatedAt: a.now(),
	}
	change := BoardChange{Name: &n.Name, Slug: n.Slug, Brief: n.Brief, Policy: n.Policy, Contest: n.Contest}
	if n.Slug == nil {
		slug := text.Slug(n.Name, 64)
		change.Slug = &slug
	}
	if n.Policy == nil {
		change.Policy = &Policy{Kind: OneEach, VoterRole: community.RoleMember}
	}
	ready, err := a.readied(ctx, change)
	if err != nil {
		return nil, err
	}
	if err := ready.apply(b); err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Board, error) {
		if err := a.mustModerate(ctx, tx, viewer, n.SpaceID); err != nil {
			return nil, err
		}
		if err := boards.Insert(ctx, tx, b); err != nil {
			return nil, slugTaken(err)
		}
		return b, a.log.Append(ctx, tx, told(b.ID, BoardCreated, viewer, string(b.ID)))
	})
}

func slugTaken(err error) error {
	if errors.Is(err, store.ErrExists) {
		return community.BadInput("slug", "Another board has this slug.")
	}
	return err
}

// BoardChange says what to change; nil leaves it as it is.
type BoardChange struct {
	Name     *string
	Slug     *string
	Brief    *string
	Policy   *Policy
	Contest  *ContestRules
	Archived *bool

	html string // of the brief
	at   time.Time
}

// UpdateBoard changes a board, for who moderates its space. One that was put
// away can only be taken out again.
func (a *Assembly) UpdateBoard(ctx context.Context, viewer community.Viewer, id community.BoardID, c BoardChange) (*Board, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, err := a.ruled(ctx, a.store, viewer, id); err != nil {
		return nil, err
	}
	ready, err := a.readied(ctx, c)
	if err != nil {
		return nil, err
	}
	b, err := store.Result(ctx, a.store, func(tx store.Tx) (*Board, error) {
		b, err := a.ruled(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if c.Archived == nil || *c.Archived {
			if err := b.open(); err != nil {
				return nil, err
			}
		}
		if b, err = boards.Update(ctx, tx, string(id), ready.apply); err != nil {
			return nil, slugTaken(err)
		}
		return b, a.log.Append(ctx, tx, told(id, BoardChanged, viewer, string(id)))
	})
	if err == nil && b.RevealAt != nil && !ready.at.Before(*b.RevealAt) {
		if _, err := a.reveal(ctx, id); err != nil {
			slog.WarnContext(ctx, "entries are shown a little later", "board", id, "error", err)
		}
	}
	return b, err
}

// readied checks and renders what was given, before the Do.
func (a *Assembly) readied(ctx context.Context, c BoardChange) (BoardChange, error) {
	c.at = a.now()
	if c.Brief != nil {
		brief, err := a.written(ctx, "brief", *c.Brief, 0, MaxBrief)
		if err != nil {
			return c, err
		}
		c.Brief, c.html = &brief.body, brief.html
	}
	if c.Policy != nil {
		policy := *c.Policy
		if err := a.checkPolicy(ctx, &policy); err != nil {
			return c, err
		}
		c.Policy = &policy
	}
	if c.Contest != nil {
		rules := *c.Contest
		if err := checkRules(&rules); err != nil {
			return c, err
		}
		c.Contest = &rules
	}
	return c, nil
}

func (c BoardChange) apply(b *Board) (err error) {
	if c.Name != nil {
		if b.Name, err = text.Line("name", *c.Name, 1, MaxBoardName); err != nil {
			return err
		}
	}
	if c.Slug != nil {
		if err := text.CheckSlug("slug", *c.Slug); err != nil {
			return err
		}
		b.Slug = *c.Slug
	}
	if c.Brief != nil {
		b.Brief, b.BriefHTML = *c.Brief, c.html
	}
	if c.Policy != nil {
		if b.VoteCount > 0 && c.Policy.Kind != b.Policy.Kind {
			return community.Conflict("Votes were given already: the kind of the policy stays %s.", b.Policy.Kind)
		}
		b.Policy = *c.Policy
	}
	if c.Contest != nil {
		if err := b.setContest(c.Contest, c.at); err != nil {
			return err
		}
	}
	if err := b.checkContest(); err != nil {
		return err
	}
	if c.Archived != nil && *c.Archived != (b.ArchivedAt != nil) {
		b.ArchivedAt = nil
		if *c.Archived {
			b.ArchivedAt = &c.at
		}
	}
	return nil
}

// Board answers a board that the viewer may see.
func (a *Assembly) Board(ctx context.Context, viewer community.Viewer, id community.BoardID) (*Board, error) {
	return a.board(ctx, a.store, viewer, id)
}

// BoardBySlug answers the board with the slug, if the viewer may see it.
func (a *Assembly) BoardBySlug(ctx context.Context, viewer community.Viewer, slug string) (*Board, error) {
	found, err := boards.Find(ctx, a.store, store.Query{Where: []store.Cond{store.Eq("slug", slug)}})
	if err != nil {
		return nil, fmt.Errorf("look up a slug: %w", err)
	}
	if len(found) == 0 {
		return nil, community.NotFound("board")
	}
	return a.board(ctx, a.store, viewer, found[0].ID)
}

// Boards lists the boards of the space, or of all spaces that the viewer may
// see, the oldest first.
func (a *Assembly) Boards(ctx context.Context, viewer community.Viewer, space *community.SpaceID, p community.Paging) (*community.Page[*Board], error) {
	name, where := "boards", store.Cond{}
	if space != nil {
		if err := a.spaces.Enter(ctx, a.store, viewer, *space); err != nil {
			return nil, err
		}
		name, where = "boards "+string(*space), store.Eq("space", *space)
	} else {
		ids, err := a.spaces.Visible(ctx, viewer)
		if err != nil {
			return nil, err
		}
		where = store.In("space", ids)
	}
	return community.List[*Board]{
		Name: name, Like: []any{time.Time{}, ""},
		Place: func(b *Board) []any { return []any{b.CreatedAt, string(b.ID)} },
		Query: store.Query{Where: []store.Cond{where}, Sort: []string{"createdAt"}},
		Find:  func(q store.Query) ([]*Board, error) { return boards.Find(ctx, a.store, q) },
	}.Read(p)
}

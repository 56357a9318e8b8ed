package ideas

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// BroughtIdea is an idea that an import brings from elsewhere, with its author,
// dates and status.
type BroughtIdea struct {
	ID        community.IdeaID
	TopicID   community.TopicID // of its comments, which the import brought
	Title     string
	Body      string
	Tags      []string
	Author    community.MemberID
	CreatedAt time.Time
	EditedAt  *time.Time
	Status    Status
	StatusAt  time.Time
	// Score is the sum of votes whose givers are not known.
	Score       int
	ReleaseNote string
	Source      string
}

// BroughtBallot is a vote that an import brings, of somebody who is known.
type BroughtBallot struct {
	IdeaID  community.IdeaID
	Member  community.MemberID
	Value   int
	Counted int
	At      time.Time
	// Scored says that the idea's brought score has the vote already: from there
	// it is taken, and the score stays what it was.
	Scored bool
}

// Receiving answers the board with the slug, whoever may see it, if an import may
// bring ideas to it; NOT_FOUND if there is none.
func (a *Assembly) Receiving(ctx context.Context, on store.Ops, slug string) (*Board, error) {
	found, err := boards.Find(ctx, on, store.Query{Where: []store.Cond{store.Eq("slug", slug)}})
	if err != nil {
		return nil, fmt.Errorf("look up a slug: %w", err)
	}
	if len(found) == 0 {
		return nil, community.NotFound("board")
	}
	b := found[0]
	if b.hides(a.now()) {
		return nil, community.Conflict("This contest hides its entries until %s.", b.Contest.EntriesUntil.Format(time.RFC3339))
	}
	return b, b.open()
}

// BringBoard makes a board for ideas in the space, as nobody's in particular.
func (a *Assembly) BringBoard(ctx context.Context, tx store.Tx, space community.SpaceID, slug, name string) (*Board, error) {
	b := &Board{
		ID: community.NewID[community.BoardID](community.BoardPrefix), SpaceID: space, Kind: IdeaBoard, CreatedAt: a.now(),
		Policy: Policy{Kind: OneEach, VoterRole: community.RoleMember},
	}
	if err := (BoardChange{Name: &name, Slug: &slug}).apply(b); err != nil {
		return nil, err
	}
	if err := boards.Insert(ctx, tx, b); err != nil {
		return nil, fmt.Errorf("keep a board: %w", slugTaken(err))
	}
	return b, a.log.Append(ctx, tx, told(b.ID, BoardCreated, community.Viewer{}, string(b.ID)))
}

// BringIdea adds an idea from elsewhere, whose topic was brought in the same Do.
func (a *Assembly) BringIdea(ctx context.Context, tx store.Tx, b *Board, n BroughtIdea) (*Idea, error) {
	i := &Idea{
		ID: n.ID, BoardID: b.ID, TopicID: n.TopicID, Title: n.Title, Slug: text.Slug(n.Title, 80),
		Body: n.Body, HTML: text.Render(n.Body, nil).HTML, Tags: n.Tags, AuthorID: n.Author,
		Status: n.Status, StatusAt: n.StatusAt, CreatedAt: n.CreatedAt, EditedAt: n.EditedAt,
		Score: n.Score, BroughtScore: n.Score, Source: n.Source,
	}
	if n.ReleaseNote != "" && n.Status == Implemented {
		i.ReleaseNote, i.ReleaseHTML = n.ReleaseNote, text.Render(n.ReleaseNote, nil).HTML
	}
	return i, a.keep(ctx, tx, community.Viewer{ID: n.Author}, i)
}

// StandsOn says whether the idea stands on the board.
func (a *Assembly) StandsOn(ctx context.Context, on store.Ops, b *Board, id community.IdeaID) (bool, error) {
	i, err := ideas.Get(ctx, on, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up an idea: %w", err)
	}
	return i.BoardID == b.ID, nil
}

// BringVote adds a vote from elsewhere; one that the member gave here meanwhile
// stays. It takes nothing from a budget.
func (a *Assembly) BringVote(ctx context.Context, tx store.Tx, n BroughtBallot) error {
	i, err := ideas.Get(ctx, tx, string(n.IdeaID))
	if err != nil {
		return fmt.Errorf("look up the idea of a vote: %w", err)
	}
	was, err := a.vote(ctx, tx, i, n.Member)
	if err != nil || was.Value != 0 {
		return err
	}
	is := *was
	is.Value, is.Counted, is.At, is.Returned = n.Value, n.Counted, n.At, max(n.Value, -n.Value)
	if _, err := a.keepVote(ctx, tx, was, &is); err != nil || !n.Scored {
		return err
	}
	_, _, err = a.change(ctx, tx, i.ID, func(i *Idea) error {
		i.BroughtScore -= n.Counted
		i.Score -= n.Counted
		return nil
	})
	return err
}

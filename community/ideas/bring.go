package ideas

import (
	"context"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// Brought is an idea from elsewhere, with the votes that it got there.
type Brought struct {
	BoardID   community.BoardID
	Author    community.MemberID
	Title     string
	Body      string
	Tags      []string
	Status    Status
	CreatedAt time.Time
	Source    string
	Votes     []BroughtVote
}

// BroughtVote is what a member gave elsewhere.
type BroughtVote struct {
	Member community.MemberID
	Value  int
	At     time.Time
}

// Bring adds an idea from elsewhere, without a topic. Its votes count as they
// are, take nothing from anybody's budget, and are not told one by one.
func (a *Assembly) Bring(ctx context.Context, tx store.Tx, b Brought) (*Idea, error) {
	i := &Idea{
		ID: community.NewID[community.IdeaID](community.IdeaPrefix), BoardID: b.BoardID, AuthorID: b.Author,
		Title: b.Title, Slug: text.Slug(b.Title, 80), Body: b.Body, HTML: text.Render(b.Body, nil).HTML, Tags: b.Tags,
		Status: b.Status, StatusAt: b.CreatedAt, CreatedAt: b.CreatedAt, Source: b.Source,
	}
	for _, given := range b.Votes {
		v := &Vote{
			ID: pair(i.ID, given.Member), BoardID: b.BoardID, IdeaID: i.ID, MemberID: given.Member,
			Value: given.Value, Counted: given.Value, At: given.At, Returned: max(given.Value, -given.Value),
		}
		if err := votes.Insert(ctx, tx, v); err != nil {
			return nil, fmt.Errorf("keep a vote from elsewhere: %w", err)
		}
		i.weigh(&Vote{}, v)
	}
	i.refresh()
	if err := ideas.Insert(ctx, tx, i); err != nil {
		return nil, fmt.Errorf("keep an idea from elsewhere: %w", err)
	}
	if err := a.count(ctx, tx, &Idea{}, i); err != nil {
		return nil, err
	}
	return i, a.log.Append(ctx, tx, live.Event{
		Stream: community.Stream(i.BoardID), Kind: IdeaAdded, Actor: string(b.Author), About: []string{string(i.ID)},
	})
}

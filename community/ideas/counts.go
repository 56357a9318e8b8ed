package ideas

import (
	"context"
	"fmt"

	"veche/community"
	"veche/store"
)

// share is what an idea adds to what its board and its author's part count.
type share struct{ ideas, implemented, votes, score int }

// share is nothing while the idea is not listed.
func (i *Idea) share() share {
	if i.Listed == "" {
		return share{}
	}
	s := share{ideas: 1, votes: i.VoterCount, score: i.Score}
	if i.Status == Implemented {
		s.implemented = 1
	}
	return s
}

func (s share) less(o share) share {
	return share{s.ideas - o.ideas, s.implemented - o.implemented, s.votes - o.votes, s.score - o.score}
}

// change changes an idea, and all that counts it. It answers the idea as it was
// and as it is.
func (a *Assembly) change(ctx context.Context, tx store.Tx, id community.IdeaID, change func(*Idea) error) (was, now *Idea, err error) {
	before := Idea{}
	now, err = ideas.Update(ctx, tx, string(id), func(i *Idea) error {
		before = *i
		if err := change(i); err != nil {
			return err
		}
		i.refresh()
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return &before, now, a.count(ctx, tx, &before, now)
}

// count brings the rankings, and the counts of the board and of the author's
// part, to what the idea adds to them now.
func (a *Assembly) count(ctx context.Context, tx store.Tx, was, now *Idea) error {
	at := a.now()
	if err := a.climb(ctx, tx, was.places(at), now.places(at)); err != nil {
		return err
	}
	d := now.share().less(was.share())
	if d == (share{}) {
		return nil
	}
	if d != (share{score: d.score}) {
		_, err := boards.Update(ctx, tx, string(now.BoardID), func(b *Board) error {
			b.IdeaCount += d.ideas
			b.ImplementedCount += d.implemented
			b.VoteCount += d.votes
			return nil
		})
		if err != nil {
			return fmt.Errorf("count the ideas of a board: %w", err)
		}
	}
	if d == (share{votes: d.votes}) {
		return nil
	}
	_, err := a.part(ctx, tx, now.BoardID, now.AuthorID, func(p *Part) error {
		p.Proposed += d.ideas
		p.Implemented += d.implemented
		p.Received += d.score
		return nil
	})
	return err
}

// part changes what a member has done on a board, and answers it.
func (a *Assembly) part(ctx context.Context, tx store.Tx, board community.BoardID, member community.MemberID, change func(*Part) error) (*Part, error) {
	id := pair(board, member)
	p, err := parts.Upsert(ctx, tx, id, Part{ID: id, BoardID: board, MemberID: member}, change)
	if err != nil {
		return nil, fmt.Errorf("keep what a member does on a board: %w", err)
	}
	return p, nil
}

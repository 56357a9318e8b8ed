package ideas

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Cast is what a vote came to.
type Cast struct {
	Idea *Idea `bson:"idea"`
	// VotesLeft is what the voter still has to give on the board; nothing where
	// votes are not counted out.
	VotesLeft *int `bson:"votesLeft"`
}

// Vote sets what the viewer gives to an idea, whatever they gave before: 1, -1
// where a board lets people vote against, or up to so many votes of a budget.
// The idea may be their own.
func (a *Assembly) Vote(ctx context.Context, viewer community.Viewer, id community.IdeaID, value int) (*Cast, error) {
	return a.cast(ctx, viewer, id, func(b *Board, v *Vote, now time.Time) error {
		if err := b.Policy.allows(value); err != nil {
			return err
		}
		if err := b.Policy.calls(viewer); err != nil || v.Value == value {
			return err
		}
		if v.Value == 0 {
			v.At = now
		}
		v.Value, v.Counted = value, b.Policy.counts(value, viewer.Role)
		v.Spent = max(0, b.Policy.costs(value)-v.Returned)
		return nil
	})
}

// Unvote takes the viewer's vote back; none is as good.
func (a *Assembly) Unvote(ctx context.Context, viewer community.Viewer, id community.IdeaID) (*Cast, error) {
	return a.cast(ctx, viewer, id, func(_ *Board, v *Vote, _ time.Time) error {
		v.Value, v.Counted, v.Spent, v.Returned = 0, 0, 0, 0
		return nil
	})
}

// cast changes the viewer's vote for an idea that takes votes at the moment when
// it is written.
func (a *Assembly) cast(ctx context.Context, viewer community.Viewer, id community.IdeaID, change func(*Board, *Vote, time.Time) error) (*Cast, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Cast, error) {
		i, b, err := a.idea(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		now := a.now()
		if err := i.takesVotes(b, now); err != nil {
			return nil, err
		}
		was, err := a.vote(ctx, tx, i, viewer.ID)
		if err != nil {
			return nil, err
		}
		is := *was
		if err := change(b, &is, now); err != nil {
			return nil, err
		}
		part, err := a.spend(ctx, tx, b, was, &is)
		if err != nil {
			return nil, err
		}
		if is != *was {
			if i, err = a.keepVote(ctx, tx, was, &is); err != nil {
				return nil, a.refund(ctx, tx, was, &is, err)
			}
		}
		return &Cast{Idea: i, VotesLeft: b.Policy.left(part)}, nil
	})
}

// takesVotes says whether votes for the idea may change at the time.
func (i *Idea) takesVotes(b *Board, now time.Time) error {
	if err := b.open(); err != nil {
		return err
	}
	switch {
	case i.Draft:
		return community.Conflict("This idea is a draft: publish it first.")
	case i.Deleted():
		return community.Conflict("This idea was deleted.")
	case i.closed():
		return community.Conflict("This idea is closed (%s): its votes change no more.", i.Status)
	}
	return b.votes(now)
}

// vote answers what the member gives to the idea: a vote of 0 for none.
func (a *Assembly) vote(ctx context.Context, on store.Ops, i *Idea, who community.MemberID) (*Vote, error) {
	id := pair(i.ID, who)
	v, err := votes.Get(ctx, on, id)
	if errors.Is(err, store.ErrNotFound) {
		return &Vote{ID: id, BoardID: i.BoardID, IdeaID: i.ID, MemberID: who}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a vote: %w", err)
	}
	return v, nil
}

// spend takes from the voter's budget what the vote costs more than it did, or
// gives back what it costs less.
func (a *Assembly) spend(ctx context.Context, tx store.Tx, b *Board, was, is *Vote) (*Part, error) {
	if is.Spent == was.Spent {
		return a.partOf(ctx, tx, b.ID, is.MemberID)
	}
	return a.part(ctx, tx, b.ID, is.MemberID, func(p *Part) error {
		more := is.Spent - was.Spent
		if left := max(0, b.Policy.Budget-p.Spent); more > left {
			return community.Conflict("Of your %d votes for this board %d are left; this takes %d.", b.Policy.Budget, left, more)
		}
		p.Spent += more
		return nil
	})
}

// refund undoes spend where a Do that fails undoes nothing.
func (a *Assembly) refund(ctx context.Context, tx store.Tx, was, is *Vote, failed error) error {
	if a.store.Transactional() || is.Spent == was.Spent {
		return failed
	}
	_, err := a.part(ctx, tx, is.BoardID, is.MemberID, func(p *Part) error {
		p.Spent -= is.Spent - was.Spent
		return nil
	})
	return errors.Join(failed, err)
}

// partOf answers what the member has done on the board.
func (a *Assembly) partOf(ctx context.Context, on store.Ops, board community.BoardID, who community.MemberID) (*Part, error) {
	id := pair(board, who)
	p, err := parts.Get(ctx, on, id)
	if errors.Is(err, store.ErrNotFound) {
		return &Part{ID: id, BoardID: board, MemberID: who}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a part: %w", err)
	}
	return p, nil
}

// left is how many votes a member still has to give; nothing where votes are
// not counted out.
func (p *Policy) left(part *Part) *int {
	if p.Kind != Budget {
		return nil
	}
	left := max(0, p.Budget-part.Spent)
	return &left
}

// keepVote writes the vote as it is, in place of what it was, and all that
// counts it. Two requests of one member at once do not count twice: the second
// to write is ErrConflict, which Do tries again where it can.
func (a *Assembly) keepVote(ctx context.Context, tx store.Tx, was, is *Vote) (*Idea, error) {
	if err := replaceVote(ctx, tx, was, is); err != nil {
		return nil, fmt.Errorf("keep a vote: %w", err)
	}
	_, i, err := a.change(ctx, tx, is.IdeaID, func(i *Idea) error { i.weigh(was, is); return nil })
	if err != nil {
		return nil, fmt.Errorf("count a vote: %w", err)
	}
	return i, a.log.Append(ctx, tx, live.Event{
		Stream: VotesOf(is.BoardID), Kind: VoteCast, Actor: string(is.MemberID),
		About: []string{string(is.IdeaID), string(is.MemberID), strconv.Itoa(is.Counted)},
	})
}

func replaceVote(ctx context.Context, tx store.Tx, was, is *Vote) error {
	if was.Value == 0 && is.Value == 0 {
		return nil
	}
	if was.Value == 0 {
		kept := *is
		if err := votes.Insert(ctx, tx, &kept); errors.Is(err, store.ErrExists) {
			return store.ErrConflict
		} else {
			return err
		}
	}
	_, err := votes.Update(ctx, tx, is.ID, func(v *Vote) error {
		if *v != *was {
			return store.ErrConflict
		}
		*v = *is
		return nil
	})
	if err == nil && is.Value == 0 {
		err = votes.Delete(ctx, tx, is.ID)
	}
	if errors.Is(err, store.ErrNotFound) {
		return store.ErrConflict
	}
	return err
}

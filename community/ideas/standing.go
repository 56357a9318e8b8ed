package ideas

import (
	"context"
	"fmt"
	"strings"
	"time"

	"veche/community"
	"veche/store"
)

// apart marks the periods of an idea that is not listed, so that no list of a
// period has it.
const apart = "~"

// counted are an idea's fields of the spans, in the order of spans.
func (i *Idea) inSpans() (in [5]*string, score [5]*int) {
	return [5]*string{&i.DayIn, &i.WeekIn, &i.MonthIn, &i.QuarterIn, &i.YearIn},
		[5]*int{&i.DayScore, &i.WeekScore, &i.MonthScore, &i.QuarterScore, &i.YearScore}
}

// derive brings up to date what follows from the rest: whether the idea is
// listed, and its heat.
func (i *Idea) derive() {
	i.Listed = string(i.BoardID)
	if i.Draft || i.DeletedAt != nil || i.MergedInto != "" {
		i.Listed = ""
	}
	ins, _ := i.inSpans()
	for _, in := range ins {
		name := strings.TrimPrefix(*in, apart)
		if i.Listed == "" && name != "" {
			name = apart + name
		}
		*in = name
	}
	i.warm()
}

// weigh counts a member's vote as it is now, in place of what it was.
func (i *Idea) weigh(was, is *Vote) {
	i.Score += is.Counted - was.Counted
	i.VoterCount += is.voters() - was.voters()
	i.shine(-was.Counted, was.At)
	i.shine(is.Counted, is.At)
	ins, scores := i.inSpans()
	for n, span := range spans {
		in, score := ins[n], scores[n]
		name := strings.TrimPrefix(*in, apart)
		if was.Value != 0 && periodKey(i.BoardID, span, was.At) == name {
			*score -= was.Counted
		}
		if is.Value == 0 {
			continue
		}
		switch given := periodKey(i.BoardID, span, is.At); {
		case given == name:
			*score += is.Counted
		case given > name: // the first vote in it
			*in, *score = given, is.Counted
		}
	}
	i.derive()
}

// placeIn is where the idea stands in the ranking of a period; not ok if that
// does not have it.
func (i *Idea) placeIn(p Period, now time.Time) (at place, ok bool) {
	if i.Listed == "" {
		return place{}, false
	}
	ins, scores := i.inSpans()
	for n, span := range spans {
		if span != p {
			continue
		}
		// One that is ahead of our clock is that of another server.
		if *ins[n] < periodKey(i.BoardID, span, now) {
			return place{}, false
		}
		until := now.Add(spanLengths[n] + ladderKept)
		return place{ranking: *ins[n], score: *scores[n], until: &until}, true
	}
	return place{ranking: i.Listed, score: i.Score}, true
}

// ladderKept is how long the ladder of a period is kept behind its end, and
// spanLengths is more than any of the spans lasts.
const ladderKept = 48 * time.Hour

var spanLengths = [5]time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour, 92 * 24 * time.Hour, 366 * 24 * time.Hour}

// places are where the idea stands by now. Rankings of periods that are over
// stay as they were.
func (i *Idea) places(now time.Time) []place {
	var all []place
	for _, p := range append([]Period{All}, spans...) {
		if at, ok := i.placeIn(p, now); ok {
			all = append(all, at)
		}
	}
	return all
}

// amend changes an idea and all that is counted of ideas with it.
func (a *Assembly) amend(ctx context.Context, tx store.Tx, id community.IdeaID, change func(*Idea) error) (*Idea, error) {
	var was Idea
	is, err := ideas.Update(ctx, tx, string(id), func(i *Idea) error {
		was = *i
		if err := change(i); err != nil {
			return err
		}
		i.derive()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return is, a.recount(ctx, tx, &was, is)
}

// recount brings the counts of the board and of the author, and the rankings,
// from how the idea was to how it is. An idea that is new was &Idea{}.
func (a *Assembly) recount(ctx context.Context, tx store.Tx, was, is *Idea) error {
	now := a.now()
	if err := a.climb(ctx, tx, was.places(now), is.places(now)); err != nil {
		return err
	}
	before, after := was.shares(), is.shares()
	if after.board != before.board {
		_, err := boards.Update(ctx, tx, string(is.BoardID), func(b *Board) error {
			b.IdeaCount += after.board.ideas - before.board.ideas
			b.VoteCount += after.board.votes - before.board.votes
			b.ImplementedCount += after.board.implemented - before.board.implemented
			return nil
		})
		if err != nil {
			return fmt.Errorf("count on a board: %w", err)
		}
	}
	if after.author == before.author {
		return nil
	}
	_, err := a.takePart(ctx, tx, is.BoardID, is.AuthorID, func(p *Part) error {
		p.Proposed += after.author.ideas - before.author.ideas
		p.Received += after.author.votes - before.author.votes
		p.Implemented += after.author.implemented - before.author.implemented
		return nil
	})
	return err
}

// takePart changes what a member has done on a board.
func (a *Assembly) takePart(ctx context.Context, tx store.Tx, board community.BoardID, who community.MemberID, change func(*Part) error) (*Part, error) {
	id := pair(board, who)
	p, err := parts.Upsert(ctx, tx, id, Part{ID: id, BoardID: board, MemberID: who}, change)
	if err != nil {
		return nil, fmt.Errorf("keep a part: %w", err)
	}
	return p, nil
}

// share is what an idea adds to counts.
type share struct{ ideas, votes, implemented int }

// shares are what it adds to its board's and to its author's.
func (i *Idea) shares() (s struct{ board, author share }) {
	if i.Listed == "" {
		return s
	}
	s.board = share{ideas: 1, votes: i.VoterCount}
	s.author = share{ideas: 1, votes: i.Score}
	if i.Status == Implemented {
		s.board.implemented, s.author.implemented = 1, 1
	}
	return s
}

package ideas

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"veche/community"
	"veche/live"
	"veche/store"
)

// settledAtOnce is how many votes are returned, or votes, comments and reactions
// to these carried, in one commit. The rest is left to an entry of the log that says so, which the consumer comes to
// next: whatever crashes, the log goes on where it was.
const settledAtOnce = 100

// settling is the consumer that gives the votes of a budget back when an idea
// closes or is deleted, and carries those of a merged idea, and then what was
// said about it, to where it went.
func (a *Assembly) settling() live.Consumer {
	return live.Consumer{Name: "ideas.votes", Handle: func(ctx context.Context, tx store.Tx, found []*live.Entry) error {
		room := settledAtOnce
		for _, e := range found {
			switch e.Kind {
			case IdeaStatus, IdeaMerged, IdeaRemoved, VotesDue:
			default:
				continue
			}
			due := due{idea: community.IdeaID(e.About[0])}
			if e.Kind == VotesDue && len(e.About) > 1 {
				due.behind = community.MemberID(e.About[1])
			}
			used, err := a.settle(ctx, tx, due, room)
			if err != nil {
				return err
			}
			room -= used
		}
		return nil
	}}
}

// due is what is still to be done about the votes for an idea.
type due struct {
	idea   community.IdeaID
	behind community.MemberID
}

// settle does as much as there is room for, and says how much that was.
func (a *Assembly) settle(ctx context.Context, tx store.Tx, d due, room int) (used int, err error) {
	i, err := ideas.Get(ctx, tx, string(d.idea))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up an idea: %w", err)
	}
	b, err := boards.Get(ctx, tx, string(i.BoardID))
	if err != nil {
		return 0, fmt.Errorf("look up a board: %w", err)
	}
	work := a.giveBack
	if i.MergedInto != "" {
		work, d.behind = a.carry, ""
	} else if !i.releases() || b.Policy.Kind != Budget {
		return 0, nil
	}
	if room <= 0 {
		return 0, a.leaveDue(ctx, tx, i, d.behind)
	}
	q := store.Query{Where: []store.Cond{votesFor(i.ID)}, Limit: room + 1}
	if d.behind != "" {
		q.After = []any{pair(i.ID, d.behind)}
	}
	found, err := votes.Find(ctx, tx, q)
	if err != nil {
		return 0, fmt.Errorf("list votes: %w", err)
	}
	now := found[:min(room, len(found))]
	if err := work(ctx, tx, i, now); err != nil {
		return 0, err
	}
	if len(found) > room {
		return len(now), a.leaveDue(ctx, tx, i, now[room-1].MemberID)
	}
	if i.MergedInto != "" {
		return a.carryTalk(ctx, tx, i, len(now), room)
	}
	return len(now), nil
}

// releases says whether members have the votes back that they gave to the idea.
func (i *Idea) releases() bool { return i.closed() || i.DeletedAt != nil }

func (a *Assembly) leaveDue(ctx context.Context, tx store.Tx, i *Idea, behind community.MemberID) error {
	about := []string{string(i.ID)}
	if behind != "" {
		about = append(about, string(behind))
	}
	return a.log.Append(ctx, tx, live.Event{Stream: VotesOf(i.BoardID), Kind: VotesDue, About: about})
}

// giveBack returns the votes to those who gave them. They still count.
func (a *Assembly) giveBack(ctx context.Context, tx store.Tx, _ *Idea, found []*Vote) error {
	for _, v := range found {
		if v.Spent == 0 {
			continue
		}
		is := *v
		is.release()
		if err := replaceVote(ctx, tx, v, &is); err != nil {
			return fmt.Errorf("return votes: %w", err)
		}
		if err := a.handBack(ctx, tx, v, v.Spent); err != nil {
			return err
		}
	}
	return nil
}

// release makes the vote count for nothing in the budget.
func (v *Vote) release() {
	v.Returned += v.Spent
	v.Spent = 0
}

// handBack lets the member spend the votes again, and tells of it.
func (a *Assembly) handBack(ctx context.Context, tx store.Tx, v *Vote, n int) error {
	if n == 0 {
		return nil
	}
	_, err := a.part(ctx, tx, v.BoardID, v.MemberID, func(p *Part) error { p.Spent -= n; return nil })
	if err != nil {
		return err
	}
	return a.log.Append(ctx, tx, live.Event{
		Stream: VotesOf(v.BoardID), Kind: VoteReturned, Actor: string(v.MemberID),
		About: []string{string(v.IdeaID), string(v.MemberID), strconv.Itoa(n)},
	})
}

// carry gives the votes to the idea into which theirs was merged. Who voted for
// both keeps the larger, and has the other back.
func (a *Assembly) carry(ctx context.Context, tx store.Tx, i *Idea, found []*Vote) error {
	into, err := a.lastOf(ctx, tx, i)
	if err != nil {
		return err
	}
	for _, v := range found {
		there, err := a.vote(ctx, tx, into, v.MemberID)
		if err != nil {
			return err
		}
		kept := *there
		if there.Value == 0 || v.Value > there.Value {
			kept = *v
			kept.ID, kept.IdeaID = there.ID, there.IdeaID
		}
		if into.releases() {
			kept.release()
		}
		if err := a.carryOne(ctx, tx, v, there, &kept); err != nil {
			return err
		}
	}
	return nil
}

// carryOne takes a vote from where it was, and has the one there as it is kept.
func (a *Assembly) carryOne(ctx context.Context, tx store.Tx, from, there, kept *Vote) error {
	none := *from
	none.Value, none.Counted, none.Spent, none.Returned = 0, 0, 0, 0
	if _, err := a.keepVote(ctx, tx, from, &none); err != nil {
		return err
	}
	if *kept != *there {
		if _, err := a.keepVote(ctx, tx, there, kept); err != nil {
			return err
		}
	}
	return a.handBack(ctx, tx, kept, from.Spent+there.Spent-kept.Spent)
}

// longestChain is how many merges are followed: more than there can be, unless
// two crossed each other where nothing makes several writes one.
const longestChain = 1000

// lastOf answers the idea into which the idea went, by however many merges.
func (a *Assembly) lastOf(ctx context.Context, on store.Ops, i *Idea) (*Idea, error) {
	for range longestChain {
		if i.MergedInto == "" {
			return i, nil
		}
		var err error
		if i, err = ideas.Get(ctx, on, string(i.MergedInto)); err != nil {
			return nil, fmt.Errorf("look up the idea merged into: %w", err)
		}
	}
	return nil, fmt.Errorf("idea %s was merged in a circle", i.ID)
}

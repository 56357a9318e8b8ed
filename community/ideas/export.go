package ideas

import (
	"context"
	"fmt"
	"iter"

	"veche/community"
	"veche/store"
)

// exportPage is how many things an export holds at a time.
const exportPage = 100

// Export is a board to be read from the first idea to the last, by who may.
type Export struct {
	Board    *Board
	assembly *Assembly
	hidden   bool
}

// Export opens a board's export for who sees the board.
func (a *Assembly) Export(ctx context.Context, viewer community.Viewer, b *Board) (*Export, error) {
	b, err := a.board(ctx, a.store, viewer, b.ID)
	if err != nil {
		return nil, err
	}
	hidden, err := a.hiddenFrom(ctx, viewer, b)
	return &Export{b, a, hidden}, err
}

// ExportVotes is Export for who may see who voted how.
func (a *Assembly) ExportVotes(ctx context.Context, viewer community.Viewer, b *Board) (*Export, error) {
	e, err := a.Export(ctx, viewer, b)
	if err != nil || e.Board.Policy.VotersShown {
		return e, err
	}
	if err := a.mustModerate(ctx, a.store, viewer, e.Board.SpaceID); err != nil {
		return nil, community.Forbidden("Who voted is not shown on this board.")
	}
	return e, nil
}

// Ideas answers what stands on the board, the oldest first, some at a time. It is
// no snapshot: what is published meanwhile comes too, and what is deleted may not.
func (e *Export) Ideas(ctx context.Context) iter.Seq2[[]*Idea, error] {
	q := by(store.Eq("listed", e.Board.ID), "createdAt", func(i *Idea) any { return i.CreatedAt }).Query
	q.Desc, q.Limit = false, exportPage
	return func(yield func([]*Idea, error) bool) {
		for !e.hidden {
			found, err := ideas.Find(ctx, e.assembly.store, q)
			if err != nil {
				yield(nil, fmt.Errorf("export ideas: %w", err))
				return
			}
			if len(found) > 0 && !yield(found, nil) || len(found) < exportPage {
				return
			}
			last := found[len(found)-1]
			q.After = []any{last.CreatedAt, string(last.ID)}
		}
	}
}

// Votes answers the votes for these ideas, some at a time, idea by idea.
func (e *Export) Votes(ctx context.Context) iter.Seq2[[]*Vote, error] {
	return func(yield func([]*Vote, error) bool) {
		for found, err := range e.Ideas(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, i := range found {
				if i.VoterCount > 0 && !e.votesFor(ctx, i, yield) {
					return
				}
			}
		}
	}
}

func (e *Export) votesFor(ctx context.Context, i *Idea, yield func([]*Vote, error) bool) bool {
	q := store.Query{Where: []store.Cond{votesFor(i.ID)}, Limit: exportPage}
	for {
		found, err := votes.Find(ctx, e.assembly.store, q)
		if err != nil {
			yield(nil, fmt.Errorf("export votes: %w", err))
			return false
		}
		if len(found) > 0 && !yield(found, nil) {
			return false
		}
		if len(found) < exportPage {
			return true
		}
		q.After = []any{found[len(found)-1].ID}
	}
}

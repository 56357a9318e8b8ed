package ideas

import (
	"context"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Limits of what is announced.
const (
	MaxWinners     = 50
	MaxCitation    = 1000 // characters
	MaxReason      = 300
	MaxCorrections = 20
)

// Winner is an entry that won something.
type Winner struct {
	IdeaID community.IdeaID `bson:"idea"`
	// Place is 1 for the first; several may share one.
	Place int `bson:"place"`
	// Citation says what it won for, in Markdown, and HTML is that, rendered.
	Citation string `bson:"citation,omitempty"`
	HTML     string `bson:"html,omitempty"`
}

// Correction keeps winners that were announced and then corrected.
type Correction struct {
	Winners []Winner           `bson:"winners"` // those who were announced before
	Reason  string             `bson:"reason"`
	ByID    community.MemberID `bson:"by"`
	At      time.Time          `bson:"at"`
}

// Announcement says who won a contest.
type Announcement struct {
	BoardID community.BoardID
	Winners []Winner
	// Reason says why winners who were announced before are corrected.
	Reason *string
}

// AnnounceWinners says who won, for who moderates the contest's space, once its
// voting has closed. Announced before, it is a correction, which needs a reason;
// the same winners again change nothing.
func (a *Assembly) AnnounceWinners(ctx context.Context, viewer community.Viewer, n Announcement) (*Board, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, err := a.board(ctx, a.store, viewer, n.BoardID); err != nil {
		return nil, err
	}
	winners, err := a.cited(ctx, n.Winners)
	if err != nil {
		return nil, err
	}
	reason := ""
	if n.Reason != nil {
		if reason, err = text.Line("reason", *n.Reason, 1, MaxReason); err != nil {
			return nil, err
		}
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Board, error) {
		b, err := a.board(ctx, tx, viewer, n.BoardID)
		if err != nil {
			return nil, err
		}
		if err := a.mustModerate(ctx, tx, viewer, b.SpaceID); err != nil {
			return nil, err
		}
		if err := a.mayAnnounce(ctx, tx, b, winners); err != nil {
			return nil, err
		}
		if b.AnnouncedAt != nil && slices.Equal(b.Winners, winners) {
			return b, nil
		}
		return a.announce(ctx, tx, viewer, b, winners, reason)
	})
}

// cited checks the winners and renders what is said of them, the first place
// first.
func (a *Assembly) cited(ctx context.Context, given []Winner) ([]Winner, error) {
	if len(given) == 0 || len(given) > MaxWinners {
		return nil, community.BadInput("winners", "A contest has between 1 and %d winners.", MaxWinners)
	}
	var all []Winner
	for _, w := range given {
		switch {
		case w.Place < 1 || w.Place > MaxWinners:
			return nil, community.BadInput("winners", "A place is between 1 and %d.", MaxWinners)
		case slices.ContainsFunc(all, func(o Winner) bool { return o.IdeaID == w.IdeaID }):
			return nil, community.BadInput("winners", "An idea is there twice.")
		}
		said, err := a.written(ctx, "winners", w.Citation, 0, MaxCitation)
		if err != nil {
			return nil, err
		}
		w.Citation, w.HTML = said.body, said.html
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b Winner) int { return a.Place - b.Place })
	return all, nil
}

// mayAnnounce wants a contest whose voting has closed, and entries of it.
func (a *Assembly) mayAnnounce(ctx context.Context, tx store.Tx, b *Board, winners []Winner) error {
	if err := b.open(); err != nil {
		return err
	}
	closes := b.Policy.ClosesAt
	switch {
	case b.Kind != Contest:
		return community.Conflict("Only a contest has winners.")
	case closes == nil:
		return community.Conflict("This contest does not say when its voting closes: set policy.closesAt first.")
	case a.now().Before(*closes):
		return community.Conflict("Voting closes at %s; winners are announced after that.", closes.Format(time.RFC3339))
	}
	ids := make([]string, len(winners))
	for n, w := range winners {
		ids[n] = string(w.IdeaID)
	}
	found, err := ideas.GetMany(ctx, tx, ids)
	if err != nil {
		return fmt.Errorf("look up winners: %w", err)
	}
	for _, id := range ids {
		if i := found[id]; i == nil || i.Listed != string(b.ID) {
			return community.BadInput("winners", "There is no entry %q in this contest.", id)
		}
	}
	return nil
}

func (a *Assembly) announce(ctx context.Context, tx store.Tx, viewer community.Viewer, seen *Board, winners []Winner, reason string) (*Board, error) {
	at := a.now()
	var before []Winner
	b, err := boards.Update(ctx, tx, string(seen.ID), func(b *Board) error {
		before = b.Winners
		if b.AnnouncedAt == nil {
			b.Winners, b.AnnouncedAt, b.AnnouncedBy = winners, &at, viewer.ID
			return nil
		}
		switch {
		case reason == "":
			return community.BadInput("reason", "The winners were announced already: say why they are corrected.")
		case len(b.Corrections) >= MaxCorrections:
			return community.Conflict("The winners were corrected %d times, which is as often as they may be.", len(b.Corrections))
		}
		b.Corrections = append(slices.Clip(b.Corrections), Correction{Winners: b.Winners, Reason: reason, ByID: viewer.ID, At: at})
		b.Winners = winners
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.crown(ctx, tx, before, winners); err != nil {
		return nil, err
	}
	return b, a.log.Append(ctx, tx, told(b.ID, WinnersAnnounced, viewer, string(b.ID)))
}

// crown has each idea know its place, and those that lost theirs none.
func (a *Assembly) crown(ctx context.Context, tx store.Tx, before, winners []Winner) error {
	to := map[community.IdeaID]Winner{}
	for _, w := range before {
		to[w.IdeaID] = Winner{}
	}
	for _, w := range winners {
		to[w.IdeaID] = w
	}
	for id, w := range to {
		_, _, err := a.change(ctx, tx, id, func(i *Idea) error {
			i.WonPlace, i.Citation, i.CitationHTML = w.Place, w.Citation, w.HTML
			return nil
		})
		if err != nil {
			return fmt.Errorf("give a place: %w", err)
		}
	}
	return nil
}

// Place is what the idea won: 1 for the first place; nothing for most.
func (i *Idea) Place() *int {
	if i.WonPlace == 0 {
		return nil
	}
	place := i.WonPlace
	return &place
}

package ideas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/search"
	"veche/store"
)

// Bounds of a question for what is similar.
const (
	MaxSimilar = 20    // ideas
	leastTyped = 3     // characters, from which a title tells anything
	mostPlaces = 1_000 // boards that are looked through
	weighed    = 30    // ideas of which the best are answered
	ownBoard   = 1.2   // what an idea counts that is on the very board
)

// kind is what the index calls an idea.
const kind = "idea"

// Similar answers ideas that are about what the title says, the most alike
// first, for who is about to propose one on the board: from this and all other
// boards that the viewer may see. As long as the title tells nothing, there are
// none.
func (a *Assembly) Similar(ctx context.Context, viewer community.Viewer, in *search.Index, id community.BoardID, title string, first int) ([]*Idea, error) {
	if _, err := a.board(ctx, a.store, viewer, id); err != nil {
		return nil, err
	}
	if first < 1 || first > MaxSimilar {
		return nil, community.BadInput("first", "Ask for 1 to %d.", MaxSimilar)
	}
	title, err := text.Line("title", title, 0, MaxTitle)
	if err != nil || utf8.RuneCountInString(title) < leastTyped {
		return nil, err
	}
	places, err := a.places(ctx, viewer, id)
	if err != nil {
		return nil, err
	}
	hits, err := in.Similar(ctx, search.Query{Text: title, Kinds: []string{kind}, Places: places, Limit: weighed})
	if errors.Is(err, search.ErrUnavailable) {
		return nil, community.Unavailable("Search is being made ready; try again soon.")
	}
	if err != nil {
		return nil, err
	}
	found, err := a.listed(ctx, viewer, id, hits)
	return found[:min(len(found), first)], err
}

// places are the boards that the viewer may see, this one first.
func (a *Assembly) places(ctx context.Context, viewer community.Viewer, id community.BoardID) ([]string, error) {
	spaces, err := a.spaces.Visible(ctx, viewer)
	if err != nil {
		return nil, err
	}
	found, err := boards.Find(ctx, a.store, store.Query{
		Where: []store.Cond{store.In("space", spaces)}, Sort: []string{"createdAt"}, Desc: true, Limit: mostPlaces,
	})
	if err != nil {
		return nil, fmt.Errorf("look up boards: %w", err)
	}
	places := []string{string(id)}
	for _, b := range found {
		if b.ID != id {
			places = append(places, string(b.ID))
		}
	}
	return places, nil
}

// listed answers the ideas that were hit, as the viewer sees them now, if they
// still stand on a board: the index may be a moment behind. Those of the board
// count more.
func (a *Assembly) listed(ctx context.Context, viewer community.Viewer, id community.BoardID, hits []search.Hit) ([]*Idea, error) {
	ids, score := make([]community.IdeaID, len(hits)), map[community.IdeaID]float64{}
	for i, h := range hits {
		ids[i] = community.IdeaID(h.ID)
		score[ids[i]] = h.Score
	}
	seen, err := a.IdeasByID(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	var out []*Idea
	for _, i := range ids {
		if idea, ok := seen[i]; ok && idea.Listed != "" {
			if out = append(out, idea); idea.BoardID == id {
				score[i] *= ownBoard
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Idea) int { return cmp.Compare(score[b.ID], score[a.ID]) })
	return out, nil
}

// Changed answers the ideas that the entries speak of, for the index: those that
// stand on a board, and the ids of those that do not any more.
func (a *Assembly) Changed(ctx context.Context, entries []*live.Entry) (changed []search.Document, gone []string, err error) {
	var ids []string
	for _, e := range entries {
		switch e.Kind {
		case IdeaAdded, IdeaChanged, IdeaMerged, IdeaRemoved:
			ids = append(ids, e.About[0])
		}
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found, err := ideas.GetMany(ctx, a.store, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("look up ideas: %w", err)
	}
	for _, id := range ids {
		if i, ok := found[id]; ok && i.Listed != "" {
			changed = append(changed, i.document())
		} else {
			gone = append(gone, id)
		}
	}
	return changed, gone, nil
}

// batch is how many ideas All reads at once.
const batch = 256

// All answers, for an index that is built anew, the ideas behind the id that
// stand on a board.
func (a *Assembly) All(ctx context.Context, after string) (out []search.Document, next string, err error) {
	q := store.Query{Limit: batch}
	if after != "" {
		q.After = []any{after}
	}
	found, err := ideas.Find(ctx, a.store, q)
	if err != nil {
		return nil, "", fmt.Errorf("read ideas: %w", err)
	}
	for _, i := range found {
		if i.Listed != "" {
			out = append(out, i.document())
		}
	}
	if len(found) == batch {
		next = string(found[batch-1].ID)
	}
	return out, next, nil
}

// document is the idea as the index takes it.
func (i *Idea) document() search.Document {
	return search.Document{
		ID: string(i.ID), Kind: kind, Place: i.Listed, Title: i.Title, Body: i.Body, Tags: i.Tags, At: i.CreatedAt,
	}
}

package ideas

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Merging is a wish to make an idea part of another.
type Merging struct {
	IdeaID community.IdeaID
	IntoID community.IdeaID
	Answer *string
}

// Merge closes an idea as a duplicate of another on its board, which gets its
// votes and comments, a few at a time. For who moderates the board's space. An idea that was
// merged itself stands for the one into which it went.
func (a *Assembly) Merge(ctx context.Context, viewer community.Viewer, m Merging) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, _, err := a.idea(ctx, a.store, viewer, m.IdeaID); err != nil {
		return nil, err
	}
	said, err := a.saying(ctx, m.Answer, nil)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Idea, error) {
		i, into, err := a.mergeable(ctx, tx, viewer, m)
		if err != nil {
			return nil, err
		}
		if i.MergedInto != "" {
			return a.mergedAlready(ctx, tx, i, into)
		}
		return a.merge(ctx, tx, viewer, i, into, said.answer)
	})
}

// mergeable answers the two ideas, if the one may become part of the other.
func (a *Assembly) mergeable(ctx context.Context, tx store.Tx, viewer community.Viewer, m Merging) (i, into *Idea, err error) {
	i, b, err := a.idea(ctx, tx, viewer, m.IdeaID)
	if err != nil {
		return nil, nil, err
	}
	if err := a.mustModerate(ctx, tx, viewer, b.SpaceID); err != nil {
		return nil, nil, err
	}
	into, _, err = a.idea(ctx, tx, viewer, m.IntoID)
	if err != nil {
		return nil, nil, err
	}
	if into, err = a.lastOf(ctx, tx, into); err != nil {
		return nil, nil, err
	}
	switch {
	case into.BoardID != i.BoardID:
		err = community.BadInput("intoId", "Both ideas must be on one board.")
	case into.ID == i.ID && m.IntoID == m.IdeaID:
		err = community.BadInput("intoId", "An idea cannot be merged into itself.")
	case into.ID == i.ID:
		err = community.BadInput("intoId", "That idea was merged into this one.")
	case i.Draft || into.Draft:
		err = community.Conflict("A draft cannot be merged: publish it first.")
	case i.Deleted() || into.Deleted():
		err = community.Conflict("A deleted idea cannot be merged: restore it first.")
	}
	if err == nil {
		err = b.open()
	}
	return i, into, err
}

// mergedAlready is the answer for an idea that was merged before.
func (a *Assembly) mergedAlready(ctx context.Context, tx store.Tx, i, into *Idea) (*Idea, error) {
	last, err := a.lastOf(ctx, tx, i)
	if err != nil {
		return nil, err
	}
	if last.ID != into.ID {
		return nil, community.Conflict("This idea was merged into another one already.")
	}
	return i, nil
}

// merge writes to both ideas, so that of two merges at once which would make a
// circle one is tried again, and refused.
func (a *Assembly) merge(ctx context.Context, tx store.Tx, viewer community.Viewer, i, into *Idea, said wording) (*Idea, error) {
	if _, _, err := a.change(ctx, tx, into.ID, func(into *Idea) error {
		into.MergedCount++
		into.BroughtScore += i.BroughtScore // nobody knows whose they are: they are added
		into.Score += i.BroughtScore
		return nil
	}); err != nil {
		return nil, fmt.Errorf("merge into an idea: %w", err)
	}
	at := a.now()
	_, i, err := a.change(ctx, tx, i.ID, func(i *Idea) error {
		i.Status, i.StatusAt, i.MergedInto = Duplicate, at, into.ID
		i.Score, i.BroughtScore = i.Score-i.BroughtScore, 0
		i.Answers = append(slices.Clip(i.Answers), Answer{Status: Duplicate, Body: said.body, HTML: said.html, ByID: viewer.ID, At: at})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("merge an idea: %w", err)
	}
	if i.TopicID != "" { // a hidden entry has none yet
		if err := a.comments.EndTalk(ctx, tx, viewer, i.TopicID, farewell(into, said)); err != nil {
			return nil, err
		}
	}
	return i, a.log.Append(ctx, tx, told(i.BoardID, IdeaMerged, viewer, string(i.ID), string(into.ID)))
}

// farewell is the last post about an idea, which names the one into which it was
// merged. It needs no language.
func farewell(into *Idea, said wording) community.Talk {
	body := "→ **" + marks.Replace(into.Title) + "**"
	html := text.Render(body, nil).HTML
	if said.body != "" {
		body, html = body+"\n\n"+said.body, html+said.html
	}
	return community.Talk{Body: body, HTML: html, Mentions: said.mentions}
}

// marks takes their meaning from the characters by which Markdown and mentions
// go.
var marks = strings.NewReplacer(func() (pairs []string) {
	for _, c := range "\\`*_{}[]<>()#+-.!|~&@:" {
		pairs = append(pairs, string(c), "\\"+string(c))
	}
	return pairs
}()...)

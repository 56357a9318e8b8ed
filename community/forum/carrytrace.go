package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// moveTraces takes along what members left at the posts that moved: nothing but
// the traces themselves tells who left anything, so all of the topic's are gone
// through.
func (c *carriage) moveTraces(ctx context.Context) error {
	if len(c.moved) == 0 {
		return nil
	}
	moved := make(map[community.PostID]bool, len(c.moved))
	for _, p := range c.moved {
		moved[p.ID] = true
	}
	q := store.Query{Where: []store.Cond{pairsOf(c.from.ID)}, Limit: tracesAtOnce}
	for {
		found, err := traces.Find(ctx, c.tx, q)
		if err != nil {
			return fmt.Errorf("list what members left in a topic that ended: %w", err)
		}
		for _, left := range found {
			if err := c.moveTrace(ctx, left, moved); err != nil {
				return err
			}
		}
		if len(found) < tracesAtOnce {
			return nil
		}
		q.After = []any{found[len(found)-1].ID}
	}
}

// moveTrace takes along what one member left.
func (c *carriage) moveTrace(ctx context.Context, left *trace, moved map[community.PostID]bool) error {
	goes := trace{Reactions: slices.Clone(left.Reactions), Kept: slices.Clone(left.Kept)}
	goes.keepAt(func(id community.PostID) bool { return moved[id] })
	if len(goes.Reactions)+len(goes.Kept) == 0 {
		return nil
	}
	who := community.MemberID(left.ID[len(c.from.ID)+1:])
	_, err := c.leave(ctx, c.tx, c.to.ID, who, func(there *trace) error {
		there.keepAt(func(id community.PostID) bool { return !moved[id] })
		there.Reactions = append(there.Reactions, goes.Reactions...)
		there.Kept = append(there.Kept, goes.Kept...)
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range goes.Kept {
		if err := c.moveBookmark(ctx, who, id); err != nil {
			return err
		}
	}
	_, err = c.leave(ctx, c.tx, c.from.ID, who, func(here *trace) error {
		here.keepAt(func(id community.PostID) bool { return !moved[id] })
		return nil
	})
	return err
}

// keepAt leaves in the trace what is at such posts.
func (t *trace) keepAt(such func(community.PostID) bool) {
	t.Reactions = slices.DeleteFunc(t.Reactions, func(f felt) bool { return !such(f.Post) })
	t.Kept = slices.DeleteFunc(t.Kept, func(id community.PostID) bool { return !such(id) })
}

// moveBookmark keeps the bookmark under the id that it has in the other topic.
func (c *carriage) moveBookmark(ctx context.Context, who community.MemberID, post community.PostID) error {
	was := bookmarkID(c.from.ID, who, post)
	b, err := bookmarks.Get(ctx, c.tx, was)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up a bookmark: %w", err)
	}
	b.ID = bookmarkID(c.to.ID, who, post)
	if err := bookmarks.Insert(ctx, c.tx, b); err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("move a bookmark: %w", err)
	}
	return bookmarks.Delete(ctx, c.tx, was)
}

package ideas

import (
	"context"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// sight is how many ideas a page looks at, at most, to find those that pass.
const sight = 500

// sifted answers a page of those in the list that pass. It looks at no more than
// sight ideas: a page that found fewer than were asked for by then ends there,
// and says that the list goes on behind its cursor.
func (a *Assembly) sifted(ctx context.Context, list community.List[*Idea], p community.Paging, pass func(context.Context, []*Idea) ([]*Idea, error)) (*community.Page[*Idea], error) {
	var stopped *Idea
	list.Find = func(q store.Query) (found []*Idea, err error) {
		found, stopped, err = a.sift(ctx, list, q, pass)
		return found, err
	}
	page, err := list.Read(p)
	if err != nil || stopped == nil {
		return page, err
	}
	at := community.NewCursor(list.Name, list.Place(stopped)...)
	if p.Last != nil {
		page.PageInfo.HasPreviousPage, page.PageInfo.StartCursor = true, &at
	} else {
		page.PageInfo.HasNextPage, page.PageInfo.EndCursor = true, &at
	}
	return page, nil
}

// sift reads on until as many as were asked for have passed. stopped is where it
// gave up, if it did.
func (a *Assembly) sift(ctx context.Context, list community.List[*Idea], q store.Query, pass func(context.Context, []*Idea) ([]*Idea, error)) (out []*Idea, stopped *Idea, err error) {
	limit := q.Limit
	for looked := 0; ; {
		found, err := ideas.Find(ctx, a.store, q)
		if err != nil {
			return nil, nil, fmt.Errorf("list ideas: %w", err)
		}
		passed, err := pass(ctx, found)
		if err != nil {
			return nil, nil, err
		}
		if out = append(out, passed...); len(out) >= limit {
			return out[:limit], nil, nil
		}
		if len(found) < q.Limit {
			return out, nil, nil
		}
		last := found[len(found)-1]
		if looked += len(found); looked >= sight {
			return out, last, nil
		}
		q.After, q.Limit = list.Place(last), max(64, limit)
	}
}

func filter(found []*Idea, pass func(*Idea) bool) []*Idea {
	return slices.DeleteFunc(slices.Clone(found), func(i *Idea) bool { return !pass(i) })
}

func (i *Idea) tagged(tag string) bool { return slices.Contains(i.Tags, tag) }

// Drafts lists the viewer's drafts, the latest first.
func (a *Assembly) Drafts(ctx context.Context, viewer community.Viewer, p community.Paging) (*community.Page[*Idea], error) {
	if err := viewer.MayLook(); err != nil {
		return nil, err
	}
	return a.of(ctx, viewer, viewer.ID, true, p)
}

// IdeasOf lists the ideas of a member that the viewer may see, the latest first.
func (a *Assembly) IdeasOf(ctx context.Context, viewer community.Viewer, member community.MemberID, p community.Paging) (*community.Page[*Idea], error) {
	return a.of(ctx, viewer, member, false, p)
}

func (a *Assembly) of(ctx context.Context, viewer community.Viewer, member community.MemberID, drafts bool, p community.Paging) (*community.Page[*Idea], error) {
	list := by(store.Eq("author", member), "createdAt", func(i *Idea) any { return i.CreatedAt })
	list.Name = fmt.Sprintf("ideas of %s %v", member, drafts)
	list.Query.Where = append(list.Query.Where, store.Eq("draft", drafts))
	return a.sifted(ctx, list, p, func(ctx context.Context, found []*Idea) ([]*Idea, error) {
		return a.seen(ctx, viewer, slices.DeleteFunc(slices.Clone(found), (*Idea).Deleted))
	})
}

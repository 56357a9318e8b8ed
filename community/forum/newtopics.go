package forum

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"veche/community"
	"veche/live"
)

// NewTopicsPage is what is new in a space behind a cursor.
type NewTopicsPage struct {
	NewCount   int
	Nodes      []*Topic
	LiveCursor community.Cursor
}

// NewTopics answers the topics that are new or newly active behind the cursor,
// the latest activity first.
func (h *Hall) NewTopics(ctx context.Context, viewer community.Viewer, id community.SpaceID, look SpaceLook, since community.Cursor, first *int) (*NewTopicsPage, error) {
	if _, err := h.space(ctx, h.store, viewer, id); err != nil {
		return nil, err
	}
	size, err := community.PageSize(first)
	if err != nil {
		return nil, err
	}
	s, err := newSieve(id, look)
	if err != nil {
		return nil, err
	}
	_, from, err := since.OpenSince("since", community.Stream(id))
	if err != nil {
		return nil, err
	}
	n, err := h.newsBehind(ctx, s, from)
	if errors.Is(err, live.ErrGone) {
		return nil, community.Conflict("This cursor is too old to tell what is new since. Fetch the page anew.")
	}
	if err != nil {
		return nil, err
	}
	return h.newsPage(ctx, n, size)
}

// newsBehind counts all that is there.
func (h *Hall) newsBehind(ctx context.Context, s *sieve, from int64) (*news, error) {
	stream := community.Stream(s.space)
	if err := h.countable(ctx, stream, from); err != nil {
		return nil, err
	}
	head, err := h.log.Head(ctx, stream)
	if err != nil {
		return nil, err
	}
	tap := h.log.Tap(stream, func() {})
	defer tap.Close()
	n := h.newNews(s, from, farthest+1)
	for n.at < head {
		found, _, err := tap.Next(ctx, n.at)
		if err != nil || len(found) == 0 {
			return n, err
		}
		if _, err := n.take(ctx, found); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// countable says with ErrGone that what is behind the number cannot be counted
// any more.
func (h *Hall) countable(ctx context.Context, s live.Stream, since int64) error {
	if err := h.log.Check(ctx, s, since); err != nil {
		return err
	}
	head, err := h.log.Head(ctx, s)
	if err == nil && head-since > farthest {
		return live.ErrGone
	}
	return err
}

// newsPage answers the topics that count, as they stand by now.
func (h *Hall) newsPage(ctx context.Context, n *news, size int) (*NewTopicsPage, error) {
	var ids []string
	for id, counts := range n.active {
		if counts {
			ids = append(ids, string(id))
		}
	}
	found, err := n.load(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look up new topics: %w", err)
	}
	nodes := make([]*Topic, 0, len(found))
	for _, t := range found {
		if n.counts(t) {
			nodes = append(nodes, t)
		}
	}
	slices.SortFunc(nodes, func(a, b *Topic) int {
		return cmp.Or(b.LastPostAt.Compare(a.LastPostAt), cmp.Compare(b.ID, a.ID))
	})
	return &NewTopicsPage{
		NewCount: min(len(nodes), MaxNewTopics), Nodes: nodes[:min(len(nodes), size)],
		LiveCursor: community.LiveCursor(community.Stream(n.space), n.at),
	}, nil
}

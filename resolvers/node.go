package resolvers

import (
	"context"
	"sync"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
)

type nodeQueries struct {
	roll *members.Roll
	hall *forum.Hall
}

func (q nodeQueries) Node(ctx context.Context, id string) (community.Node, error) {
	l := loaders(ctx)
	switch community.IDPrefix(id) {
	case community.MemberPrefix:
		return node(l.Members.Load(ctx, community.MemberID(id)))
	case community.SpacePrefix:
		return node(l.Spaces.Load(ctx, community.SpaceID(id)))
	case community.TopicPrefix:
		return node(l.Topics.Load(ctx, community.TopicID(id)))
	case community.PostPrefix:
		return node(l.Posts.Load(ctx, community.PostID(id)))
	case community.PollPrefix:
		return node(q.hall.Poll(ctx, viewerOf(ctx), community.PollID(id)))
	}
	return happening(ctx, id)
}

// happening is a node of the calendars.
func happening(ctx context.Context, id string) (community.Node, error) {
	l := loaders(ctx)
	switch community.IDPrefix(id) {
	case community.CalendarPrefix:
		return node(l.Calendars.Load(ctx, community.CalendarID(id)))
	case community.EventPrefix:
		return node(l.Events.Load(ctx, community.EventID(id)))
	case community.OccurrencePrefix:
		return node(l.Occurrences.Load(ctx, community.OccurrenceID(id)))
	}
	return nil, community.NotFound("thing")
}

// node keeps a nil pointer from becoming a node that is not nil.
func node[N community.Node](n N, err error) (community.Node, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

func (q nodeQueries) Nodes(ctx context.Context, ids []string) ([]community.Node, error) {
	if len(ids) > community.MaxPage {
		return nil, community.BadInput("ids", "At most %d ids at once.", community.MaxPage)
	}
	found, errs := make([]community.Node, len(ids)), make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { found[i], errs[i] = q.Node(ctx, id) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil && community.KindOf(err) != community.KindNotFound {
			return nil, err
		}
	}
	return found, nil
}

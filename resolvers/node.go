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
	if look, ok := nodes[community.IDPrefix(id)]; ok {
		return look(ctx, q, id)
	}
	return nil, community.NotFound("thing")
}

// nodes are how things are looked up, by the prefixes of their ids.
var nodes = map[string]func(ctx context.Context, q nodeQueries, id string) (community.Node, error){
	community.MemberPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Members.Load(ctx, community.MemberID(id)))
	},
	community.SpacePrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Spaces.Load(ctx, community.SpaceID(id)))
	},
	community.TopicPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Topics.Load(ctx, community.TopicID(id)))
	},
	community.PostPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Posts.Load(ctx, community.PostID(id)))
	},
	community.BoardPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Boards.Load(ctx, community.BoardID(id)))
	},
	community.IdeaPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Ideas.Load(ctx, community.IdeaID(id)))
	},
	community.CalendarPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Calendars.Load(ctx, community.CalendarID(id)))
	},
	community.EventPrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Events.Load(ctx, community.EventID(id)))
	},
	community.OccurrencePrefix: func(ctx context.Context, _ nodeQueries, id string) (community.Node, error) {
		return node(loaders(ctx).Occurrences.Load(ctx, community.OccurrenceID(id)))
	},
	community.PollPrefix: func(ctx context.Context, q nodeQueries, id string) (community.Node, error) {
		return node(q.hall.Poll(ctx, viewerOf(ctx), community.PollID(id)))
	},
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

package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/graph"
)

type spaceQueries struct{ hall *forum.Hall }

func (q spaceQueries) Spaces(ctx context.Context, first *int, after *community.Cursor, last *int, before *community.Cursor) (*forum.SpaceConnection, error) {
	return q.hall.Spaces(ctx, viewerOf(ctx), paging(first, after, last, before))
}

func (q spaceQueries) Space(ctx context.Context, id, slug *string) (*forum.Space, error) {
	switch {
	case id != nil && slug == nil:
		return q.hall.Space(ctx, viewerOf(ctx), community.SpaceID(*id))
	case slug != nil && id == nil:
		return q.hall.SpaceBySlug(ctx, viewerOf(ctx), *slug)
	}
	return nil, community.BadInput("id", "Give the id or the slug.")
}

type spaceMutations struct{ hall *forum.Hall }

func (m spaceMutations) CreateSpace(ctx context.Context, input forum.NewSpace, _ *string) (*graph.CreateSpacePayload, error) {
	s, err := m.hall.CreateSpace(ctx, viewerOf(ctx), input)
	return &graph.CreateSpacePayload{Space: s}, err
}

func (m spaceMutations) UpdateSpace(ctx context.Context, input graph.UpdateSpaceInput, _ *string) (*graph.UpdateSpacePayload, error) {
	s, err := m.hall.UpdateSpace(ctx, viewerOf(ctx), community.SpaceID(input.SpaceID), forum.SpaceChange{
		Name: input.Name, Slug: input.Slug, Description: input.Description, Visibility: input.Visibility,
	})
	return &graph.UpdateSpacePayload{Space: s}, err
}

func (m spaceMutations) JoinSpace(ctx context.Context, input graph.JoinSpaceInput, _ *string) (*graph.JoinSpacePayload, error) {
	s, err := m.hall.JoinSpace(ctx, viewerOf(ctx), community.SpaceID(input.SpaceID))
	return &graph.JoinSpacePayload{Space: s}, err
}

func (m spaceMutations) LeaveSpace(ctx context.Context, input graph.LeaveSpaceInput, _ *string) (*graph.LeaveSpacePayload, error) {
	_, err := m.hall.LeaveSpace(ctx, viewerOf(ctx), community.SpaceID(input.SpaceID))
	return &graph.LeaveSpacePayload{SpaceID: input.SpaceID}, err
}

func (m spaceMutations) AddSpaceMember(ctx context.Context, input graph.AddSpaceMemberInput, _ *string) (*graph.AddSpaceMemberPayload, error) {
	s, err := m.hall.SeatMember(ctx, viewerOf(ctx), community.SpaceID(input.SpaceID), community.MemberID(input.MemberID), input.Role)
	return &graph.AddSpaceMemberPayload{Space: s}, err
}

func (m spaceMutations) RemoveSpaceMember(ctx context.Context, input graph.RemoveSpaceMemberInput, _ *string) (*graph.RemoveSpaceMemberPayload, error) {
	s, err := m.hall.UnseatMember(ctx, viewerOf(ctx), community.SpaceID(input.SpaceID), community.MemberID(input.MemberID))
	return &graph.RemoveSpaceMemberPayload{Space: s}, err
}

type spaceSubscriptions struct{ hall *forum.Hall }

func (s spaceSubscriptions) SpaceEvents(ctx context.Context, spaceID string, after *community.Cursor, calm bool, tag *string, onScreen []string) (<-chan forum.SpaceEvent, error) {
	look := forum.SpaceLook{Calm: calm, Tag: tag, OnScreen: topicIDs(onScreen)}
	begin := func(after *community.Cursor) (*community.Feed, *community.Cursor, error) {
		return s.hall.SpaceFeed(ctx, community.SpaceID(spaceID), look, after)
	}
	return follow[forum.SpaceEvent](ctx, begin, after)
}

func topicIDs(given []string) []community.TopicID {
	ids := make([]community.TopicID, len(given))
	for i, id := range given {
		ids[i] = community.TopicID(id)
	}
	return ids
}

// Space answers the fields of a space that cross to other things.
func (r *Root) Space() graph.SpaceResolver { return spaceFields{r.Hall} }

type spaceFields struct{ hall *forum.Hall }

func (f spaceFields) Topics(ctx context.Context, s *forum.Space, first *int, after *community.Cursor, last *int, before *community.Cursor, order forum.TopicOrder, tag *string) (*forum.TopicConnection, error) {
	q := forum.TopicQuery{SpaceID: &s.ID, Tag: tag, Order: order}
	return f.hall.Topics(ctx, viewerOf(ctx), q, paging(first, after, last, before))
}

func (f spaceFields) NewTopics(ctx context.Context, s *forum.Space, since community.Cursor, tag *string, first *int, onScreen []string) (*forum.NewTopicsPage, error) {
	return f.hall.NewTopics(ctx, viewerOf(ctx), s.ID, forum.SpaceLook{Tag: tag, OnScreen: topicIDs(onScreen)}, since, first)
}

func (f spaceFields) Members(ctx context.Context, s *forum.Space, first *int, after *community.Cursor, last *int, before *community.Cursor) (*forum.SpaceMemberConnection, error) {
	return f.hall.Seats(ctx, viewerOf(ctx), s.ID, paging(first, after, last, before))
}

func (spaceFields) ViewerRole(ctx context.Context, s *forum.Space) (*forum.SeatRole, error) {
	seat, err := loaders(ctx).Seats.Load(ctx, s.ID)
	if err != nil || seat == nil {
		return nil, err
	}
	return &seat.Role, nil
}

func (spaceFields) ViewerWatch(ctx context.Context, s *forum.Space) (*forum.WatchLevel, error) {
	return part(loaders(ctx).Watches.Load(ctx, s.ID))
}

func (spaceFields) LiveCursor(ctx context.Context, s *forum.Space) (*community.Cursor, error) {
	return part(loaders(ctx).Cursors.Load(ctx, community.Stream(s.ID)))
}

// SpaceMember answers the fields of a member's place in a space.
func (r *Root) SpaceMember() graph.SpaceMemberResolver { return seatFields{} }

type seatFields struct{}

func (seatFields) Member(ctx context.Context, s *forum.Seat) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, s.Member)
}

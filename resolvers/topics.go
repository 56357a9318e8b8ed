package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/graph"
)

type topicQueries struct{ hall *forum.Hall }

func (q topicQueries) Topics(ctx context.Context, first *int, after *community.Cursor, last *int, before *community.Cursor, spaceID, tag *string, order forum.TopicOrder) (*forum.TopicConnection, error) {
	wish := forum.TopicQuery{SpaceID: (*community.SpaceID)(spaceID), Tag: tag, Order: order}
	return q.hall.Topics(ctx, viewerOf(ctx), wish, paging(first, after, last, before))
}

func (q topicQueries) Topic(ctx context.Context, id string) (*forum.Topic, error) {
	t, err := q.hall.Topic(ctx, viewerOf(ctx), community.TopicID(id))
	if err == nil {
		loaders(ctx).Topics.Prime(t.ID, t) // its posts will ask for it
	}
	return t, err
}

type topicMutations struct{ hall *forum.Hall }

func (m topicMutations) CreateTopic(ctx context.Context, input forum.NewTopic, _ *string) (*graph.CreateTopicPayload, error) {
	t, err := m.hall.OpenTopic(ctx, viewerOf(ctx), input)
	return &graph.CreateTopicPayload{Topic: t}, err
}

func (m topicMutations) UpdateTopic(ctx context.Context, input graph.UpdateTopicInput, _ *string) (*graph.UpdateTopicPayload, error) {
	c := forum.TopicChange{
		Title: input.Title, Body: input.Body, Pinned: input.Pinned, Locked: input.Locked,
		SpaceID: (*community.SpaceID)(input.SpaceID),
	}
	if input.Tags != nil {
		c.Tags = &input.Tags
	}
	t, err := m.hall.UpdateTopic(ctx, viewerOf(ctx), community.TopicID(input.TopicID), c)
	return &graph.UpdateTopicPayload{Topic: t}, err
}

func (m topicMutations) DeleteTopic(ctx context.Context, input graph.DeleteTopicInput, _ *string) (*graph.DeleteTopicPayload, error) {
	_, err := m.hall.DeleteTopic(ctx, viewerOf(ctx), community.TopicID(input.TopicID))
	return &graph.DeleteTopicPayload{TopicID: input.TopicID}, err
}

func (m topicMutations) RestoreTopic(ctx context.Context, input graph.RestoreTopicInput, _ *string) (*graph.RestoreTopicPayload, error) {
	t, err := m.hall.RestoreTopic(ctx, viewerOf(ctx), community.TopicID(input.TopicID))
	return &graph.RestoreTopicPayload{Topic: t}, err
}

func (m topicMutations) AcceptAnswer(ctx context.Context, input graph.AcceptAnswerInput, _ *string) (*graph.AcceptAnswerPayload, error) {
	t, err := m.hall.AcceptAnswer(ctx, viewerOf(ctx), community.PostID(input.PostID), input.Accepted)
	return &graph.AcceptAnswerPayload{Topic: t}, err
}

func (m topicMutations) MarkRead(ctx context.Context, input graph.MarkReadInput, _ *string) (*graph.MarkReadPayload, error) {
	t, err := m.hall.MarkRead(ctx, viewerOf(ctx), community.TopicID(input.TopicID), input.Number)
	return &graph.MarkReadPayload{Topic: t}, err
}

func (m topicMutations) Watch(ctx context.Context, input graph.WatchInput, _ *string) (*graph.WatchPayload, error) {
	switch {
	case input.TopicID != nil && input.SpaceID == nil:
		t, err := m.hall.WatchTopic(ctx, viewerOf(ctx), community.TopicID(*input.TopicID), input.Level)
		return &graph.WatchPayload{Topic: t}, err
	case input.SpaceID != nil && input.TopicID == nil:
		s, err := m.hall.WatchSpace(ctx, viewerOf(ctx), community.SpaceID(*input.SpaceID), input.Level)
		return &graph.WatchPayload{Space: s}, err
	}
	return nil, community.BadInput("topicId", "Give a topic or a space.")
}

type topicSubscriptions struct{ hall *forum.Hall }

func (s topicSubscriptions) TopicEvents(ctx context.Context, topicID string, after *community.Cursor) (<-chan forum.TopicEvent, error) {
	return follow[forum.TopicEvent](ctx, from(s.hall.TopicFeed(community.TopicID(topicID))), after)
}

// Topic answers the fields of a topic that cross to other things.
func (r *Root) Topic() graph.TopicResolver { return topicFields{r.Hall} }

type topicFields struct{ hall *forum.Hall }

func (topicFields) Space(ctx context.Context, t *forum.Topic) (*forum.Space, error) {
	return loaders(ctx).Spaces.Load(ctx, t.SpaceID)
}

func (topicFields) Author(ctx context.Context, t *forum.Topic) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, t.AuthorID)
}

func (topicFields) Opening(ctx context.Context, t *forum.Topic) (*forum.Post, error) {
	return loaders(ctx).Posts.Load(ctx, t.OpeningID)
}

func (f topicFields) Body(ctx context.Context, t *forum.Topic) (*string, error) {
	p, err := f.Opening(ctx, t)
	if err != nil {
		return nil, err
	}
	return &p.Body, nil
}

func (f topicFields) BodyHTML(ctx context.Context, t *forum.Topic) (*string, error) {
	p, err := f.Opening(ctx, t)
	if err != nil {
		return nil, err
	}
	return &p.HTML, nil
}

func (topicFields) AcceptedAnswer(ctx context.Context, t *forum.Topic) (*forum.Post, error) {
	if t.AnswerID == "" {
		return nil, nil
	}
	return loaders(ctx).Posts.Load(ctx, t.AnswerID)
}

func (topicFields) LastPost(ctx context.Context, t *forum.Topic) (*forum.Post, error) {
	if t.LastPostID == t.OpeningID {
		return nil, nil
	}
	return loaders(ctx).Posts.Load(ctx, t.LastPostID)
}

func (f topicFields) Posts(ctx context.Context, t *forum.Topic, first *int, after *community.Cursor, last *int, before *community.Cursor, withDeleted bool) (*forum.PostConnection, error) {
	return f.hall.Posts(ctx, viewerOf(ctx), t.ID, withDeleted, paging(first, after, last, before))
}

func (f topicFields) Participants(ctx context.Context, t *forum.Topic, first *int, after *community.Cursor, last *int, before *community.Cursor) (*forum.ParticipantConnection, error) {
	return f.hall.Participants(ctx, viewerOf(ctx), t.ID, paging(first, after, last, before))
}

func (topicFields) Polls(ctx context.Context, t *forum.Topic) ([]*forum.Poll, error) {
	return every(loaders(ctx).Polls.Load(ctx, t.ID))
}

func (topicFields) UnreadCount(ctx context.Context, t *forum.Topic) (*int, error) {
	r, err := loaders(ctx).Readings.Load(ctx, t)
	return part(r.Unread, err)
}

func (topicFields) ReadNumber(ctx context.Context, t *forum.Topic) (*int, error) {
	r, err := loaders(ctx).Readings.Load(ctx, t)
	return r.ReadNumber, err
}

func (topicFields) ViewerWatch(ctx context.Context, t *forum.Topic) (*forum.WatchLevel, error) {
	r, err := loaders(ctx).Readings.Load(ctx, t)
	return part(r.Watch, err)
}

func (topicFields) LiveCursor(ctx context.Context, t *forum.Topic) (*community.Cursor, error) {
	return part(loaders(ctx).Cursors.Load(ctx, community.Stream(t.ID)))
}

// Participant answers the fields of a member who wrote in a topic.
func (r *Root) Participant() graph.ParticipantResolver { return participantFields{} }

type participantFields struct{}

func (participantFields) Member(ctx context.Context, p *forum.Participant) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, p.MemberID)
}

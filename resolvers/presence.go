package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/graph"
)

type presenceMutations struct{ hall *forum.Hall }

func (m presenceMutations) SetTyping(ctx context.Context, input graph.SetTypingInput, _ *string) (*graph.SetTypingPayload, error) {
	err := m.hall.SetTyping(ctx, viewerOf(ctx), community.TopicID(input.TopicID), input.Typing)
	return &graph.SetTypingPayload{TopicID: input.TopicID}, err
}

type presenceSubscriptions struct{ hall *forum.Hall }

func (s presenceSubscriptions) TopicPresence(ctx context.Context, topicID string, hidden bool) (<-chan *forum.TopicPresence, error) {
	return follow[*forum.TopicPresence](ctx, from(s.hall.PresenceFeed(community.TopicID(topicID), hidden)), nil)
}

// TopicPresence answers the fields of who is where that cross to members.
func (r *Root) TopicPresence() graph.TopicPresenceResolver { return presenceFields{} }

type presenceFields struct{}

func (presenceFields) Members(ctx context.Context, p *forum.TopicPresence) ([]*members.Member, error) {
	return every(loaders(ctx).Members.LoadAll(ctx, p.Here))
}

func (presenceFields) Typing(ctx context.Context, p *forum.TopicPresence) ([]*members.Member, error) {
	return every(loaders(ctx).Members.LoadAll(ctx, p.Writing))
}

package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/graph"
)

type pollMutations struct{ hall *forum.Hall }

func (m pollMutations) CreatePoll(ctx context.Context, input forum.NewPoll, _ *string) (*graph.CreatePollPayload, error) {
	p, err := m.hall.HoldPoll(ctx, viewerOf(ctx), input)
	return &graph.CreatePollPayload{Poll: p}, err
}

func (m pollMutations) VotePoll(ctx context.Context, input graph.VotePollInput, _ *string) (*graph.VotePollPayload, error) {
	p, err := m.hall.Vote(ctx, viewerOf(ctx), community.PollID(input.PollID), input.OptionIds)
	return &graph.VotePollPayload{Poll: p}, err
}

func (m pollMutations) ClosePoll(ctx context.Context, input graph.ClosePollInput, _ *string) (*graph.ClosePollPayload, error) {
	p, err := m.hall.ClosePoll(ctx, viewerOf(ctx), community.PollID(input.PollID))
	return &graph.ClosePollPayload{Poll: p}, err
}

// Poll answers the fields of a poll that cross to other things.
func (r *Root) Poll() graph.PollResolver { return pollFields{} }

type pollFields struct{}

func (pollFields) Topic(ctx context.Context, p *forum.Poll) (*forum.Topic, error) {
	return loaders(ctx).Topics.Load(ctx, p.TopicID)
}

func (pollFields) Author(ctx context.Context, p *forum.Poll) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, p.AuthorID)
}

func (pollFields) ViewerChoices(ctx context.Context, p *forum.Poll) ([]string, error) {
	return every(loaders(ctx).Choices.Load(ctx, p.ID))
}

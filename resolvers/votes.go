package resolvers

import (
	"context"

	"veche/community"
	"veche/community/ideas"
	"veche/community/members"
	"veche/graph"
)

type voteMutations struct{ boards *ideas.Assembly }

func (m voteMutations) VoteIdea(ctx context.Context, input graph.VoteIdeaInput, _ *string) (*graph.VoteIdeaPayload, error) {
	c, err := m.boards.Vote(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID), input.Value)
	if err != nil {
		return nil, err
	}
	return &graph.VoteIdeaPayload{Idea: c.Idea, VotesLeft: c.VotesLeft}, nil
}

func (m voteMutations) UnvoteIdea(ctx context.Context, input graph.UnvoteIdeaInput, _ *string) (*graph.UnvoteIdeaPayload, error) {
	c, err := m.boards.Unvote(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID))
	if err != nil {
		return nil, err
	}
	return &graph.UnvoteIdeaPayload{Idea: c.Idea, VotesLeft: c.VotesLeft}, nil
}

func (m voteMutations) MergeIdeas(ctx context.Context, input ideas.Merging, _ *string) (*graph.MergeIdeasPayload, error) {
	i, err := m.boards.Merge(ctx, viewerOf(ctx), input)
	if err != nil {
		return nil, err
	}
	into, err := loaders(ctx).Ideas.Load(ctx, i.MergedInto)
	return &graph.MergeIdeasPayload{Idea: i, Into: into}, err
}

// The fields of an idea that come of votes.

func (ideaFields) ViewerVote(ctx context.Context, i *ideas.Idea) (int, error) {
	return loaders(ctx).Votes.Load(ctx, i.ID)
}

func (ideaFields) Rank(ctx context.Context, i *ideas.Idea, period ideas.Period) (*int, error) {
	return loaders(ctx).Ranks.Load(ctx, ideas.Rank{Idea: i, Period: period})
}

func (f ideaFields) Voters(ctx context.Context, i *ideas.Idea, first *int, after *community.Cursor, last *int, before *community.Cursor) (*ideas.IdeaVoteConnection, error) {
	return f.boards.Voters(ctx, viewerOf(ctx), i.ID, paging(first, after, last, before))
}

func (boardFields) ViewerVotesLeft(ctx context.Context, b *ideas.Board) (*int, error) {
	return loaders(ctx).Budgets.Load(ctx, b)
}

func (f boardFields) Members(ctx context.Context, b *ideas.Board, order ideas.BoardMemberOrder, first *int, after *community.Cursor, last *int, before *community.Cursor) (*ideas.BoardMemberConnection, error) {
	return f.boards.Members(ctx, viewerOf(ctx), b.ID, order, paging(first, after, last, before))
}

// IdeaVote answers the fields of a vote that cross to other things.
func (r *Root) IdeaVote() graph.IdeaVoteResolver { return voteFields{} }

type voteFields struct{}

func (voteFields) Member(ctx context.Context, v *ideas.Vote) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, v.MemberID)
}

// BoardMember answers the fields of a member of a board that cross to other
// things.
func (r *Root) BoardMember() graph.BoardMemberResolver { return boardMemberFields{} }

type boardMemberFields struct{}

func (boardMemberFields) Member(ctx context.Context, p *ideas.Part) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, p.MemberID)
}

package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/graph"
)

type ideaQueries struct{ boards *ideas.Assembly }

func (q ideaQueries) Ideas(ctx context.Context, boardID string, first *int, after *community.Cursor, last *int, before *community.Cursor, order ideas.Order, period ideas.Period, status *ideas.Status, tag *string) (*ideas.IdeaConnection, error) {
	wish := ideas.Query{BoardID: community.BoardID(boardID), Order: order, Period: period, Status: status, Tag: tag}
	return q.boards.Ideas(ctx, viewerOf(ctx), wish, paging(first, after, last, before))
}

func (ideaQueries) Idea(ctx context.Context, id string) (*ideas.Idea, error) {
	return loaders(ctx).Ideas.Load(ctx, community.IdeaID(id))
}

func (q ideaQueries) IdeaDrafts(ctx context.Context, first *int, after *community.Cursor, last *int, before *community.Cursor) (*ideas.IdeaConnection, error) {
	return q.boards.Drafts(ctx, viewerOf(ctx), paging(first, after, last, before))
}

type ideaMutations struct{ boards *ideas.Assembly }

func (m ideaMutations) ProposeIdea(ctx context.Context, input ideas.NewIdea, _ *string) (*graph.ProposeIdeaPayload, error) {
	i, err := m.boards.Propose(ctx, viewerOf(ctx), input)
	return &graph.ProposeIdeaPayload{Idea: i}, err
}

func (m ideaMutations) PublishIdea(ctx context.Context, input graph.PublishIdeaInput, _ *string) (*graph.PublishIdeaPayload, error) {
	i, err := m.boards.Publish(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID))
	return &graph.PublishIdeaPayload{Idea: i}, err
}

func (m ideaMutations) UpdateIdea(ctx context.Context, input graph.UpdateIdeaInput, _ *string) (*graph.UpdateIdeaPayload, error) {
	c := ideas.IdeaChange{Title: input.Title, Body: input.Body}
	if input.Tags != nil {
		c.Tags = &input.Tags
	}
	i, err := m.boards.UpdateIdea(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID), c)
	return &graph.UpdateIdeaPayload{Idea: i}, err
}

func (m ideaMutations) DeleteIdea(ctx context.Context, input graph.DeleteIdeaInput, _ *string) (*graph.DeleteIdeaPayload, error) {
	err := m.boards.DeleteIdea(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID))
	return &graph.DeleteIdeaPayload{IdeaID: input.IdeaID}, err
}

func (m ideaMutations) RestoreIdea(ctx context.Context, input graph.RestoreIdeaInput, _ *string) (*graph.RestoreIdeaPayload, error) {
	i, err := m.boards.RestoreIdea(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID))
	return &graph.RestoreIdeaPayload{Idea: i}, err
}

func (m ideaMutations) SetIdeaStatus(ctx context.Context, input ideas.NewStatus, _ *string) (*graph.SetIdeaStatusPayload, error) {
	i, err := m.boards.SetStatus(ctx, viewerOf(ctx), input)
	return &graph.SetIdeaStatusPayload{Idea: i}, err
}

func (m ideaMutations) AnswerIdea(ctx context.Context, input graph.AnswerIdeaInput, _ *string) (*graph.AnswerIdeaPayload, error) {
	i, err := m.boards.AnswerIdea(ctx, viewerOf(ctx), community.IdeaID(input.IdeaID), input.Body)
	return &graph.AnswerIdeaPayload{Idea: i}, err
}

// Idea answers the fields of an idea that cross to other things.
func (r *Root) Idea() graph.IdeaResolver { return ideaFields{r.Boards} }

type ideaFields struct{ boards *ideas.Assembly }

func (ideaFields) Board(ctx context.Context, i *ideas.Idea) (*ideas.Board, error) {
	return loaders(ctx).Boards.Load(ctx, i.BoardID)
}

func (ideaFields) Author(ctx context.Context, i *ideas.Idea) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, i.AuthorID)
}

func (ideaFields) Topic(ctx context.Context, i *ideas.Idea) (*forum.Topic, error) {
	if i.TopicID == "" {
		return nil, nil
	}
	return ifVisible(loaders(ctx).Topics.Load(ctx, i.TopicID))
}

func (ideaFields) MergedInto(ctx context.Context, i *ideas.Idea) (*ideas.Idea, error) {
	if i.MergedInto == "" {
		return nil, nil
	}
	return ifVisible(loaders(ctx).Ideas.Load(ctx, i.MergedInto))
}

// IdeaAnswer answers the fields of an answer that cross to other things.
func (r *Root) IdeaAnswer() graph.IdeaAnswerResolver { return answerFields{} }

type answerFields struct{}

func (answerFields) By(ctx context.Context, a *ideas.Answer) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, a.ByID)
}

// Idea answers the idea that the topic is about.
func (topicFields) Idea(ctx context.Context, t *forum.Topic) (*ideas.Idea, error) {
	if t.IdeaID == "" {
		return nil, nil
	}
	return ifVisible(loaders(ctx).Ideas.Load(ctx, t.IdeaID))
}

// Ideas answers the ideas of the member that the viewer may see.
func (f memberFields) Ideas(ctx context.Context, m *members.Member, first *int, after *community.Cursor, last *int, before *community.Cursor) (*ideas.IdeaConnection, error) {
	return f.boards.IdeasOf(ctx, viewerOf(ctx), m.ID, paging(first, after, last, before))
}

package resolvers

import (
	"context"

	"veche/community"
	"veche/community/ideas"
	"veche/search"
)

type searchQueries struct {
	boards *ideas.Assembly
	index  *search.Index
}

func (q searchQueries) SimilarIdeas(ctx context.Context, boardID, title string, first int) ([]*ideas.Idea, error) {
	found, err := q.boards.Similar(ctx, viewerOf(ctx), q.index, community.BoardID(boardID), title, first)
	for _, i := range found {
		loaders(ctx).Ideas.Prime(i.ID, i)
	}
	return found, err
}

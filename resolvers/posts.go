package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/graph"
)

type postQueries struct{ hall *forum.Hall }

func (postQueries) Post(ctx context.Context, id string) (*forum.Post, error) {
	return loaders(ctx).Posts.Load(ctx, community.PostID(id))
}

type postMutations struct{ hall *forum.Hall }

func (m postMutations) AddPost(ctx context.Context, input forum.NewPost, _ *string) (*graph.AddPostPayload, error) {
	p, err := m.hall.Reply(ctx, viewerOf(ctx), input)
	return &graph.AddPostPayload{Post: p}, err
}

func (m postMutations) EditPost(ctx context.Context, input graph.EditPostInput, _ *string) (*graph.EditPostPayload, error) {
	c := forum.PostChange{Body: input.Body, Reason: input.Reason, Revision: input.Revision}
	p, err := m.hall.EditPost(ctx, viewerOf(ctx), community.PostID(input.PostID), c)
	return &graph.EditPostPayload{Post: p}, err
}

func (m postMutations) DeletePost(ctx context.Context, input graph.DeletePostInput, _ *string) (*graph.DeletePostPayload, error) {
	p, err := m.hall.DeletePost(ctx, viewerOf(ctx), community.PostID(input.PostID))
	return &graph.DeletePostPayload{Post: p}, err
}

func (m postMutations) RestorePost(ctx context.Context, input graph.RestorePostInput, _ *string) (*graph.RestorePostPayload, error) {
	p, err := m.hall.RestorePost(ctx, viewerOf(ctx), community.PostID(input.PostID))
	return &graph.RestorePostPayload{Post: p}, err
}

func (m postMutations) AddReaction(ctx context.Context, input graph.AddReactionInput, _ *string) (*graph.AddReactionPayload, error) {
	p, err := m.hall.React(ctx, viewerOf(ctx), community.PostID(input.PostID), input.Kind)
	return &graph.AddReactionPayload{Post: p}, err
}

func (m postMutations) RemoveReaction(ctx context.Context, input graph.RemoveReactionInput, _ *string) (*graph.RemoveReactionPayload, error) {
	p, err := m.hall.Unreact(ctx, viewerOf(ctx), community.PostID(input.PostID), input.Kind)
	return &graph.RemoveReactionPayload{Post: p}, err
}

func (m postMutations) Bookmark(ctx context.Context, input graph.BookmarkInput, _ *string) (*graph.BookmarkPayload, error) {
	id := community.PostID(input.PostID)
	if input.Keep {
		p, err := m.hall.KeepBookmark(ctx, viewerOf(ctx), id, input.Note)
		return &graph.BookmarkPayload{Post: p}, err
	}
	if err := m.hall.DropBookmark(ctx, viewerOf(ctx), id); err != nil {
		return nil, err
	}
	p, err := ifVisible(loaders(ctx).Posts.Load(ctx, id))
	return &graph.BookmarkPayload{Post: p}, err
}

// ifVisible turns NOT_FOUND into nothing, for fields that may be empty.
func ifVisible[T any](thing *T, err error) (*T, error) {
	if community.KindOf(err) == community.KindNotFound {
		return nil, nil
	}
	return thing, err
}

// Post answers the fields of a post that cross to other things.
func (r *Root) Post() graph.PostResolver { return postFields{r.Hall} }

type postFields struct{ hall *forum.Hall }

func (postFields) Topic(ctx context.Context, p *forum.Post) (*forum.Topic, error) {
	return loaders(ctx).Topics.Load(ctx, p.TopicID)
}

func (postFields) Author(ctx context.Context, p *forum.Post) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, p.AuthorID)
}

func (postFields) ReplyTo(ctx context.Context, p *forum.Post) (*forum.Post, error) {
	if p.ReplyTo == "" {
		return nil, nil
	}
	return loaders(ctx).Posts.Load(ctx, p.ReplyTo)
}

func (postFields) Mentions(ctx context.Context, p *forum.Post) ([]*members.Member, error) {
	if p.Deleted || len(p.Written.Mentions) == 0 {
		return every[*members.Member](nil, nil)
	}
	return every(loaders(ctx).Members.LoadAll(ctx, p.Written.Mentions))
}

func (postFields) Accepted(ctx context.Context, p *forum.Post) (*bool, error) {
	t, err := loaders(ctx).Topics.Load(ctx, p.TopicID)
	if err != nil {
		return nil, err
	}
	return part(t.AnswerID == p.ID, nil)
}

func (f postFields) Revisions(ctx context.Context, p *forum.Post, first *int, after *community.Cursor, last *int, before *community.Cursor) (*forum.PostRevisionConnection, error) {
	return f.hall.Revisions(ctx, viewerOf(ctx), p.ID, paging(first, after, last, before))
}

func (postFields) ViewerReactions(ctx context.Context, p *forum.Post) ([]forum.ReactionKind, error) {
	left, err := loaders(ctx).Left.Load(ctx, p)
	return every(left.Reactions, err)
}

func (postFields) ViewerBookmark(ctx context.Context, p *forum.Post) (*forum.Bookmark, error) {
	left, err := loaders(ctx).Left.Load(ctx, p)
	return left.Bookmark, err
}

// PostRevision answers the fields of an earlier wording.
func (r *Root) PostRevision() graph.PostRevisionResolver { return revisionFields{} }

type revisionFields struct{}

func (revisionFields) Editor(ctx context.Context, r *forum.Revision) (*members.Member, error) {
	if r.Editor == "" {
		return nil, nil
	}
	return loaders(ctx).Members.Load(ctx, r.Editor)
}

// Bookmark answers the fields of a bookmark.
func (r *Root) Bookmark() graph.BookmarkResolver { return bookmarkFields{} }

type bookmarkFields struct{}

func (bookmarkFields) Post(ctx context.Context, b *forum.Bookmark) (*forum.Post, error) {
	return ifVisible(loaders(ctx).Posts.Load(ctx, b.PostID))
}

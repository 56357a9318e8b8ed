package ideas

import (
	"context"
	"fmt"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Limits of an idea.
const (
	MaxTitle = 200 // characters
	MaxBody  = 20_000
	MaxTags  = 8
)

// NewIdea is an idea to be proposed.
type NewIdea struct {
	BoardID community.BoardID
	Title   string
	Body    string
	Tags    []string
	// Draft keeps it for its author alone until it is published.
	Draft bool
}

// Propose puts an idea on a board that the viewer may see, or keeps it as a
// draft.
func (a *Assembly) Propose(ctx context.Context, viewer community.Viewer, n NewIdea) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, err := a.board(ctx, a.store, viewer, n.BoardID); err != nil {
		return nil, err // before the rendering, for which a stranger need not be served
	}
	least := 1
	if n.Draft {
		least = 0
	}
	change, err := a.worded(ctx, IdeaChange{Title: &n.Title, Body: &n.Body, Tags: &n.Tags}, least)
	if err != nil {
		return nil, err
	}
	now := a.now()
	begun := Idea{
		ID: community.NewID[community.IdeaID](community.IdeaPrefix), BoardID: n.BoardID, AuthorID: viewer.ID,
		Status: Proposed, CreatedAt: now, StatusAt: now, Draft: n.Draft,
	}
	if err := change.apply(&begun); err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Idea, error) {
		b, err := a.board(ctx, tx, viewer, n.BoardID)
		if err != nil {
			return nil, err
		}
		if err := b.open(); err != nil {
			return nil, err
		}
		i := begun // Do may run again
		if !i.Draft {
			if err := a.takesEntries(ctx, tx, viewer, b); err != nil {
				return nil, err
			}
			if err := a.publish(ctx, tx, viewer, b, &i, change.mentions); err != nil {
				return nil, err
			}
		}
		return &i, a.keep(ctx, tx, viewer, &i)
	})
}

// keep inserts an idea that is new.
func (a *Assembly) keep(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea) error {
	i.refresh()
	if err := ideas.Insert(ctx, tx, i); err != nil {
		return fmt.Errorf("keep an idea: %w", err)
	}
	if i.Draft {
		return nil // nobody is told of a draft
	}
	if err := a.count(ctx, tx, &Idea{}, i); err != nil {
		return err
	}
	return a.log.Append(ctx, tx, told(i.BoardID, IdeaAdded, viewer, string(i.ID)))
}

// publish makes an idea one that all see, talked about in a topic.
func (a *Assembly) publish(ctx context.Context, tx store.Tx, viewer community.Viewer, b *Board, i *Idea, mentions []community.MemberID) error {
	now, topic := a.now(), community.TopicID("")
	if !b.hides(now) {
		var err error
		if topic, err = a.comments.OpenTalk(ctx, tx, viewer, i.talk(b, mentions)); err != nil {
			return err
		}
	}
	i.TopicID, i.Draft, i.EditedAt = topic, false, nil
	i.CreatedAt, i.StatusAt = now, now
	return nil
}

// talk is what the topic about the idea says.
func (i *Idea) talk(b *Board, mentions []community.MemberID) community.Talk {
	return community.Talk{
		SpaceID: b.SpaceID, IdeaID: i.ID, Title: i.Title, Tags: i.Tags, Body: i.Body, HTML: i.HTML, Mentions: mentions,
	}
}

// Publish puts the viewer's draft on its board.
func (a *Assembly) Publish(ctx context.Context, viewer community.Viewer, id community.IdeaID) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	draft, _, err := a.idea(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	w, err := a.written(ctx, "body", draft.Body, 0, MaxBody)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Idea, error) {
		i, b, err := a.idea(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if !i.Draft {
			return nil, community.Conflict("This idea was published already.")
		}
		if err := a.takesEntries(ctx, tx, viewer, b); err != nil {
			return nil, err
		}
		if i.Body != w.body {
			return nil, community.Conflict("This draft was changed meanwhile; look at it again.")
		}
		if i.Body == "" {
			return nil, community.BadInput("ideaId", "Write what the idea is before you publish it.")
		}
		return a.published(ctx, tx, viewer, b, i, w)
	})
}

func (a *Assembly) published(ctx context.Context, tx store.Tx, viewer community.Viewer, b *Board, draft *Idea, w wording) (*Idea, error) {
	ready := *draft
	ready.HTML = w.html // who is mentioned may have another name by now
	if err := a.publish(ctx, tx, viewer, b, &ready, w.mentions); err != nil {
		return nil, err
	}
	_, now, err := a.change(ctx, tx, draft.ID, func(i *Idea) error {
		i.HTML, i.TopicID, i.Draft, i.EditedAt = ready.HTML, ready.TopicID, false, nil
		i.CreatedAt, i.StatusAt = ready.CreatedAt, ready.StatusAt
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("publish a draft: %w", err)
	}
	return now, a.log.Append(ctx, tx, told(b.ID, IdeaAdded, viewer, string(now.ID)))
}

// IdeaChange says what to change; nil leaves it as it is.
type IdeaChange struct {
	Title *string
	Body  *string
	Tags  *[]string

	html     string // of the body
	mentions []community.MemberID
}

// worded checks and renders what was given, before the Do. least is the least
// length of a body.
func (a *Assembly) worded(ctx context.Context, c IdeaChange, least int) (IdeaChange, error) {
	if c.Body != nil {
		w, err := a.written(ctx, "body", *c.Body, least, MaxBody)
		if err != nil {
			return c, err
		}
		c.Body, c.html, c.mentions = &w.body, w.html, w.mentions
	}
	return c, c.apply(&Idea{})
}

func (c IdeaChange) apply(i *Idea) (err error) {
	if c.Title != nil {
		if i.Title, err = text.Line("title", *c.Title, 1, MaxTitle); err != nil {
			return err
		}
		i.Slug = text.Slug(i.Title, 80)
	}
	if c.Tags != nil {
		if i.Tags, err = text.Tags("tags", *c.Tags, MaxTags); err != nil {
			return err
		}
	}
	if c.Body != nil {
		i.Body, i.HTML = *c.Body, c.html
	}
	return nil
}

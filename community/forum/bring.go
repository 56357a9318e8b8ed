package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// BroughtText is a text that an import brings from elsewhere, as Markdown or as
// HTML, with its author, dates, votes and earlier wordings.
type BroughtText struct {
	Author    community.MemberID
	Body      string
	CreatedAt time.Time
	EditedAt  *time.Time
	Score     int
	Source    string
	Revisions []BroughtRevision
}

// BroughtRevision is an earlier wording and who replaced it when.
type BroughtRevision struct {
	Body   string
	Editor community.MemberID
	Reason string
	At     time.Time
}

// BroughtTopic is a topic that an import brings.
type BroughtTopic struct {
	BroughtText
	SpaceID community.SpaceID
	IdeaID  community.IdeaID // that it is about; empty for most
	Title   string
	Tags    []string
	Views   int
	Locked  bool
}

// BroughtPost is a post that an import brings. Posts of a topic are numbered as
// they are brought.
type BroughtPost struct {
	BroughtText
	TopicID  community.TopicID
	ReplyTo  community.PostID
	IsAnswer bool
}

// importer is the viewer on whose behalf entries of imports are told.
func importer(author community.MemberID) community.Viewer { return community.Viewer{ID: author} }

// BringTopic adds a topic from elsewhere.
func (h *Hall) BringTopic(ctx context.Context, tx store.Tx, b BroughtTopic) (*Topic, error) {
	opening := h.broughtPost(b.BroughtText)
	t := &Topic{
		ID: community.NewID[community.TopicID](community.TopicPrefix), SpaceID: b.SpaceID, IdeaID: b.IdeaID, Title: b.Title,
		Slug: text.Slug(b.Title, 80), AuthorID: b.Author, OpeningID: opening.ID, Tags: b.Tags, Locked: b.Locked,
		ParticipantCount: 1, ViewCount: b.Views, CreatedAt: b.CreatedAt, EditedAt: b.EditedAt,
		LastPostAt: b.CreatedAt, LastPostID: opening.ID, Source: b.Source,
	}
	opening.TopicID = t.ID
	t.refresh()
	if err := h.bringRevisions(ctx, tx, opening, b.Revisions); err != nil {
		return nil, err
	}
	return t, h.openTopic(ctx, tx, importer(b.Author), t, opening)
}

// BringPost adds a post from elsewhere, behind those that are there. A reply to
// a post that was deleted since it was brought becomes a reply to none.
func (h *Hall) BringPost(ctx context.Context, tx store.Tx, b BroughtPost) (*Post, error) {
	t, err := topics.Get(ctx, tx, string(b.TopicID))
	if err != nil {
		return nil, fmt.Errorf("look up the topic of a post: %w", err)
	}
	p := h.broughtPost(b.BroughtText)
	p.TopicID = b.TopicID
	if p.ReplyTo, err = h.standing(ctx, tx, b.ReplyTo); err != nil {
		return nil, err
	}
	if err := h.bringRevisions(ctx, tx, p, b.Revisions); err != nil {
		return nil, err
	}
	if err := h.addPost(ctx, tx, importer(b.Author), t, p, false); err != nil {
		return nil, err
	}
	if !b.IsAnswer && !t.LastPostAt.After(p.CreatedAt) {
		return p, nil
	}
	latest := t.LastPostAt
	_, err = topics.Update(ctx, tx, string(t.ID), func(t *Topic) error {
		if latest.After(t.LastPostAt) { // answers do not come in the order of their dates
			t.LastPostAt = latest
		}
		if b.IsAnswer {
			t.AnswerID = p.ID
		}
		t.refresh()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("date a topic: %w", err)
	}
	return p, nil
}

// standing answers the post's id, or none when the post was deleted.
func (h *Hall) standing(ctx context.Context, tx store.Tx, id community.PostID) (community.PostID, error) {
	if id == "" {
		return "", nil
	}
	p, err := posts.Get(ctx, tx, string(id))
	if err != nil {
		return "", fmt.Errorf("look up the post that is replied to: %w", err)
	}
	if p.Deleted {
		return "", nil
	}
	return id, nil
}

// BringSpace answers the space with the slug, whoever may see it, or makes a
// public one under the name, which nobody manages but admins.
func (h *Hall) BringSpace(ctx context.Context, tx store.Tx, slug, name string) (*Space, error) {
	found, err := spaces.Find(ctx, tx, store.Query{Where: []store.Cond{store.Eq("slug", slug)}})
	if err != nil {
		return nil, fmt.Errorf("look up a slug: %w", err)
	}
	if len(found) > 0 {
		return found[0], nil
	}
	s := &Space{ID: community.NewID[community.SpaceID](community.SpacePrefix), CreatedAt: h.now()}
	public := Public
	if err := (SpaceChange{Name: &name, Slug: &slug, Visibility: &public}).apply(s); err != nil {
		return nil, err
	}
	if err := spaces.Insert(ctx, tx, s); err != nil {
		return nil, fmt.Errorf("keep a space: %w", err)
	}
	return s, h.tell(ctx, tx, event(s.ID, SpaceCreated, community.Viewer{}, string(s.ID)))
}

// BringBookmark keeps a member's bookmark of a post; one that is there stays as
// it is.
func (h *Hall) BringBookmark(ctx context.Context, tx store.Tx, member community.MemberID, post community.PostID, at time.Time) error {
	p, err := posts.Get(ctx, tx, string(post))
	if err != nil {
		return fmt.Errorf("look up the post of a bookmark: %w", err)
	}
	id := bookmarkID(p.TopicID, member, post)
	_, err = bookmarks.Get(ctx, tx, id)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := bookmarks.Insert(ctx, tx, &Bookmark{ID: id, Member: member, PostID: post, At: at}); err != nil {
		return fmt.Errorf("keep a bookmark: %w", err)
	}
	return h.keep(ctx, tx, member, p)
}

func (h *Hall) broughtPost(b BroughtText) *Post {
	r := text.Render(b.Body, nil)
	return &Post{
		ID: community.NewID[community.PostID](community.PostPrefix), AuthorID: b.Author,
		Written: Written{Body: b.Body, HTML: r.HTML}, BaseScore: b.Score, CreatedAt: b.CreatedAt,
		EditedAt: b.EditedAt, Revision: len(b.Revisions), Source: b.Source,
	}
}

func (h *Hall) bringRevisions(ctx context.Context, tx store.Tx, p *Post, brought []BroughtRevision) error {
	slices.SortStableFunc(brought, func(a, b BroughtRevision) int { return a.At.Compare(b.At) })
	for i, b := range brought {
		r := &Revision{
			ID: revisionID(p.ID, i), Number: i, Body: b.Body, HTML: text.Render(b.Body, nil).HTML,
			Editor: b.Editor, Reason: b.Reason, At: b.At,
		}
		if err := revisions.Insert(ctx, tx, r); err != nil {
			return fmt.Errorf("keep a revision: %w", err)
		}
	}
	return nil
}

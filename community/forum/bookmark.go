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

// MaxNote is the most characters of a bookmark's note.
const MaxNote = 500

// Bookmark is a post that a member wants to find again. Nobody else sees it.
type Bookmark struct {
	ID     string             `bson:"_id"` // topic/member/post
	Member community.MemberID `bson:"member"`
	PostID community.PostID   `bson:"post"`
	Note   string             `bson:"note,omitempty"`
	At     time.Time          `bson:"at"`
}

var bookmarks = store.Define[Bookmark]("bookmarks", store.On("member", "at"))

func bookmarkID(topic community.TopicID, member community.MemberID, post community.PostID) string {
	return pair(pair(topic, member), post)
}

// KeepBookmark bookmarks a post, with a note, or changes the note.
func (h *Hall) KeepBookmark(ctx context.Context, viewer community.Viewer, id community.PostID, note string) (*Post, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	note, err := text.Line("note", note, 0, MaxNote)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Post, error) {
		p, _, _, err := h.post(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		b := Bookmark{ID: bookmarkID(p.TopicID, viewer.ID, id), Member: viewer.ID, PostID: id, At: h.now()}
		if _, err := bookmarks.Upsert(ctx, tx, b.ID, b, func(b *Bookmark) error { b.Note = note; return nil }); err != nil {
			return nil, fmt.Errorf("keep a bookmark: %w", err)
		}
		return p, h.keep(ctx, tx, viewer.ID, p)
	})
}

// DropBookmark forgets a bookmark, even of a post that is out of sight by now.
func (h *Hall) DropBookmark(ctx context.Context, viewer community.Viewer, id community.PostID) error {
	if err := viewer.MayAct(); err != nil {
		return err
	}
	return store.Once(ctx, h.store, func(tx store.Tx) error {
		p, err := posts.Get(ctx, tx, string(id))
		if err == nil {
			err = bookmarks.Delete(ctx, tx, bookmarkID(p.TopicID, viewer.ID, id))
		}
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = h.leave(ctx, tx, p.TopicID, viewer.ID, func(t *trace) error {
			t.Kept = slices.DeleteFunc(t.Kept, func(kept community.PostID) bool { return kept == id })
			return nil
		})
		return err
	})
}

// keep notes in the topic that the member has a bookmark of the post.
func (h *Hall) keep(ctx context.Context, tx store.Tx, member community.MemberID, p *Post) error {
	_, err := h.leave(ctx, tx, p.TopicID, member, func(t *trace) error {
		if !slices.Contains(t.Kept, p.ID) {
			t.Kept = append(t.Kept, p.ID)
		}
		return nil
	})
	return err
}

// Bookmarks lists the viewer's own, the newest first. Those of posts that the
// viewer may no longer see stand there without the post.
func (h *Hall) Bookmarks(ctx context.Context, viewer community.Viewer, p community.Paging) (*community.Page[*Bookmark], error) {
	if !viewer.SignedIn() {
		return nil, community.Unauthenticated("Sign in first.")
	}
	return community.List[*Bookmark]{
		Name: "bookmarks " + string(viewer.ID), Like: []any{time.Time{}, ""},
		Place: func(b *Bookmark) []any { return []any{b.At, b.ID} },
		Query: store.Query{Where: []store.Cond{store.Eq("member", viewer.ID)}, Sort: []string{"at"}, Desc: true},
		Find:  func(q store.Query) ([]*Bookmark, error) { return bookmarks.Find(ctx, h.store, q) },
	}.Read(p)
}

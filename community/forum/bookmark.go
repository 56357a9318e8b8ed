package forum

import (
	"context"
	"errors"
	"fmt"
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
		b := Bookmark{ID: trace(p.TopicID, viewer.ID, id), Member: viewer.ID, PostID: id, At: h.now()}
		_, err = bookmarks.Upsert(ctx, tx, b.ID, b, func(b *Bookmark) error { b.Note = note; return nil })
		return p, err
	})
}

// DropBookmark forgets a bookmark, even of a post that is out of sight by now.
func (h *Hall) DropBookmark(ctx context.Context, viewer community.Viewer, id community.PostID) error {
	if err := viewer.MayAct(); err != nil {
		return err
	}
	p, err := posts.Get(ctx, h.store, string(id))
	if err == nil {
		err = bookmarks.Delete(ctx, h.store, trace(p.TopicID, viewer.ID, id))
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
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

// BookmarksOf answers the viewer's bookmarks of the posts, in one read.
func (h *Hall) BookmarksOf(ctx context.Context, viewer community.Viewer, found []*Post) (map[community.PostID]*Bookmark, error) {
	out := make(map[community.PostID]*Bookmark)
	if !viewer.SignedIn() {
		return out, nil
	}
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = trace(p.TopicID, viewer.ID, p.ID)
	}
	mine, err := tracesOf(ctx, h.store, bookmarks, ids, func(b *Bookmark) string { return b.ID })
	if err != nil {
		return nil, fmt.Errorf("look up bookmarks: %w", err)
	}
	for _, b := range mine {
		out[b.PostID] = b
	}
	return out, nil
}

package forum

import (
	"context"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// MaxBody is the most characters of a post.
const MaxBody = 50_000

// What the log tells in a topic's stream about its posts.
const (
	PostAdded        live.Kind = "post.added"
	PostEdited       live.Kind = "post.edited"
	PostDeleted      live.Kind = "post.deleted"
	PostRestored     live.Kind = "post.restored"
	ReactionsChanged live.Kind = "post.reactionsChanged"
	PollChanged      live.Kind = "poll.changed"
)

// Written is a text as it was written and as it is shown: rendered once, when
// it was written.
type Written struct {
	Body     string               `bson:"body"`
	HTML     string               `bson:"html"`
	Mentions []community.MemberID `bson:"mentions,omitempty"`
}

// Post is one contribution to a topic. A deleted post keeps its place; what it
// said is seen by who may restore it only.
type Post struct {
	ID      community.PostID  `bson:"_id"`
	TopicID community.TopicID `bson:"topic"`
	// Number is the place in the topic: 0 for the opening, then 1, 2, 3 …
	Number   int                `bson:"number"`
	AuthorID community.MemberID `bson:"author"`
	ReplyTo  community.PostID   `bson:"replyTo,omitempty"`
	Written  `bson:",inline"`

	// Reactions are counted by kind, those that are there.
	Reactions []ReactionCount `bson:"reactions,omitempty"`
	// BaseScore is what votes elsewhere came to, on a post that was imported.
	BaseScore int `bson:"baseScore,omitempty"`

	CreatedAt time.Time  `bson:"createdAt"`
	EditedAt  *time.Time `bson:"editedAt,omitempty"`
	// Revision counts the edits: 0 for a post as it was first written.
	Revision  int                `bson:"revision"`
	Deleted   bool               `bson:"deleted"`
	DeletedAt *time.Time         `bson:"deletedAt,omitempty"`
	DeletedBy community.MemberID `bson:"deletedBy,omitempty"`
	Source    string             `bson:"source,omitempty"`
}

// IsNode marks what node(id:) can answer.
func (*Post) IsNode() {}

// GetID is the id by which node(id:) finds the post.
func (p *Post) GetID() string { return string(p.ID) }

// ShownBody is the text as it was written; nothing once deleted.
func (p *Post) ShownBody() *string { return p.unlessDeleted(&p.Body) }

// ShownHTML is the text as it is shown; nothing once deleted.
func (p *Post) ShownHTML() *string { return p.unlessDeleted(&p.HTML) }

func (p *Post) unlessDeleted(s *string) *string {
	if p.Deleted {
		return nil
	}
	return s
}

// SourceURL is the page from which an import brought the post.
func (p *Post) SourceURL() *string { return community.OrNil(p.Source) }

// Score is the sum of votes elsewhere and of the reactions LIKE and DISLIKE
// here.
func (p *Post) Score() int {
	score := p.BaseScore
	for _, r := range p.Reactions {
		switch r.Kind {
		case Like:
			score += r.Count
		case Dislike:
			score -= r.Count
		}
	}
	return score
}

// reactionTotal counts all reactions to the post.
func (p *Post) reactionTotal() (n int) {
	for _, r := range p.Reactions {
		n += r.Count
	}
	return n
}

var posts = store.Define[Post]("posts", store.On("topic", "deleted", "number")).Near("topic")

// written checks a text and renders it.
func (h *Hall) written(ctx context.Context, field, body string) (Written, error) {
	body, err := text.Markdown(field, body, 1, MaxBody)
	if err != nil {
		return Written{}, err
	}
	known, err := h.people.Mentioned(ctx, text.MentionKeys(body))
	if err != nil {
		return Written{}, fmt.Errorf("look up who is mentioned: %w", err)
	}
	handles := make(map[string]string, len(known))
	for key, m := range known {
		handles[key] = m.Handle
	}
	r := text.Render(body, handles)
	w := Written{Body: body, HTML: r.HTML}
	for _, key := range r.Mentions {
		w.Mentions = append(w.Mentions, known[key].ID)
	}
	return w, nil
}

// Post answers a post in a topic that the viewer may see.
func (h *Hall) Post(ctx context.Context, viewer community.Viewer, id community.PostID) (*Post, error) {
	p, _, _, err := h.post(ctx, h.store, viewer, id)
	return p, err
}

// Posts lists a topic's posts by number, without the opening; deleted ones too
// if withDeleted.
func (h *Hall) Posts(ctx context.Context, viewer community.Viewer, topic community.TopicID, withDeleted bool, p community.Paging) (*community.Page[*Post], error) {
	if _, _, err := h.topic(ctx, h.store, viewer, topic); err != nil {
		return nil, err
	}
	deleted := store.Eq("deleted", false)
	if withDeleted {
		deleted = store.In("deleted", []bool{false, true})
	}
	return community.List[*Post]{
		Name: fmt.Sprintf("posts %s %v", topic, withDeleted), Like: []any{int64(0), ""},
		Place: func(p *Post) []any { return []any{int64(p.Number), string(p.ID)} },
		Query: store.Query{
			Where: []store.Cond{store.Eq("topic", topic), deleted, store.Between("number", 1, nil)},
			Sort:  []string{"number"},
		},
		Find: func(q store.Query) ([]*Post, error) { return posts.Find(ctx, h.store, q) },
	}.Read(p)
}

// PostsByID answers those of the posts that the viewer may see, in a few reads
// however many they are.
func (h *Hall) PostsByID(ctx context.Context, viewer community.Viewer, ids []community.PostID) (map[community.PostID]*Post, error) {
	found, err := posts.GetMany(ctx, h.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up posts: %w", err)
	}
	seen := map[community.TopicID]bool{}
	var in []community.TopicID
	for _, p := range found {
		if !seen[p.TopicID] {
			seen[p.TopicID] = true
			in = append(in, p.TopicID)
		}
	}
	visible, err := h.TopicsByID(ctx, viewer, in)
	if err != nil {
		return nil, err
	}
	out := make(map[community.PostID]*Post, len(found))
	for _, p := range found {
		if _, ok := visible[p.TopicID]; ok {
			out[p.ID] = p
		}
	}
	return out, nil
}

// Participants lists who wrote in a topic, with the number of their posts, the
// opening included.
func (h *Hall) Participants(ctx context.Context, viewer community.Viewer, topic community.TopicID, p community.Paging) (*community.Page[*Participant], error) {
	if _, _, err := h.topic(ctx, h.store, viewer, topic); err != nil {
		return nil, err
	}
	return community.List[*Participant]{
		Name: "participants " + string(topic), Like: []any{""},
		Place: func(p *Participant) []any { return []any{pair(topic, p.MemberID)} },
		Query: store.Query{Where: []store.Cond{store.Eq("wrote", true), pairsOf(topic)}},
		Find: func(q store.Query) ([]*Participant, error) {
			found, err := traces.Find(ctx, h.store, q)
			out := make([]*Participant, len(found))
			for i, p := range found {
				out[i] = &Participant{MemberID: community.MemberID(p.ID[len(topic)+1:]), PostCount: p.Posts}
			}
			return out, err
		},
	}.Read(p)
}

// Participant is a member who wrote in a topic.
type Participant struct {
	MemberID  community.MemberID
	PostCount int
}

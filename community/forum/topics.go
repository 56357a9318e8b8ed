package forum

import (
	"context"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// TopicOrder is an order of topic lists.
type TopicOrder string

// The orders.
const (
	Latest        TopicOrder = "LATEST"         // the last post first; in one space, pinned ones before all
	Newest        TopicOrder = "NEWEST"         // the last opened first
	Hot           TopicOrder = "HOT"            // see Topic.Hot
	MostDiscussed TopicOrder = "MOST_DISCUSSED" // the most posts first
	Unanswered    TopicOrder = "UNANSWERED"     // without a post, the last opened first
)

// TopicQuery asks for a list of topics.
type TopicQuery struct {
	SpaceID *community.SpaceID // nil means all that the viewer may see
	Tag     *string
	Order   TopicOrder
}

// Topic answers a topic that the viewer may see.
func (h *Hall) Topic(ctx context.Context, viewer community.Viewer, id community.TopicID) (*Topic, error) {
	t, _, err := h.topic(ctx, h.store, viewer, id)
	return t, err
}

// Topics lists topics that the viewer may see.
func (h *Hall) Topics(ctx context.Context, viewer community.Viewer, q TopicQuery, p community.Paging) (*community.Page[*Topic], error) {
	var where []store.Cond
	name := "topics " + string(q.Order)
	if q.SpaceID != nil {
		if _, err := h.space(ctx, h.store, viewer, *q.SpaceID); err != nil {
			return nil, err
		}
		where = append(where, store.Eq("listed", *q.SpaceID))
		name += " " + string(*q.SpaceID)
	} else {
		ids, err := h.visibleSpaces(ctx, viewer)
		if err != nil {
			return nil, err
		}
		where = append(where, store.In("listed", ids))
	}
	if q.Tag != nil {
		tag, err := tagOf(q.Tag)
		if err != nil {
			return nil, err
		}
		where = append(where, store.Eq("tags", tag))
		name += " #" + tag
	}
	list, err := q.list()
	if err != nil {
		return nil, err
	}
	list.Name = name
	list.Query.Where = append(where, list.Query.Where...)
	list.Find = func(q store.Query) ([]*Topic, error) { return topics.Find(ctx, h.store, q) }
	return list.Read(p)
}

// tagOf is the tag that is asked for; empty if none is.
func tagOf(asked *string) (string, error) {
	if asked == nil {
		return "", nil
	}
	tag, err := text.Tags("tag", []string{*asked}, 1)
	if err != nil || len(tag) != 1 {
		return "", community.BadInput("tag", "This is not a tag.")
	}
	return tag[0], nil
}

// list is the order that was asked for; each is served by an index.
func (q TopicQuery) list() (community.List[*Topic], error) {
	byTime := func(field string, at func(*Topic) time.Time) community.List[*Topic] {
		return community.List[*Topic]{
			Query: store.Query{Sort: []string{field}, Desc: true}, Like: []any{time.Time{}, ""},
			Place: func(t *Topic) []any { return []any{at(t), string(t.ID)} },
		}
	}
	opened := byTime("createdAt", func(t *Topic) time.Time { return t.CreatedAt })
	switch q.Order {
	case Latest:
		if q.SpaceID != nil && q.Tag == nil {
			return pinnedFirst(), nil
		}
		return byTime("lastPostAt", func(t *Topic) time.Time { return t.LastPostAt }), nil
	case Newest:
		return opened, nil
	case Unanswered:
		opened.Query.Where = []store.Cond{store.Eq("postCount", 0)}
		return opened, nil
	case Hot:
		return community.List[*Topic]{
			Query: store.Query{Sort: []string{"hot"}, Desc: true}, Like: []any{0.0, ""},
			Place: func(t *Topic) []any { return []any{t.Hot, string(t.ID)} },
		}, nil
	case MostDiscussed:
		return community.List[*Topic]{
			Query: store.Query{Sort: []string{"postCount", "createdAt"}, Desc: true}, Like: []any{int64(0), time.Time{}, ""},
			Place: func(t *Topic) []any { return []any{int64(t.PostCount), t.CreatedAt, string(t.ID)} },
		}, nil
	}
	return community.List[*Topic]{}, community.BadInput("orderBy", "There is no order %q.", q.Order)
}

func pinnedFirst() community.List[*Topic] {
	return community.List[*Topic]{
		Query: store.Query{Sort: []string{"rank", "lastPostAt"}, Desc: true}, Like: []any{int64(0), time.Time{}, ""},
		Place: func(t *Topic) []any { return []any{int64(t.Rank), t.LastPostAt, string(t.ID)} },
	}
}

// TopicsByID answers those of the topics that the viewer may see, in a few
// reads however many they are.
func (h *Hall) TopicsByID(ctx context.Context, viewer community.Viewer, ids []community.TopicID) (map[community.TopicID]*Topic, error) {
	found, err := topics.GetMany(ctx, h.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up topics: %w", err)
	}
	var in, ruled []community.SpaceID
	for _, t := range found {
		in = append(in, t.SpaceID)
		if t.DeletedAt != nil {
			ruled = append(ruled, t.SpaceID)
		}
	}
	visible, err := h.SpacesByID(ctx, viewer, in)
	if err != nil {
		return nil, err
	}
	moderated, err := h.moderated(ctx, viewer, ruled)
	if err != nil {
		return nil, err
	}
	out := make(map[community.TopicID]*Topic, len(found))
	for _, t := range found {
		if _, ok := visible[t.SpaceID]; ok && (t.DeletedAt == nil || moderated[t.SpaceID]) {
			out[t.ID] = t
		}
	}
	return out, nil
}

// SpacesByID answers those of the spaces that the viewer may see, in two reads.
func (h *Hall) SpacesByID(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]*Space, error) {
	found, err := spaces.GetMany(ctx, h.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up spaces: %w", err)
	}
	var private []string
	for _, s := range found {
		if s.Visibility == Private && viewer.SignedIn() {
			private = append(private, pair(s.ID, viewer.ID))
		}
	}
	var seated map[string]*Seat
	if len(private) > 0 {
		if seated, err = seats.GetMany(ctx, h.store, private); err != nil {
			return nil, fmt.Errorf("look up seats: %w", err)
		}
	}
	out := make(map[community.SpaceID]*Space, len(found))
	for _, s := range found {
		if mayEnter(viewer, s, seated[pair(s.ID, viewer.ID)]) {
			out[s.ID] = s
		}
	}
	return out, nil
}

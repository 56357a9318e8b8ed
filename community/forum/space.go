package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// Limits of a space's texts, in characters.
const (
	MaxSpaceName        = 80
	MaxSpaceDescription = 4000
)

// Visibility says who sees a space and all that is in it.
type Visibility string

// The visibilities.
const (
	Public  Visibility = "PUBLIC"  // everybody, guests too
	Members Visibility = "MEMBERS" // every member
	Private Visibility = "PRIVATE" // the space's own members, and admins
)

// Valid says whether the visibility is one of the list.
func (v Visibility) Valid() bool {
	return slices.Contains([]Visibility{Public, Members, Private}, v)
}

// What the log tells in a space's stream.
const (
	SpaceCreated live.Kind = "space.created"
	SpaceChanged live.Kind = "space.changed"
	SpaceOpened  live.Kind = "space.opened" // or closed: others see it than before
	SeatTaken    live.Kind = "space.seatTaken"
	SeatLeft     live.Kind = "space.seatLeft"
)

// Space is a place for topics, with its own rights.
type Space struct {
	ID          community.SpaceID  `bson:"_id"`
	Slug        string             `bson:"slug"`
	Name        string             `bson:"name"`
	Description string             `bson:"description,omitempty"`
	Visibility  Visibility         `bson:"visibility"`
	TopicCount  int                `bson:"topicCount"`
	MemberCount int                `bson:"memberCount"`
	CreatedBy   community.MemberID `bson:"createdBy"`
	CreatedAt   time.Time          `bson:"createdAt"`
}

// IsNode marks what node(id:) can answer.
func (*Space) IsNode() {}

// GetID is the id by which node(id:) finds the space.
func (s *Space) GetID() string { return string(s.ID) }

var spaces = store.Define[Space]("spaces",
	store.UniqueOn("slug"),
	store.On("createdAt"),
)

// NewSpace is a space to be made.
type NewSpace struct {
	Name        string
	Slug        *string // made of the name when nil
	Description *string
	Visibility  Visibility
}

// CreateSpace makes a space; its maker becomes its manager.
func (h *Hall) CreateSpace(ctx context.Context, viewer community.Viewer, n NewSpace) (*Space, error) {
	if err := viewer.MayRule(community.RoleAdmin); err != nil {
		return nil, err
	}
	s := &Space{
		ID: community.NewID[community.SpaceID](community.SpacePrefix), MemberCount: 1,
		CreatedBy: viewer.ID, CreatedAt: h.now(),
	}
	change := SpaceChange{Name: &n.Name, Slug: n.Slug, Description: n.Description, Visibility: &n.Visibility}
	if n.Slug == nil {
		slug := text.Slug(n.Name, 64)
		change.Slug = &slug
	}
	if err := change.apply(s); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Space, error) {
		if err := spaces.Insert(ctx, tx, s); err != nil {
			return nil, slugTaken(err)
		}
		if err := seats.Insert(ctx, tx, h.newSeat(s.ID, viewer.ID, Manager)); err != nil {
			return nil, fmt.Errorf("seat the manager: %w", err)
		}
		return s, h.tell(ctx, tx, event(s.ID, SpaceCreated, viewer, string(s.ID)))
	})
}

func slugTaken(err error) error {
	if errors.Is(err, store.ErrExists) {
		return community.BadInput("slug", "Another space has this slug.")
	}
	return err
}

// SpaceChange says what to change; nil leaves it as it is.
type SpaceChange struct {
	Name        *string
	Slug        *string
	Description *string
	Visibility  *Visibility
}

// UpdateSpace changes a space, for its managers and for admins.
func (h *Hall) UpdateSpace(ctx context.Context, viewer community.Viewer, id community.SpaceID, c SpaceChange) (*Space, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Space, error) {
		s, err := h.space(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := h.mustManage(ctx, tx, viewer, s); err != nil {
			return nil, err
		}
		kind := SpaceChanged
		if c.Visibility != nil && *c.Visibility != s.Visibility {
			kind = SpaceOpened
		}
		if s, err = spaces.Update(ctx, tx, string(id), c.apply); err != nil {
			return nil, slugTaken(err)
		}
		return s, h.tell(ctx, tx, event(id, kind, viewer, string(id)))
	})
}

func (c SpaceChange) apply(s *Space) (err error) {
	if c.Name != nil {
		if s.Name, err = text.Line("name", *c.Name, 1, MaxSpaceName); err != nil {
			return err
		}
	}
	if c.Slug != nil {
		if err := text.CheckSlug("slug", *c.Slug); err != nil {
			return err
		}
		s.Slug = *c.Slug
	}
	if c.Description != nil {
		if s.Description, err = text.Markdown("description", *c.Description, 0, MaxSpaceDescription); err != nil {
			return err
		}
	}
	if c.Visibility != nil {
		if !c.Visibility.Valid() {
			return community.BadInput("visibility", "There is no visibility %q.", *c.Visibility)
		}
		s.Visibility = *c.Visibility
	}
	return nil
}

// Space answers a space that the viewer may see.
func (h *Hall) Space(ctx context.Context, viewer community.Viewer, id community.SpaceID) (*Space, error) {
	return h.space(ctx, h.store, viewer, id)
}

// SpaceBySlug answers the space with the slug, if the viewer may see it.
func (h *Hall) SpaceBySlug(ctx context.Context, viewer community.Viewer, slug string) (*Space, error) {
	found, err := spaces.Find(ctx, h.store, store.Query{Where: []store.Cond{store.Eq("slug", slug)}})
	if err != nil {
		return nil, fmt.Errorf("look up a slug: %w", err)
	}
	if len(found) == 0 {
		return nil, community.NotFound("space")
	}
	return h.space(ctx, h.store, viewer, found[0].ID)
}

// Spaces lists the spaces that the viewer may see, the oldest first.
func (h *Hall) Spaces(ctx context.Context, viewer community.Viewer, p community.Paging) (*community.Page[*Space], error) {
	seated, err := h.seatsOf(ctx, viewer)
	if err != nil {
		return nil, err
	}
	list := community.List[*Space]{
		Name: "spaces", Like: []any{time.Time{}, ""},
		Place: func(s *Space) []any { return []any{s.CreatedAt, string(s.ID)} },
		Query: store.Query{Sort: []string{"createdAt"}},
		Find: func(q store.Query) ([]*Space, error) {
			return h.findSpaces(ctx, q, func(s *Space) bool { return mayEnter(viewer, s, seated[s.ID]) })
		},
	}
	return list.Read(p)
}

// findSpaces reads on until it has as many as were asked for that pass.
func (h *Hall) findSpaces(ctx context.Context, q store.Query, pass func(*Space) bool) ([]*Space, error) {
	var out []*Space
	limit := q.Limit
	q.Limit = max(64, limit)
	for {
		found, err := spaces.Find(ctx, h.store, q)
		if err != nil {
			return nil, fmt.Errorf("list spaces: %w", err)
		}
		for _, s := range found {
			if pass(s) {
				if out = append(out, s); len(out) == limit {
					return out, nil
				}
			}
		}
		if len(found) < q.Limit {
			return out, nil
		}
		last := found[len(found)-1]
		q.After = []any{last.CreatedAt, string(last.ID)}
	}
}

package forum

import (
	"context"
	"fmt"

	"veche/community"
	"veche/store"
)

// mayEnter is the rule of who sees a space and all that is in it.
func mayEnter(viewer community.Viewer, s *Space, seat *Seat) bool {
	switch s.Visibility {
	case Public:
		return true
	case Members:
		return viewer.IsMember()
	default:
		return viewer.IsMember() && (seat.taken() || viewer.Role.AtLeast(community.RoleAdmin))
	}
}

// space answers a space that the viewer may see, or NOT_FOUND.
func (h *Hall) space(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) (*Space, error) {
	s, err := spaces.Get(ctx, on, string(id))
	if err != nil {
		return nil, community.OrNotFound(err, "space")
	}
	seat := noSeat
	if s.Visibility == Private && viewer.SignedIn() {
		if seat, err = h.seat(ctx, on, id, viewer.ID); err != nil {
			return nil, err
		}
	}
	if !mayEnter(viewer, s, seat) {
		return nil, community.NotFound("space")
	}
	return s, nil
}

// topic answers a topic that the viewer may see, or NOT_FOUND. A deleted topic
// is seen by who may restore it.
func (h *Hall) topic(ctx context.Context, on store.Ops, viewer community.Viewer, id community.TopicID) (*Topic, *Space, error) {
	t, err := topics.Get(ctx, on, string(id))
	if err != nil {
		return nil, nil, community.OrNotFound(err, "topic")
	}
	s, err := h.space(ctx, on, viewer, t.SpaceID)
	if err != nil {
		return nil, nil, hidden(err, "topic")
	}
	if t.DeletedAt != nil {
		if moderates, err := h.moderates(ctx, on, viewer, s); err != nil {
			return nil, nil, err
		} else if !moderates {
			return nil, nil, community.NotFound("topic")
		}
	}
	return t, s, nil
}

// post answers a post in a topic that the viewer may see, or NOT_FOUND.
func (h *Hall) post(ctx context.Context, on store.Ops, viewer community.Viewer, id community.PostID) (*Post, *Topic, *Space, error) {
	p, err := posts.Get(ctx, on, string(id))
	if err != nil {
		return nil, nil, nil, community.OrNotFound(err, "post")
	}
	t, s, err := h.topic(ctx, on, viewer, p.TopicID)
	if err != nil {
		return nil, nil, nil, hidden(err, "post")
	}
	return p, t, s, nil
}

// hidden says that there is no such thing when what it is in was not found.
func hidden(err error, what string) error {
	if community.KindOf(err) == community.KindNotFound {
		return community.NotFound(what)
	}
	return err
}

// manages says whether the viewer may change the space and its member list.
func (h *Hall) manages(ctx context.Context, on store.Ops, viewer community.Viewer, s *Space) (bool, error) {
	if viewer.Has(community.RoleAdmin) || !viewer.SignedIn() {
		return viewer.SignedIn(), nil
	}
	seat, err := h.seat(ctx, on, s.ID, viewer.ID)
	return ruledBy(viewer, seat, community.RoleAdmin), err
}

// ruledBy says whether the viewer's role, or else their seat, lets them rule.
func ruledBy(viewer community.Viewer, seat *Seat, role community.Role) bool {
	if viewer.Has(role) {
		return true
	}
	return seat.taken() && seat.Role == Manager && viewer.MayRule(community.RoleMember) == nil
}

func (h *Hall) mustManage(ctx context.Context, on store.Ops, viewer community.Viewer, s *Space) error {
	if manages, err := h.manages(ctx, on, viewer, s); err != nil {
		return err
	} else if !manages {
		return community.Forbidden("Only the space's managers and admins may do this.")
	}
	return nil
}

// moderates says whether the viewer may pin, lock, move and delete in a space
// that they see.
func (h *Hall) moderates(ctx context.Context, on store.Ops, viewer community.Viewer, s *Space) (bool, error) {
	if viewer.Has(community.RoleModerator) {
		return true, nil
	}
	return h.manages(ctx, on, viewer, s)
}

// moderated answers which of the spaces the viewer moderates, in one read.
func (h *Hall) moderated(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]bool, error) {
	out := make(map[community.SpaceID]bool, len(ids))
	if len(ids) == 0 || !viewer.SignedIn() {
		return out, nil
	}
	taken, err := h.SeatsIn(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		out[id] = ruledBy(viewer, taken[id], community.RoleModerator)
	}
	return out, nil
}

func (h *Hall) mustModerate(ctx context.Context, on store.Ops, viewer community.Viewer, s *Space) error {
	if moderates, err := h.moderates(ctx, on, viewer, s); err != nil {
		return err
	} else if !moderates {
		return community.Forbidden("This needs the role MODERATOR, or to manage the space.")
	}
	return nil
}

// visibleSpaces answers the ids of all spaces that the viewer may see.
func (h *Hall) visibleSpaces(ctx context.Context, viewer community.Viewer) ([]community.SpaceID, error) {
	seated, err := h.seatsOf(ctx, viewer)
	if err != nil {
		return nil, err
	}
	all, err := spaces.Find(ctx, h.store, store.Query{Sort: []string{"createdAt"}})
	if err != nil {
		return nil, fmt.Errorf("list spaces: %w", err)
	}
	var ids []community.SpaceID
	for _, s := range all {
		if mayEnter(viewer, s, seated[s.ID]) {
			ids = append(ids, s.ID)
		}
	}
	return ids, nil
}

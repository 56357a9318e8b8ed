package forum

import (
	"context"

	"veche/community"
	"veche/store"
)

// Place is what the forum is to other domains: spaces, whose rights they ask
// for, and in them topics about what is theirs.
type Place struct{ hall *Hall }

// Place is the forum as other domains know it.
func (h *Hall) Place() Place { return Place{h} }

// Enter answers NOT_FOUND for a space that the viewer may not see.
func (p Place) Enter(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) error {
	_, err := p.hall.space(ctx, on, viewer, id)
	return err
}

// Moderates says whether the viewer may rule over what is in a space that they
// see.
func (p Place) Moderates(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) (bool, error) {
	s, err := p.hall.space(ctx, on, viewer, id)
	if err != nil {
		return false, err
	}
	return p.hall.moderates(ctx, on, viewer, s)
}

// Visible answers the ids of all spaces that the viewer may see.
func (p Place) Visible(ctx context.Context, viewer community.Viewer) ([]community.SpaceID, error) {
	return p.hall.visibleSpaces(ctx, viewer)
}

// Entered answers those of the spaces that the viewer may see, and whether they
// rule over what is in them, in a few reads however many they are.
func (p Place) Entered(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]bool, error) {
	seen, err := p.hall.SpacesByID(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	ruled, err := p.hall.moderated(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[community.SpaceID]bool, len(seen))
	for id := range seen {
		out[id] = ruled[id]
	}
	return out, nil
}

// Admission is the right to read what happens in the space.
func (p Place) Admission(ctx context.Context, viewer community.Viewer, id community.SpaceID) (community.Admission, error) {
	s, err := p.hall.space(ctx, p.hall.store, viewer, id)
	if err != nil {
		return community.Admission{}, err
	}
	return p.hall.admission(ctx, viewer, s)
}

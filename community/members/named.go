package members

import (
	"context"

	"veche/community"
)

// Named answers the names of those members that exist, in one read.
func (r *Roll) Named(ctx context.Context, ids []community.MemberID) (map[community.MemberID]community.Name, error) {
	found, err := r.ByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[community.MemberID]community.Name, len(found))
	for id, m := range found {
		out[id] = community.Name{Handle: m.Handle, Name: m.Name}
	}
	return out, nil
}

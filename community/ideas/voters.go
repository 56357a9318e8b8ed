package ideas

import (
	"context"
	"fmt"

	"veche/community"
	"veche/store"
)

// The pages of votes and of members.
type (
	IdeaVoteConnection    = community.Page[*Vote]
	IdeaVoteEdge          = community.Edge[*Vote]
	BoardMemberConnection = community.Page[*Part]
	BoardMemberEdge       = community.Edge[*Part]
)

// Voters lists who voted for an idea, and how, in the order in which they
// became members: where the board shows it, or for who moderates its space.
func (a *Assembly) Voters(ctx context.Context, viewer community.Viewer, id community.IdeaID, p community.Paging) (*IdeaVoteConnection, error) {
	i, b, err := a.idea(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	if !b.Policy.VotersShown {
		if err := a.mustModerate(ctx, a.store, viewer, b.SpaceID); err != nil {
			return nil, community.Forbidden("Who voted is not shown on this board.")
		}
	}
	return community.List[*Vote]{
		Name:  "voters " + string(i.ID),
		Place: func(v *Vote) []any { return []any{v.ID} },
		Like:  []any{""},
		Find:  func(q store.Query) ([]*Vote, error) { return votes.Find(ctx, a.store, q) },
		Query: store.Query{Where: []store.Cond{votesFor(i.ID)}},
	}.Read(p)
}

// VotesAt answers what the viewer gives to each of the ideas; 0 is left out.
func (a *Assembly) VotesAt(ctx context.Context, viewer community.Viewer, ids []community.IdeaID) (map[community.IdeaID]int, error) {
	out := make(map[community.IdeaID]int, len(ids))
	if !viewer.SignedIn() {
		return out, nil
	}
	keys := make([]string, len(ids))
	for n, id := range ids {
		keys[n] = pair(id, viewer.ID)
	}
	found, err := votes.GetMany(ctx, a.store, keys)
	if err != nil {
		return nil, fmt.Errorf("look up votes: %w", err)
	}
	for _, v := range found {
		out[v.IdeaID] = v.Value
	}
	return out, nil
}

// VotesLeft answers what the viewer still has to give on each of the boards that
// count votes out.
func (a *Assembly) VotesLeft(ctx context.Context, viewer community.Viewer, of []*Board) (map[community.BoardID]*int, error) {
	out := make(map[community.BoardID]*int, len(of))
	if !viewer.IsMember() {
		return out, nil
	}
	keys := make([]string, len(of))
	for n, b := range of {
		keys[n] = pair(b.ID, viewer.ID)
	}
	found, err := parts.GetMany(ctx, a.store, keys)
	if err != nil {
		return nil, fmt.Errorf("look up parts: %w", err)
	}
	for n, b := range of {
		part := found[keys[n]]
		if part == nil {
			part = &Part{}
		}
		out[b.ID] = b.Policy.left(part)
	}
	return out, nil
}

// BoardMemberOrder is by what the members of a board are ordered.
type BoardMemberOrder string

// The orders, each from the highest.
const (
	ByReceived    BoardMemberOrder = "RECEIVED"
	ByProposed    BoardMemberOrder = "PROPOSED"
	ByImplemented BoardMemberOrder = "IMPLEMENTED"
)

// orders are the indexed fields of parts, and what they hold.
var orders = map[BoardMemberOrder]struct {
	field string
	of    func(*Part) int
}{
	ByReceived:    {"received", func(p *Part) int { return p.Received }},
	ByProposed:    {"proposed", func(p *Part) int { return p.Proposed }},
	ByImplemented: {"implemented", func(p *Part) int { return p.Implemented }},
}

// Members lists the members who have any of what the order counts, the best
// first.
func (a *Assembly) Members(ctx context.Context, viewer community.Viewer, id community.BoardID, by BoardMemberOrder, p community.Paging) (*BoardMemberConnection, error) {
	b, err := a.board(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	order, ok := orders[by]
	if !ok {
		return nil, community.BadInput("orderBy", "There is no order %q.", by)
	}
	return community.List[*Part]{
		Name:  fmt.Sprintf("members %s %s", by, b.ID),
		Place: func(p *Part) []any { return []any{int64(order.of(p)), p.ID} },
		Like:  []any{int64(0), ""},
		Find:  func(q store.Query) ([]*Part, error) { return parts.Find(ctx, a.store, q) },
		Query: store.Query{Where: []store.Cond{store.Eq("board", b.ID), store.Between(order.field, 1, nil)}, Sort: []string{order.field}, Desc: true},
	}.Read(p)
}

package ideas

import (
	"slices"
	"time"

	"veche/community"
)

// PolicyKind says how votes are given out.
type PolicyKind string

// The kinds of policies.
const (
	// OneEach lets everybody vote once for each idea.
	OneEach PolicyKind = "ONE_EACH"
	// Budget gives everybody so many votes for the board. They come back when an
	// idea closes.
	Budget PolicyKind = "BUDGET"
	// Weighted is OneEach, where a vote counts as its voter's role says.
	Weighted PolicyKind = "WEIGHTED"
)

// Policy is a board's rules of voting.
type Policy struct {
	Kind PolicyKind `bson:"kind"`
	// Budget is how many votes everybody has, and PerIdea how many of them may go
	// to one idea. A jury without a budget has PerIdea too: the highest mark that a
	// juror gives to an idea.
	Budget  int `bson:"budget,omitempty"`
	PerIdea int `bson:"perIdea,omitempty"`
	// Down lets people vote against ideas too.
	Down bool `bson:"down,omitempty"`
	// Weights is what a vote counts by the voter's role; 1 for a role that is
	// not named. Of the kind WEIGHTED only.
	Weights []Weight `bson:"weights,omitempty"`
	// VoterRole is the least role that may vote; VoterIDs, if there are any, are
	// the only members who may: a jury.
	VoterRole community.Role       `bson:"voterRole"`
	VoterIDs  []community.MemberID `bson:"voters,omitempty"`
	// OpensAt and ClosesAt bound the time of voting: from, and up to but without.
	OpensAt  *time.Time `bson:"opensAt,omitempty"`
	ClosesAt *time.Time `bson:"closesAt,omitempty"`
	// VotersShown lets everybody who sees the board see who voted how. Those who
	// moderate its space see it in any case.
	VotersShown bool `bson:"votersShown,omitempty"`
}

// Weight is what a vote of somebody with the role counts.
type Weight struct {
	Role   community.Role `bson:"role"`
	Weight int            `bson:"weight"`
}

// most is the highest value of a vote.
func (p *Policy) most() int {
	return max(p.PerIdea, 1)
}

// allows says whether a vote may have the value.
func (p *Policy) allows(value int) error {
	if value >= 1 && value <= p.most() || value == -1 && p.Down {
		return nil
	}
	switch {
	case value == 0:
		return community.BadInput("value", "A vote is not 0; unvoteIdea takes one back.")
	case value < 0 && !p.Down:
		return community.BadInput("value", "Nobody votes against ideas on this board.")
	case value < 0:
		return community.BadInput("value", "A vote against an idea is -1.")
	}
	return community.BadInput("value", "One may give %d to an idea of this board at most.", p.most())
}

// open says whether votes count at the time.
func (p *Policy) open(now time.Time) error {
	if p.OpensAt != nil && now.Before(*p.OpensAt) {
		return community.Conflict("Voting opens at %s.", p.OpensAt.Format(time.RFC3339))
	}
	if p.ClosesAt != nil && !now.Before(*p.ClosesAt) {
		return community.Conflict("Voting closed at %s.", p.ClosesAt.Format(time.RFC3339))
	}
	return nil
}

// calls says whether the viewer is among those who may vote.
func (p *Policy) calls(viewer community.Viewer) error {
	if p.VoterRole != "" && !viewer.Role.AtLeast(p.VoterRole) {
		return community.Forbidden("To vote on this board needs the role %s.", p.VoterRole)
	}
	if len(p.VoterIDs) > 0 && !slices.Contains(p.VoterIDs, viewer.ID) {
		return community.Forbidden("Only the board's jury votes here.")
	}
	return nil
}

// counts is what a vote of the value counts, of somebody with the role.
func (p *Policy) counts(value int, role community.Role) int {
	if p.Kind != Weighted {
		return value
	}
	for _, w := range p.Weights {
		if w.Role == role {
			return value * w.Weight
		}
	}
	return value
}

// costs is how many votes of the budget a vote of the value takes.
func (p *Policy) costs(value int) int {
	if p.Kind != Budget {
		return 0
	}
	return max(value, -value)
}

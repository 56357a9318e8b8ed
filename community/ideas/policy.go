package ideas

import (
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
	// to one idea. Of the kind BUDGET only.
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

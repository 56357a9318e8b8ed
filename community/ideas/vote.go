package ideas

import (
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Vote is what one member gives to one idea.
type Vote struct {
	ID       string             `bson:"_id"` // pair of idea and member
	BoardID  community.BoardID  `bson:"board"`
	IdeaID   community.IdeaID   `bson:"idea"`
	MemberID community.MemberID `bson:"member"`
	// Value is what the member gave: 1, -1, or how many votes of a budget.
	Value int `bson:"value"`
	// Counted is what that counts in the idea's score: the value times the weight
	// that the member's role had.
	Counted int `bson:"counted"`
	// At is when the vote was first given, which says in which periods it counts.
	At time.Time `bson:"at"`
	// Spent is how many votes of the member's budget it holds, and Returned how
	// many went back when the idea closed, though they still count.
	Spent    int `bson:"spent,omitempty"`
	Returned int `bson:"returned,omitempty"`
}

// voters is how many members gave it: one, or none if it was taken back.
func (v *Vote) voters() int {
	if v.Value == 0 {
		return 0
	}
	return 1
}

// votesFor is the condition for all votes for one idea.
func votesFor(id community.IdeaID) store.Cond {
	return store.Between(store.IDField, string(id)+"/", string(id)+"0") // "0" follows "/"
}

var votes = store.Define[Vote]("votes").Near(store.IDField)

// Part is what a member has done on a board.
type Part struct {
	ID       string             `bson:"_id"` // pair of board and member
	BoardID  community.BoardID  `bson:"board"`
	MemberID community.MemberID `bson:"member"`
	// Spent is how many votes of the budget are given out and not returned.
	Spent int `bson:"spent"`
	// Proposed and Implemented count the member's ideas on the board, and Received
	// is the sum of the scores of these.
	Proposed    int `bson:"proposed"`
	Implemented int `bson:"implemented"`
	Received    int `bson:"received"`
}

var parts = store.Define[Part]("parts",
	store.On("board", "proposed"),
	store.On("board", "implemented"),
	store.On("board", "received"),
).Near(store.IDField)

// What the log tells.
const (
	BoardCreated live.Kind = "board.created"
	BoardChanged live.Kind = "board.changed"
	// WinnersAnnounced is about the board, announced or corrected.
	WinnersAnnounced live.Kind = "winners.announced"
	IdeaAdded        live.Kind = "idea.added"
	IdeaChanged      live.Kind = "idea.changed"
	IdeaStatus       live.Kind = "idea.status"   // about the idea, and the status in words
	IdeaAnswered     live.Kind = "idea.answered" // the status stayed
	IdeaMerged       live.Kind = "idea.merged"   // about the one, and the one into which
	IdeaRemoved      live.Kind = "idea.removed"
	IdeaActive       live.Kind = "idea.active" // a comment came or went
	// VoteCast is in the stream of a board's votes, about the idea, the member,
	// and what the vote counts from now on, in digits; 0 when it was taken back.
	VoteCast live.Kind = "vote.cast"
	// VoteReturned is there too: the vote still counts, and the member has it back
	// to give.
	VoteReturned live.Kind = "vote.returned"
	// VotesDue is there too: votes for the idea, behind those of the member if one
	// is named, are still to be returned, or carried to the idea into which it was
	// merged.
	VotesDue live.Kind = "votes.due"
)

// VotesOf is the stream in which the votes on a board are told, apart from the
// board's own, so that who follows the board need not read each vote.
func VotesOf(id community.BoardID) live.Stream { return live.Stream("votes:" + string(id)) }

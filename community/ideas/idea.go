package ideas

import (
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// Status says what became of an idea.
type Status string

// The statuses. Implemented, Declined and Duplicate close an idea: nobody votes
// for it any more, and votes of a budget come back.
const (
	Proposed    Status = "NEW"
	UnderReview Status = "UNDER_REVIEW"
	Planned     Status = "PLANNED"
	InProgress  Status = "IN_PROGRESS"
	Implemented Status = "IMPLEMENTED"
	Declined    Status = "DECLINED"
	Duplicate   Status = "DUPLICATE"
)

// Valid says whether the status is one of the list.
func (s Status) Valid() bool { return s == Duplicate || slices.Contains(settable, s) }

// Answer is what the community's team says to an idea, with each status that it
// sets.
type Answer struct {
	Status Status `bson:"status"`
	// Body is in Markdown, empty if nothing was said, and HTML is that, rendered
	// and sanitised.
	Body string `bson:"body,omitempty"`
	HTML string `bson:"html,omitempty"`
	// ReleaseNote is what was told then of what was done.
	ReleaseNote string             `bson:"releaseNote,omitempty"`
	ByID        community.MemberID `bson:"by"`
	At          time.Time          `bson:"at"`
}

// Idea is a proposal on a board.
type Idea struct {
	ID       community.IdeaID   `bson:"_id"`
	BoardID  community.BoardID  `bson:"board"`
	Title    string             `bson:"title"`
	Slug     string             `bson:"slug"`
	Body     string             `bson:"body"`
	HTML     string             `bson:"html"`
	Tags     []string           `bson:"tags,omitempty"`
	AuthorID community.MemberID `bson:"author"`
	// TopicID is the forum's topic of its comments; empty for a draft, and for an entry
	// that is hidden.
	TopicID community.TopicID `bson:"topic,omitempty"`

	Status Status `bson:"status"`
	// Answers are the official ones, the oldest first.
	Answers []Answer `bson:"answers,omitempty"`
	// ReleaseNote tells what was done, of an implemented idea: "you said, we did".
	// It is Markdown, an address alone for one; ReleaseHTML is that, rendered.
	ReleaseNote string           `bson:"releaseNote,omitempty"`
	ReleaseHTML string           `bson:"releaseHTML,omitempty"`
	MergedInto  community.IdeaID `bson:"mergedInto,omitempty"`
	// MergedCount counts the ideas that were merged into this one.
	MergedCount int `bson:"mergedCount,omitempty"`

	// Score is the sum of what its votes count and of BroughtScore, and VoterCount how many there are.
	Score      int `bson:"score"`
	VoterCount int `bson:"voterCount"`
	// BroughtScore is what of the score came with an import: votes of people who are
	// not known here. All else of it is the sum of what votes count.
	BroughtScore int `bson:"broughtScore,omitempty"`
	// CommentCount counts the posts in its topic that are not deleted.
	CommentCount int `bson:"commentCount"`

	CreatedAt time.Time  `bson:"createdAt"` // when it was published; of a draft, begun
	EditedAt  *time.Time `bson:"editedAt,omitempty"`
	StatusAt  time.Time  `bson:"statusAt"`
	// WonPlace is what it won in its contest, 0 for nothing, and Citation what for.
	WonPlace     int    `bson:"wonPlace,omitempty"`
	Citation     string `bson:"citation,omitempty"`
	CitationHTML string `bson:"citationHTML,omitempty"`
	// Draft says that only its author sees it.
	Draft     bool               `bson:"draft"`
	DeletedAt *time.Time         `bson:"deletedAt,omitempty"`
	DeletedBy community.MemberID `bson:"deletedBy,omitempty"`
	Source    string             `bson:"source,omitempty"`

	// What follows is derived, and orders lists.

	// Listed is the board on which the idea stands; empty for a draft, and when
	// deleted or merged.
	Listed string `bson:"listed"`
	// Heat orders by votes that fade, and Glows is what it is made of: see heat.go.
	Heat  float64 `bson:"heat"`
	Glows []glow  `bson:"glows,omitempty"`
	// The periods hold "board period" of the last one in which a vote was given,
	// such as "board_01… 2026-W48", and what the votes of that period count. A vote
	// counts in the period in which it was first given. What is not listed has a
	// mark before the name: see standing.go.
	DayIn        string `bson:"dayIn,omitempty"`
	DayScore     int    `bson:"dayScore"`
	WeekIn       string `bson:"weekIn,omitempty"`
	WeekScore    int    `bson:"weekScore"`
	MonthIn      string `bson:"monthIn,omitempty"`
	MonthScore   int    `bson:"monthScore"`
	QuarterIn    string `bson:"quarterIn,omitempty"`
	QuarterScore int    `bson:"quarterScore"`
	YearIn       string `bson:"yearIn,omitempty"`
	YearScore    int    `bson:"yearScore"`
}

// IsNode marks what node(id:) can answer.
func (*Idea) IsNode() {}

// GetID is the id by which node(id:) finds the idea.
func (i *Idea) GetID() string { return string(i.ID) }

var ideas = store.Define[Idea]("ideas",
	store.On("listed", "score"),
	store.On("listed", "heat"),
	store.On("listed", "createdAt"),
	store.On("listed", "commentCount"),
	store.On("listed", "status", "score"),
	store.On("listed", "status", "heat"),
	store.On("listed", "status", "createdAt"),
	store.On("listed", "status", "commentCount"),
	store.On("listed", "status", "statusAt"),
	store.MultiOn("tags", "listed", "score"),
	store.MultiOn("tags", "listed", "heat"),
	store.MultiOn("tags", "listed", "createdAt"),
	store.MultiOn("tags", "listed", "commentCount"),
	store.On("dayIn", "dayScore"),
	store.On("weekIn", "weekScore"),
	store.On("monthIn", "monthScore"),
	store.On("quarterIn", "quarterScore"),
	store.On("yearIn", "yearScore"),
	store.On("author", "draft", "createdAt"),
)

// Deleted says whether the idea was deleted.
func (i *Idea) Deleted() bool { return i.DeletedAt != nil }

// SourceURL is the page from which an import brought the idea.
func (i *Idea) SourceURL() *string { return community.OrNil(i.Source) }

// closed says that nobody votes for the idea any more.
func (i *Idea) closed() bool {
	return i.Status == Implemented || i.Status == Declined || i.Status == Duplicate
}

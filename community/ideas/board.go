package ideas

import (
	"time"

	"veche/community"
	"veche/store"
)

// BoardKind says what a board is for.
type BoardKind string

// The kinds of boards.
const (
	// IdeaBoard collects ideas and tells what became of them.
	IdeaBoard BoardKind = "IDEAS"
	// Contest has a brief, a term and winners.
	Contest BoardKind = "CONTEST"
)

// Board is a place for ideas, in a space with its rights.
type Board struct {
	ID      community.BoardID `bson:"_id"`
	SpaceID community.SpaceID `bson:"space"`
	Slug    string            `bson:"slug"`
	Name    string            `bson:"name"`
	// Brief is what the board asks for, in Markdown, and BriefHTML that, rendered
	// and sanitised.
	Brief     string    `bson:"brief,omitempty"`
	BriefHTML string    `bson:"briefHTML,omitempty"`
	Kind      BoardKind `bson:"kind"`
	Policy    Policy    `bson:"policy"`
	// Contest has the rules of entering, of the kind CONTEST only.
	Contest *ContestRules `bson:"contest,omitempty"`
	// RevealAt is when hidden entries are to be shown; nothing once they were.
	RevealAt *time.Time `bson:"revealAt,omitempty"`
	// Winners are those announced last, the first place first, and Corrections what
	// was announced before, the oldest first.
	Winners     []Winner           `bson:"winners,omitempty"`
	AnnouncedAt *time.Time         `bson:"announcedAt,omitempty"`
	AnnouncedBy community.MemberID `bson:"announcedBy,omitempty"`
	Corrections []Correction       `bson:"corrections,omitempty"`

	// IdeaCount counts the ideas that stand on the board: published, not deleted,
	// not merged into another.
	IdeaCount int `bson:"ideaCount"`
	// VoteCount counts the votes for these ideas: one for each voter of each.
	VoteCount int `bson:"voteCount"`
	// ImplementedCount counts those of the ideas that are implemented.
	ImplementedCount int `bson:"implementedCount"`

	CreatedBy community.MemberID `bson:"createdBy"`
	CreatedAt time.Time          `bson:"createdAt"`
	// ArchivedAt is when the board was put away: it is read, and nothing on it
	// changes but what moderators delete or restore.
	ArchivedAt *time.Time `bson:"archivedAt,omitempty"`
}

// IsNode marks what node(id:) can answer.
func (*Board) IsNode() {}

// GetID is the id by which node(id:) finds the board.
func (b *Board) GetID() string { return string(b.ID) }

var boards = store.Define[Board]("boards",
	store.UniqueOn("slug"),
	store.On("space", "createdAt"),
	store.On("revealAt"),
)

package ideas

import (
	"strconv"
	"strings"
	"time"
)

// SheetIdea is an idea as a row of a table, for spreadsheets and programs.
type SheetIdea struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Body        string     `json:"body"` // in Markdown
	Tags        []string   `json:"tags"`
	Status      Status     `json:"status"`
	Author      string     `json:"author"` // the handle
	Created     time.Time  `json:"created"`
	Edited      *time.Time `json:"edited"`
	StatusAt    time.Time  `json:"status_at"`
	Score       int        `json:"score"`
	Anonymous   int        `json:"anonymous"` // Idea.BroughtScore
	Voters      int        `json:"voters"`
	Comments    int        `json:"comments"`
	ReleaseNote string     `json:"release_note"`
	Place       *int       `json:"place"`
}

// SheetColumns are the columns of ideas, in their order.
var SheetColumns = []string{
	"id", "title", "body", "tags", "status", "author", "created", "edited", "status_at",
	"score", "anonymous", "voters", "comments", "release_note", "place",
}

// Sheet is the idea as a row, with its author's handle.
func (i *Idea) Sheet(author string) SheetIdea {
	tags := i.Tags
	if tags == nil {
		tags = []string{}
	}
	return SheetIdea{
		ID: string(i.ID), Title: i.Title, Body: i.Body, Tags: tags, Status: i.Status, Author: author,
		Created: i.CreatedAt, Edited: i.EditedAt, StatusAt: i.StatusAt, Score: i.Score, Anonymous: i.BroughtScore,
		Voters: i.VoterCount, Comments: i.CommentCount, ReleaseNote: i.ReleaseNote, Place: i.Place(),
	}
}

// Cells is the row in the order of SheetColumns.
func (s SheetIdea) Cells() []string {
	return []string{
		Cell(s.ID), Cell(s.Title), Cell(s.Body), Cell(strings.Join(s.Tags, " ")), string(s.Status), Cell(s.Author),
		instant(&s.Created), instant(s.Edited), instant(&s.StatusAt), strconv.Itoa(s.Score), strconv.Itoa(s.Anonymous),
		strconv.Itoa(s.Voters), strconv.Itoa(s.Comments), Cell(s.ReleaseNote), numberIfAny(s.Place),
	}
}

// SheetVote is a vote as a row of a table.
type SheetVote struct {
	Idea    string    `json:"idea"`
	Member  string    `json:"member"` // the handle
	Value   int       `json:"value"`
	Counted int       `json:"counted"`
	At      time.Time `json:"at"`
}

// SheetVoteColumns are the columns of votes, in their order.
var SheetVoteColumns = []string{"idea", "member", "value", "counted", "at"}

// Sheet is the vote as a row, with the voter's handle.
func (v *Vote) Sheet(member string) SheetVote {
	return SheetVote{Idea: string(v.IdeaID), Member: member, Value: v.Value, Counted: v.Counted, At: v.At}
}

// Cells is the row in the order of SheetVoteColumns.
func (s SheetVote) Cells() []string {
	return []string{Cell(s.Idea), Cell(s.Member), strconv.Itoa(s.Value), strconv.Itoa(s.Counted), instant(&s.At)}
}

func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func numberIfAny(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// formulas are the characters at which spreadsheets begin to compute, their
// wide forms included.
const formulas = "=+-@\t\r\n＝＋－＠"

// Cell is a text that no spreadsheet takes for a formula: one that begins like
// one gets an apostrophe before it. Uncell undoes that, and nothing else.
func Cell(s string) string {
	if computes(s) {
		return "'" + s
	}
	return s
}

// Uncell answers the text of which Cell made the cell.
func Uncell(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && computes(rest) {
		return rest
	}
	return s
}

// computes says whether the text, behind any apostrophes and spaces, begins like a
// formula: so what already looks like a cell gets another apostrophe.
func computes(s string) bool {
	s = strings.TrimLeft(s, "' ")
	return s != "" && strings.ContainsAny(firstRune(s), formulas)
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

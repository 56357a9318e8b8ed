package imports

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// archiveRow is one question or answer of an archive. Its id, type, body_html,
// first_seen_at and url are on every row.
type archiveRow struct {
	ID         int64      `json:"id"`
	Type       string     `json:"type"`
	QuestionID int64      `json:"question_id"`
	Title      string     `json:"title"`
	AuthorID   int64      `json:"author_id"`
	Author     string     `json:"author"`
	Score      int        `json:"score"`
	Views      int        `json:"view_count"`
	Tags       []string   `json:"tags"`
	Accepted   bool       `json:"accepted"`
	CreatedAt  *time.Time `json:"created_at"`
	EditedAt   *time.Time `json:"edited_at"`
	ClosedAt   *time.Time `json:"closed_at"`
	FirstSeen  *time.Time `json:"first_seen_at"`
	URL        string     `json:"url"`
	Body       string     `json:"body_html"`
}

// at is when the row was written, or the earliest that is known of it.
func (r *archiveRow) at() time.Time {
	t := r.CreatedAt
	if t == nil {
		t = r.FirstSeen
	}
	return t.UTC().Truncate(time.Millisecond)
}

// decodeRow reads a row, and says what is wrong with one that makes no sense.
func decodeRow(line []byte) (*archiveRow, error) {
	r := &archiveRow{}
	if err := json.Unmarshal(line, r); err != nil {
		return nil, faulty("it is no row of an archive: " + err.Error())
	}
	switch {
	case r.Type != "question" && r.Type != "answer":
		return nil, faulty(fmt.Sprintf("it is neither a question nor an answer: type %.40q", r.Type))
	case r.ID == 0:
		return nil, faulty("it has no id")
	case r.Type == "answer" && r.QuestionID == 0:
		return nil, faulty("it is an answer without a question_id")
	case r.CreatedAt == nil && r.FirstSeen == nil:
		return nil, faulty("it has no date")
	}
	return r, nil
}

// author is whose text the row is: known by the id, or else by the name; empty
// when nobody knows.
func (r *archiveRow) author() string {
	switch {
	case r.AuthorID != 0:
		return "user:" + strconv.FormatInt(r.AuthorID, 10)
	case strings.TrimSpace(r.Author) != "":
		return "name:" + r.Author
	}
	return ""
}

// site is the host of the row's page; empty when it has none on the web.
func (r *archiveRow) site() string {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !hostName.MatchString(u.Host) {
		return ""
	}
	return u.Host
}

package imports_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/imports"
)

var rusoFiles = []string{"ruso/ru.meta.stackoverflow.com.posts-1.jsonl", "ruso/ru.meta.stackoverflow.com.posts-2.jsonl"}

// jsonRow is a row of the archive as the test reads it.
type jsonRow struct {
	ID, Question_ID, Author_ID, Score, View_Count int
	Type, Title, Author, URL, Created_At          string
	Closed_At, First_Seen_At                      string
	Accepted                                      bool
	Tags                                          []string
}

func jsonRows(t *testing.T, files []string) (rows []jsonRow) {
	t.Helper()
	for _, path := range files {
		f, err := os.Open(path)
		check(t, err)
		defer f.Close()
		in := bufio.NewScanner(f)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			var r jsonRow
			check(t, json.Unmarshal(in.Bytes(), &r))
			rows = append(rows, r)
		}
		check(t, in.Err())
	}
	return rows
}

// expectedRuso is what an archive says of itself.
type expectedRuso struct {
	counts         imports.Counts
	score, orphans int
	total          int                // rows
	rows           map[string]jsonRow // by the address
	replies        map[int]int        // by the id of the question
	accepted       map[int]bool
}

func expectRuso(all []jsonRow) expectedRuso {
	e := expectedRuso{total: len(all), rows: map[string]jsonRow{}, replies: map[int]int{}, accepted: map[int]bool{}}
	authors := map[string]bool{}
	for _, r := range all {
		if r.Type == "question" {
			e.counts.Topics++
			e.replies[r.ID] = 0
		}
	}
	for _, r := range all {
		if r.Type == "answer" {
			if _, ok := e.replies[r.Question_ID]; !ok {
				e.orphans++
				continue
			}
			e.counts.Answers++
			e.replies[r.Question_ID]++
			e.accepted[r.Question_ID] = e.accepted[r.Question_ID] || r.Accepted
		}
		name := r.Author
		if r.Author_ID != 0 {
			name = "https://ru.meta.stackoverflow.com/users/" + jsonNumber(r.Author_ID)
		}
		authors[name] = true
		e.score += r.Score
		e.rows[r.URL] = r
	}
	for _, yes := range e.accepted {
		if yes {
			e.counts.Accepted++
		}
	}
	e.counts.Members = len(authors)
	return e
}

func TestRuso(t *testing.T) {
	t.Parallel()
	files := []string{data(t, rusoFiles[1]), data(t, rusoFiles[0])} // the second first: answers before their questions
	if underRace {
		files = files[:1]
	}
	want := expectRuso(jsonRows(t, files))
	w := newWorld(t)
	report, err := w.job().Ruso(t.Context(), files...)
	check(t, err)
	t.Logf("\n%v", report)
	if diff := cmp.Diff(want.counts, report.Brought); diff != "" {
		t.Error(diff)
	}
	if left := report.Dropped["answer to a question that is not in the archive"]; left != want.orphans || rowsOf(report) != want.total {
		t.Errorf("%d answers have no question, %d were left out of %d rows", want.orphans, left, rowsOf(report))
	}
	if !underRace && (want.orphans != 69 || want.total != 3444) {
		t.Errorf("of %d rows, %d are answers without a question", want.total, want.orphans)
	}
	people := w.members(t)
	for _, topic := range w.topics(t) {
		if topic.PostCount != want.replies[want.rows[topic.Source].ID] || (topic.AnswerID != "") != want.accepted[want.rows[topic.Source].ID] {
			t.Errorf("%s has %d posts, answer %q", topic.Source, topic.PostCount, topic.AnswerID)
		}
		for _, p := range w.posts(t, topic) {
			want.score -= p.Score()
			compareRow(t, topic, p, people[p.AuthorID].Name, want.rows[p.Source])
		}
	}
	if want.score != 0 {
		t.Errorf("the scores differ by %d", want.score)
	}
	rusoAgain(t, w, files, report)
}

func jsonNumber(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func compareRow(t *testing.T, topic *forum.Topic, p *forum.Post, author string, r jsonRow) {
	t.Helper()
	at := r.Created_At
	if at == "" {
		at = r.First_Seen_At
	}
	if got := p.CreatedAt.Format("2006-01-02T15:04:05Z"); got != at || p.Body == "" {
		t.Errorf("%s is of %s, want %s; body %q", p.Source, got, at, p.Body)
	}
	if r.Author_ID == 0 && author != r.Author {
		t.Errorf("%s is by %q, want %q", p.Source, author, r.Author)
	}
	if r.Type == "question" && (topic.Title != strings.Join(strings.Fields(r.Title), " ") || len(topic.Tags) != len(r.Tags) ||
		topic.ViewCount != r.View_Count || topic.Locked != (r.Closed_At != "")) {
		t.Errorf("%s is %+v, want %+v", p.Source, topic, r)
	}
}

func rusoAgain(t *testing.T, w *world, files []string, first *imports.Report) {
	t.Helper()
	before := w.entries(t)
	job, c := w.job(), &counted{Store: w.store}
	job.Store = c
	again, err := job.Ruso(t.Context(), files...)
	check(t, err)
	if c.writes > 0 || w.entries(t) != before || again.Present != first.Brought || again.Brought != (imports.Counts{}) {
		t.Errorf("a second run wrote %d times, %d entries of the log:\n%v", c.writes, w.entries(t)-before, again)
	}
}

func TestRusoTakesBadLines(t *testing.T) {
	long := `{"id": 9, "type": "question", "body_html": "` + strings.Repeat("a", 17<<20) + `"}`
	lines := []string{
		`{"id": 1, "type": "question", "title": "Первый вопрос", "author": "Аня", "first_seen_at": "2020-01-02T03:04:05Z", "url": "https://ru.example.org/q/1", "body_html": "<p>Да\u0000?\u202e</p>", "tags": ["го", "a b"]}`,
		`{"id": 2, "type": "answer", "question_id": 1, "accepted": true, "first_seen_at": "2020-01-03T03:04:05Z", "url": "javascript:alert(1)", "body_html": ""}`,
		`{broken`,
		``,
		`{"id": "three", "type": "question"}`,
		`{"id": 4, "type": "poll", "first_seen_at": "2020-01-03T03:04:05Z"}`,
		`{"id": 5, "type": "question"}`,
		`{"id": 6, "type": "answer", "first_seen_at": "2020-01-03T03:04:05Z"}`,
		`{"type": "question", "first_seen_at": "2020-01-03T03:04:05Z"}`,
		long,
		`{"id": 1, "type": "question", "title": "again", "first_seen_at": "2020-01-03T03:04:05Z"}`,
		`{"id": 7, "type": "answer", "question_id": 1, "accepted": true, "first_seen_at": "2020-01-04T03:04:05Z", "body_html": "<p>last"}`,
	}
	path := filepath.Join(t.TempDir(), "archive.jsonl")
	check(t, os.WriteFile(path, []byte(strings.Join(lines, "\r\n")), 0o644))
	w := newWorld(t)
	report, err := w.job().Ruso(t.Context(), path)
	check(t, err)
	if want := (imports.Counts{Members: 2, Topics: 1, Answers: 2, Accepted: 1}); report.Brought != want {
		t.Errorf("brought %+v, want %+v", report.Brought, want)
	}
	var faulty []int
	for _, f := range report.Faults {
		faulty = append(faulty, f.Line)
	}
	if diff := cmp.Diff([]int{3, 5, 6, 7, 8, 9, 10, 11}, faulty); diff != "" {
		t.Errorf("faults: %s\n%v", diff, report)
	}
	topic := w.topics(t)[0]
	posts := w.posts(t, topic)
	if diff := cmp.Diff([]string{"Да?", "…", "last"}, []string{posts[0].Body, posts[1].Body, posts[2].Body}); diff != "" {
		t.Error(diff)
	}
	if topic.AnswerID != posts[2].ID || posts[1].Source != "" || !cmp.Equal(topic.Tags, []string{"го"}) {
		t.Errorf("topic %+v, source %q", topic, posts[1].Source)
	}
	gone, err := w.roll.ByID(t.Context(), []community.MemberID{posts[1].AuthorID})
	check(t, err)
	if got := gone[posts[1].AuthorID].Name; got != "Former member of ru.example.org" || report.StandIns != 2 {
		t.Errorf("%d texts of the gone are by %q", report.StandIns, got)
	}
}

func TestRusoWithoutItsFile(t *testing.T) {
	report, err := newWorld(t).job().Ruso(t.Context(), filepath.Join(t.TempDir(), "none.jsonl"))
	if err == nil || report == nil {
		t.Errorf("a file that is not there: %v, %v", report, err)
	}
}

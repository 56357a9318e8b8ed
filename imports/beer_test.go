package imports_test

import (
	"bufio"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
	"veche/imports"
)

// source is a row of a dump as the test reads it: line by line, not as XML.
type source string

func (s source) get(name string) string {
	_, rest, ok := strings.Cut(string(s), " "+name+`="`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

func (s source) number(name string) int {
	n, _ := strconv.Atoi(s.get(name))
	return n
}

func sources(t *testing.T, dir, name string) (rows []source) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, name))
	check(t, err)
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if strings.HasPrefix(strings.TrimSpace(in.Text()), "<row ") {
			rows = append(rows, source(in.Text()))
		}
	}
	check(t, in.Err())
	return rows
}

// expected is what a dump says of itself.
type expected struct {
	counts  imports.Counts
	score   int // of questions, answers and comments
	views   int
	locked  int
	edited  int
	replies map[string]int // by the id of the question
	tags    map[string][]string
	owners  map[string]bool
}

func expect(t *testing.T, dir string) expected {
	t.Helper()
	e := expected{replies: map[string]int{}, tags: map[string][]string{}, owners: map[string]bool{}}
	e.counts.Members = len(sources(t, dir, "Users.xml")) + 1 // and the one for all who are gone
	topicOf := map[string]string{}
	for _, r := range sources(t, dir, "Posts.xml") {
		switch r.get("PostTypeId") {
		case "1":
			e.counts.Topics++
			topicOf[r.get("Id")] = r.get("Id")
			e.views += r.number("ViewCount")
			e.tags[r.get("Id")] = strings.FieldsFunc(r.get("Tags"), func(c rune) bool { return c == '<' || c == '>' })
			if r.get("AcceptedAnswerId") != "" {
				e.counts.Accepted++
			}
			if r.get("ClosedDate") != "" {
				e.locked++
			}
		case "2":
			e.counts.Answers++
			topicOf[r.get("Id")] = r.get("ParentId")
			e.replies[r.get("ParentId")]++
		default:
			continue
		}
		e.score += r.number("Score")
		e.owners[r.get("OwnerUserId")] = true
		if r.get("LastEditDate") != "" {
			e.edited++
		}
	}
	for _, r := range sources(t, dir, "Comments.xml") {
		if topic := topicOf[r.get("PostId")]; topic != "" {
			e.counts.Comments++
			e.replies[topic]++
			e.score += r.number("Score")
			e.owners[r.get("UserId")] = true
		}
	}
	for _, r := range sources(t, dir, "PostHistory.xml") {
		if topicOf[r.get("PostId")] != "" && slices.Contains([]string{"5", "8"}, r.get("PostHistoryTypeId")) {
			e.counts.Revisions++
		}
	}
	for _, r := range sources(t, dir, "Votes.xml") {
		if topicOf[r.get("PostId")] != "" && r.get("VoteTypeId") == "5" {
			e.counts.Bookmarks++
		}
	}
	return e
}

func TestBeer(t *testing.T) {
	t.Parallel()
	dir := data(t, beer)
	want := expect(t, dir)
	w := newWorld(t)
	report, err := w.job().StackExchange(t.Context(), dir)
	check(t, err)
	t.Logf("\n%v", report)
	if diff := cmp.Diff(want.counts, report.Brought); diff != "" {
		t.Error(diff)
	}
	if want := 10798 + 5571 + 93 + 133 + 5093 + 2106 + 1860 + 3948; rowsOf(report) != want || accounted(report) != want {
		t.Errorf("of %d rows, %d were read and %d accounted for", want, rowsOf(report), accounted(report))
	}
	if report.Scores != want.counts.Topics+want.counts.Answers || report.ScoresOff != 0 || len(report.Faults) > 0 {
		t.Errorf("scores %d, off %d, faults %v", report.Scores, report.ScoresOff, report.Faults)
	}
	if report.HTML > 10 {
		t.Errorf("%d bodies stayed HTML", report.HTML)
	}
	compareTopics(t, w, want)
	compareAgain(t, w, dir, report)
}

// accounted is how many rows the report tells of.
func accounted(r *imports.Report) int {
	b := r.Brought
	sum := b.Members - 1 + b.Topics + b.Answers + b.Comments + b.Revisions + b.Bookmarks
	for _, n := range r.Dropped {
		sum += n
	}
	return sum
}

func rowsOf(r *imports.Report) (sum int) {
	for _, n := range r.Rows {
		sum += n
	}
	return sum
}

// compareTopics holds what is in the forum against what the dump says.
func compareTopics(t *testing.T, w *world, want expected) {
	t.Helper()
	score, views, locked, edited := 0, 0, 0, 0
	authors := map[community.MemberID]bool{}
	for _, topic := range w.topics(t) {
		_, id, _ := strings.Cut(topic.Source, "/q/")
		if topic.PostCount != want.replies[id] || !slices.Equal(topic.Tags, want.tags[id]) {
			t.Errorf("%s has %d posts, tags %v; want %d, %v", topic.Source, topic.PostCount, topic.Tags, want.replies[id], want.tags[id])
		}
		views += topic.ViewCount
		if topic.Locked {
			locked++
		}
		last := 0
		for i, p := range w.posts(t, topic) {
			score += p.Score()
			authors[p.AuthorID] = true
			if p.EditedAt != nil {
				edited++
			}
			if p.Number != i || i > 1 && p.CreatedAt.UnixMilli() < int64(last) {
				t.Errorf("%s: post %d is number %d, of %v", topic.Source, i, p.Number, p.CreatedAt)
			}
			last = int(p.CreatedAt.UnixMilli())
		}
	}
	got := []int{score, views, locked, edited, len(authors)}
	if diff := cmp.Diff([]int{want.score, want.views, want.locked, want.edited, len(want.owners)}, got); diff != "" {
		t.Errorf("score, views, locked, edited, authors: %s", diff)
	}
}

// compareAgain runs the import again, which must change nothing.
func compareAgain(t *testing.T, w *world, dir string, first *imports.Report) {
	t.Helper()
	before := w.entries(t)
	job, c := w.job(), &counted{Store: w.store}
	job.Store = c
	again, err := job.StackExchange(t.Context(), dir)
	check(t, err)
	if c.writes > 0 || w.entries(t) != before || again.Brought != (imports.Counts{}) {
		t.Errorf("a second run wrote %d times, %d entries of the log, and brought %+v", c.writes, w.entries(t)-before, again.Brought)
	}
	if diff := cmp.Diff(first.Brought, again.Present); diff != "" {
		t.Errorf("there already: %s", diff)
	}
	if diff := cmp.Diff(first.Dropped, again.Dropped); diff != "" {
		t.Errorf("left out: %s", diff)
	}
}

// The dump's first question, in full: https://beer.stackexchange.com/q/1.
func TestBeerInDetail(t *testing.T) {
	dir := t.TempDir()
	whole := data(t, beer)
	for name, most := range map[string]int{"Users.xml": 400, "Posts.xml": 30, "Comments.xml": 40, "PostHistory.xml": 500, "Votes.xml": 300} {
		rows := sources(t, whole, name)
		writeRows(t, filepath.Join(dir, "beer.stackexchange.com-2016"), name, rows[:most])
	}
	w := newWorld(t)
	job := w.job()
	var bar strings.Builder
	job.Progress = &bar
	report, err := job.StackExchange(t.Context(), filepath.Join(dir, "beer.stackexchange.com-2016"))
	check(t, err)
	space, err := w.hall.SpaceBySlug(t.Context(), guest, "home")
	check(t, err)
	if space.Name != "beer.stackexchange.com" || space.Visibility != forum.Public || space.TopicCount != report.Brought.Topics {
		t.Errorf("the space is %+v", space)
	}
	if !strings.Contains(bar.String(), "100%") {
		t.Errorf("the progress bar ends with %q", bar.String()[max(0, bar.Len()-100):])
	}
	if diff := cmp.Diff([]string{"Badges.xml", "PostLinks.xml", "Tags.xml"}, report.Absent); diff != "" {
		t.Error(diff)
	}
	topics := w.topics(t)
	first := topics[len(topics)-1]
	posts := w.posts(t, first)
	opening, people := posts[0], w.members(t)
	if got := first.Title; got != "What is a citra hop, and how does it differ from other hops?" {
		t.Errorf("title %q", got)
	}
	if got := first.CreatedAt.Format("2006-01-02T15:04:05.000"); got != "2014-01-21T20:26:05.383" || first.ViewCount != 698 {
		t.Errorf("made at %s, views %d", got, first.ViewCount)
	}
	if opening.Score() != 17 || people[opening.AuthorID].Source != "https://beer.stackexchange.com/users/7" {
		t.Errorf("score %d by %+v", opening.Score(), people[opening.AuthorID])
	}
	if !strings.HasPrefix(opening.Body, "I was offered a beer the other day that was reportedly made with citra hops.") {
		t.Errorf("body %q", opening.Body)
	}
	was := w.revisions(t, opening)
	if len(was) != 1 || !strings.Contains(was[0].Body, "citrate hops") || people[was[0].Editor].Source != "https://beer.stackexchange.com/users/8" {
		t.Errorf("revisions %+v", was)
	}
	if answer, err := w.hall.Post(t.Context(), guest, first.AnswerID); err != nil || answer.Source != "https://beer.stackexchange.com/a/4" {
		t.Errorf("answer %+v, %v", answer, err)
	}
}

func writeRows(t *testing.T, dir, name string, rows []source) {
	t.Helper()
	check(t, os.MkdirAll(dir, 0o755))
	var b strings.Builder
	b.WriteString("\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rows>\n")
	for _, r := range rows {
		b.WriteString(string(r) + "\n")
	}
	b.WriteString("</rows>\n")
	check(t, os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o644))
}

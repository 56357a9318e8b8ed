package imports_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/imports"
)

// folder writes a dump of the site.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "test.example.org-2020-01-31")
	check(t, os.Mkdir(dir, 0o755))
	for name, rows := range files {
		text := "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rows>\n" + rows + "</rows>\n"
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

const (
	someUsers = `<row Id="1" CreationDate="2020-01-01T00:00:00.000" DisplayName="Anna" AboutMe="&lt;p&gt;&lt;/p&gt;" />
<row Id="x" CreationDate="2020-01-01T00:00:00.000" DisplayName="No number" />
<row Id="2" CreationDate="yesterday" DisplayName="No date" />
<row Id="3" CreationDate="2020-01-01T00:00:00.000" DisplayName="&#x202E;&#x200B;" />
`
	somePosts = `<row Id="10" PostTypeId="1" AcceptedAnswerId="99" CreationDate="2020-01-02T00:00:00.000" Score="3" ViewCount="-7" Body="&lt;p&gt;Why?&lt;/p&gt;" OwnerUserId="1" Title="" Tags="|go|c++|" ClosedDate="2020-01-09T00:00:00.000" />
<row Id="11" PostTypeId="2" ParentId="10" CreationDate="2020-01-05T00:00:00.000" Score="1" Body="&lt;p&gt;Moved here.&lt;/p&gt;" OwnerUserId="2" />
<row Id="12" PostTypeId="2" ParentId="10" CreationDate="2020-01-03T00:00:00.000" Score="1e3" Body="bad score" OwnerUserId="1" />
<row Id="13" PostTypeId="2" ParentId="77" CreationDate="2020-01-03T00:00:00.000" Score="0" Body="orphan" />
<row Id="14" PostTypeId="2" ParentId="11" CreationDate="2020-01-03T00:00:00.000" Score="0" Body="answer to an answer" />
<row Id="11" PostTypeId="1" CreationDate="2020-01-03T00:00:00.000" Score="0" Body="same id" />
<row Id="15" CreationDate="2020-01-03T00:00:00.000" Score="0" Body="no type" />
<row Id="16" PostTypeId="2" CreationDate="2020-01-03T00:00:00.000" Score="0" Body="no parent" />
<row Id="17" PostTypeId="5" CreationDate="2020-01-03T00:00:00.000" Score="0" Body="wiki" />
<line Id="18" />
`
	someComments = `<row Id="1" PostId="11" Score="2" Text="before its post; a List&lt;String&gt; or ` + "`&lt;b&gt;`" + `" CreationDate="2020-01-04T00:00:00.000" UserId="1" />
<row Id="2" PostId="10" Score="0" Text="first" CreationDate="2020-01-02T10:00:00.000" UserDisplayName="gone" />
<row Id="3" PostId="14" Score="0" Text="on nothing" CreationDate="2020-01-02T10:00:00.000" UserId="1" />
<row Id="4" PostId="" Score="0" Text="on none" CreationDate="2020-01-02T10:00:00.000" UserId="1" />
`
	someHistory = `<row Id="3" PostHistoryTypeId="5" PostId="10" CreationDate="2020-01-03T00:00:00.000" UserId="1" Comment="a reason" Text="Why" />
<row Id="1" PostHistoryTypeId="2" PostId="10" CreationDate="2020-01-02T00:00:00.000" UserId="1" Text="Wy" />
<row Id="4" PostHistoryTypeId="8" PostId="10" CreationDate="2020-01-04T00:00:00.000" UserId="44" Text="Why?" />
<row Id="5" PostHistoryTypeId="24" PostId="10" CreationDate="2020-01-04T00:00:00.000" />
`
	someVotes = `<row Id="1" PostId="10" VoteTypeId="2" CreationDate="2020-01-02T00:00:00.000" />
<row Id="2" PostId="11" VoteTypeId="2" CreationDate="2020-01-02T00:00:00.000" />
<row Id="3" PostId="11" VoteTypeId="5" UserId="1" CreationDate="2020-01-02T00:00:00.000" />
<row Id="4" PostId="11" VoteTypeId="5" UserId="9" CreationDate="2020-01-02T00:00:00.000" />
<row Id="5" PostId="11" CreationDate="2020-01-02T00:00:00.000" />
`
)

func TestADumpWithBadRows(t *testing.T) {
	dir := folder(t, map[string]string{
		"Users.xml": someUsers, "Posts.xml": somePosts, "Comments.xml": someComments, "PostHistory.xml": someHistory, "Votes.xml": someVotes,
	})
	w := newWorld(t)
	report, err := w.job().StackExchange(t.Context(), dir)
	check(t, err)
	if want := (imports.Counts{Members: 3, Topics: 1, Answers: 1, Comments: 2, Revisions: 2, Bookmarks: 1}); report.Brought != want {
		t.Errorf("brought %+v, want %+v", report.Brought, want)
	}
	if rowsOf(report) != accounted(report) {
		t.Errorf("%d rows, %d accounted for", rowsOf(report), accounted(report))
	}
	var faults []string
	for _, f := range report.Faults {
		faults = append(faults, strings.Replace(f.String(), fmt.Sprintf(" (byte %d)", f.Offset), "", 1))
		whole, err := os.ReadFile(filepath.Join(dir, f.File))
		check(t, err)
		if lines := strings.Count(string(whole[:f.Offset]), "\n"); lines != f.Line-1 || whole[f.Offset] != '<' {
			t.Errorf("%v: there is %.20q", f, whole[f.Offset:])
		}
	}
	if diff := cmp.Diff([]string{
		`Users.xml, line 4: Id is no whole number: "x"`,
		`Users.xml, line 5: CreationDate is no date: "yesterday"`,
		`Posts.xml, line 5: Score is no whole number: "1e3"`,
		`Posts.xml, line 8: an earlier row has the same Id`,
		`Posts.xml, line 9: PostTypeId is missing`,
		`Posts.xml, line 10: ParentId is missing`,
		`Posts.xml, line 12: it is no row but line`,
		`Comments.xml, line 6: PostId is missing`,
		`Votes.xml, line 7: VoteTypeId is missing`,
	}, faults); diff != "" {
		t.Error(diff)
	}
	compareBadRows(t, w, report)
}

func compareBadRows(t *testing.T, w *world, report *imports.Report) {
	t.Helper()
	topic := w.topics(t)[0]
	if topic.Title != "…" || !topic.Locked || topic.ViewCount != 0 || topic.AnswerID != "" || !cmp.Equal(topic.Tags, []string{"go", "c++"}) {
		t.Errorf("the topic is %+v", topic)
	}
	posts := w.posts(t, topic)
	var bodies []string
	for _, p := range posts {
		bodies = append(bodies, p.Body)
	}
	if diff := cmp.Diff([]string{"Why?", "first", "Moved here.", "before its post; a List\\<String> or `<b>`"}, bodies); diff != "" {
		t.Fatal(diff)
	}
	if posts[3].ReplyTo != posts[2].ID || posts[1].ReplyTo != "" || posts[1].AuthorID != posts[2].AuthorID {
		t.Errorf("the comments reply to %q and %q", posts[3].ReplyTo, posts[1].ReplyTo)
	}
	gone := w.members(t)[posts[1].AuthorID]
	if gone.Name != "Former member of test.example.org" || report.StandIns != 3 {
		t.Errorf("%d texts are by %+v", report.StandIns, gone)
	}
	was := w.revisions(t, posts[0])
	if len(was) != 2 || was[0].Body != "Wy" || was[0].Reason != "a reason" || was[1].Body != "Why" || was[1].Editor != gone.ID {
		t.Errorf("the earlier wordings are %+v", was)
	}
	if report.ScoresOff != 1 || report.Scores != 2 {
		t.Errorf("%d of %d scores are off", report.ScoresOff, report.Scores)
	}
}

func TestABrokenDumpStops(t *testing.T) {
	dir := folder(t, map[string]string{"Users.xml": someUsers, "Posts.xml": somePosts + "<row Id=\"20"})
	w := newWorld(t)
	report, err := w.job().StackExchange(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "Posts.xml is broken") || !strings.Contains(err.Error(), "line 13") {
		t.Errorf("a broken file answers %v", err)
	}
	if people := w.members(t); len(people) != 2 || report.Brought.Members != 2 {
		t.Errorf("%d members were brought, the report says %+v", len(people), report.Brought)
	}
}

func TestADumpWithoutPosts(t *testing.T) {
	w := newWorld(t)
	if _, err := w.job().StackExchange(t.Context(), folder(t, map[string]string{"Users.xml": someUsers})); err == nil {
		t.Error("a folder without Posts.xml is brought")
	}
	if people := w.members(t); len(people) != 0 {
		t.Errorf("%d members were brought", len(people))
	}
}

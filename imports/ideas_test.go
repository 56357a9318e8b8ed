package imports_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/ideas"
	"veche/imports"
)

// town is a world with boards.
type town struct {
	*world
	boards *ideas.Assembly
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := newWorld(t)
	around := ideas.Around{Spaces: w.hall.Place(), Comments: w.hall.Place(), People: w.roll}
	boards, err := ideas.New(t.Context(), w.store, w.log, around, nil)
	check(t, err)
	return &town{w, boards}
}

func (w *town) job() *imports.Job {
	j := w.world.job()
	j.Boards, j.Board = w.boards, "wishes"
	return j
}

func (w *town) board(t *testing.T) *ideas.Board {
	t.Helper()
	b, err := w.boards.BoardBySlug(t.Context(), guest, "wishes")
	check(t, err)
	return b
}

// tables are the board's ideas and votes as they are exported.
func (w *town) tables(t *testing.T) (told, votes string) {
	t.Helper()
	e, err := w.boards.Export(t.Context(), admin, w.board(t))
	check(t, err)
	people := w.members(t)
	var out, given bytes.Buffer
	rows, castings := csv.NewWriter(&out), csv.NewWriter(&given)
	check(t, rows.Write(ideas.SheetColumns))
	for page, err := range e.Ideas(t.Context()) {
		check(t, err)
		for _, i := range page {
			check(t, rows.Write(i.Sheet(people[i.AuthorID].Handle).Cells()))
		}
	}
	check(t, castings.Write(ideas.SheetVoteColumns))
	for page, err := range e.Votes(t.Context()) {
		check(t, err)
		for _, v := range page {
			check(t, castings.Write(v.Sheet(people[v.MemberID].Handle).Cells()))
		}
	}
	rows.Flush()
	castings.Flush()
	return out.String(), given.String()
}

// sums wants the score of each idea to be what was brought and what votes count.
func (w *town) sums(t *testing.T) {
	t.Helper()
	e, err := w.boards.Export(t.Context(), admin, w.board(t))
	check(t, err)
	counted, voters := map[community.IdeaID]int{}, map[community.IdeaID]int{}
	for page, err := range e.Votes(t.Context()) {
		check(t, err)
		for _, v := range page {
			counted[v.IdeaID] += v.Counted
			voters[v.IdeaID]++
		}
	}
	n, all := 0, 0
	for page, err := range e.Ideas(t.Context()) {
		check(t, err)
		for _, i := range page {
			if n++; i.Score != i.BroughtScore+counted[i.ID] || i.VoterCount != voters[i.ID] {
				t.Errorf("%q has the score %d, brought %d and voted %d", i.Title, i.Score, i.BroughtScore, counted[i.ID])
			}
			all += voters[i.ID]
		}
	}
	if b := w.board(t); b.IdeaCount != n || b.VoteCount != all {
		t.Errorf("the board counts %d ideas and %d votes, there are %d and %d", b.IdeaCount, b.VoteCount, n, all)
	}
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

const someIdeas = "\uFEFFid;Заголовок;body;tags;статус;author;created;score\r\n" +
	"1;Чай на этаже;\"С **мятой**;\r\nи сахаром\";кухня чай;реализована;anna;2024-03-01;12\r\n" +
	"2;\"'=Formula\";;;planned;boris@example.org;01.04.2024 10:30;3\r\n" +
	"3;;no title;;;;;\r\n" +
	"4;Late;x;;someday;anna;2024-03-01;1\r\n" +
	"5;When;x;;;anna;yesterday;1\r\n" +
	"6;Many;x;;;anna;2024-03-01;1;and;more\r\n" +
	"7;Bad \xff;x;;;anna;2024-03-01;1\r\n" +
	"8;Nobody's;x;;duplicate;;2024-05-01;-2\r\n" +
	"1;Same id;x;;;anna;2024-03-01;1\r\n"

const someCasts = "idea,member,value,counted,at\n" +
	"1,anna,1,2,2024-03-02T00:00:00Z\n1,vera,1,,2024-03-03\n2,vera,-1,,2024-04-03\n" +
	"9,vera,1,,2024-03-03\n1,vera,1,,2024-03-09\n1,gleb,0,,2024-03-03\n1,,1,,2024-03-03\n1,gleb,1,,\n"

func TestATableOfIdeas(t *testing.T) {
	w := newTown(t)
	path, votes := file(t, "wishes.csv", someIdeas), file(t, "votes.csv", someCasts)
	report, err := w.job().IdeasOfTable(t.Context(), path, votes)
	check(t, err)
	if b := report.Brought; b.Ideas != 3 || b.Votes != 3 || report.Present.Ideas != 1 || report.Present.Votes != 1 {
		t.Errorf("brought %+v, there %+v", report.Brought, report.Present)
	}
	if rowsOf(report) != accountedIdeas(report) {
		t.Errorf("%d rows, %d accounted for: %v", rowsOf(report), accountedIdeas(report), report)
	}
	told, given := w.tables(t)
	for _, want := range []string{
		`Чай на этаже,"С **мятой**;` + "\n" + `и сахаром",кухня чай,IMPLEMENTED,anna,2024-03-01T00:00:00Z,,2024-03-01T00:00:00Z,12,9,2,0,,`,
		`,'=Formula,…,,PLANNED,boris,2024-04-01T10:30:00Z,,2024-04-01T10:30:00Z,3,4,1,0,,`,
		`DECLINED,former-member-of-board-wishes,2024-05-01T00:00:00Z,,2024-05-01T00:00:00Z,-2,-2,0,0,,`,
	} {
		if !strings.Contains(told, want) {
			t.Errorf("there is no row %s in\n%s", want, told)
		}
	}
	if !strings.Contains(given, "anna,1,2,2024-03-02T00:00:00Z") || strings.Count(given, "\n") != 4 {
		t.Errorf("the votes are\n%s", given)
	}
	w.sums(t)
	entries := w.entries(t)
	again, err := w.job().IdeasOfTable(t.Context(), path, votes)
	check(t, err)
	if again.Brought != (imports.Counts{}) || w.entries(t) != entries {
		t.Errorf("a second run brought %+v", again.Brought)
	}
}

// accountedIdeas are the rows that became ideas or votes, or did not.
func accountedIdeas(r *imports.Report) (sum int) {
	for _, n := range r.Dropped {
		sum += n
	}
	return sum + r.Brought.Ideas + r.Brought.Votes + r.Present.Ideas + r.Present.Votes
}

// What a board exports another one takes, and then exports the same but for the
// ids; the board itself has it all already.
func TestThereAndBack(t *testing.T) {
	from := newTown(t)
	_, err := from.job().IdeasOfTable(t.Context(), file(t, "wishes.csv", someIdeas), file(t, "votes.csv", someCasts))
	check(t, err)
	told, given := from.tables(t)
	path, votes := file(t, "told.csv", told), file(t, "given.csv", given)
	own, err := from.job().IdeasOfTable(t.Context(), path, votes)
	check(t, err)
	if own.Brought != (imports.Counts{}) || own.Present.Ideas != 3 || own.Present.Votes != 3 {
		t.Errorf("to the same board it brings %+v, and finds %+v", own.Brought, own.Present)
	}
	to := newTown(t)
	_, err = to.job().IdeasOfTable(t.Context(), path, votes)
	check(t, err)
	to.sums(t)
	toldBack, givenBack := to.tables(t)
	if diff := cmp.Diff(withoutIDs(t, told), withoutIDs(t, toldBack)); diff != "" {
		t.Errorf("ideas came back (-sent +got):\n%s", diff)
	}
	if diff := cmp.Diff(withoutIDs(t, given), withoutIDs(t, givenBack)); diff != "" {
		t.Errorf("votes came back (-sent +got):\n%s", diff)
	}
}

func withoutIDs(t *testing.T, table string) (rows []string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	check(t, err)
	for _, row := range all {
		rows = append(rows, strings.Join(row[1:], "|"))
	}
	slices.Sort(rows)
	return rows
}

func TestACutOffTable(t *testing.T) {
	var rows, given strings.Builder
	rows.WriteString("id,title,body,author,created,score\n")
	given.WriteString("idea,member,value,at\n")
	for n := range 60 {
		fmt.Fprintf(&rows, "%d,Идея %d,Текст,author%d,2024-01-%02d,%d\n", n, n, n%7, 1+n%28, n)
		fmt.Fprintf(&given, "%d,voter%d,1,2024-02-%02d\n", n%30, n%9, 1+n%28)
	}
	path, votes := file(t, "wishes.csv", rows.String()), file(t, "votes.csv", given.String())
	whole := newTown(t)
	job, all := whole.job(), &counted{Store: whole.store}
	job.Store = all
	_, err := job.IdeasOfTable(t.Context(), path, votes)
	check(t, err)
	want, wantVotes := whole.tables(t)
	entries := whole.entries(t)
	for _, cutAt := range []int{1, all.inserts / 3, all.inserts * 2 / 3, all.inserts} {
		w := newTown(t)
		job := w.job()
		job.Store, job.Batch = &counted{Store: w.store, cutAt: cutAt}, 7
		if _, err := job.IdeasOfTable(t.Context(), path, votes); !errors.Is(err, errCut) {
			t.Fatalf("cut at insert %d: %v", cutAt, err)
		}
		job.Store = w.store
		_, err = job.IdeasOfTable(t.Context(), path, votes)
		check(t, err)
		got, gotVotes := w.tables(t)
		if diff := cmp.Diff(withoutIDs(t, want), withoutIDs(t, got)); diff != "" {
			t.Errorf("cut at insert %d: %s", cutAt, diff)
		}
		if diff := cmp.Diff(withoutIDs(t, wantVotes), withoutIDs(t, gotVotes)); diff != "" {
			t.Errorf("cut at insert %d: %s", cutAt, diff)
		}
		if w.entries(t) != entries {
			t.Errorf("cut at insert %d: %d entries of the log, want %d", cutAt, w.entries(t), entries)
		}
		w.sums(t)
	}
}

// The requests of a real meta site, with what became of them.
func TestIdeasOfAMetaSite(t *testing.T) {
	dir := data(t, french)
	w := newTown(t)
	report, err := w.job().IdeasOfStackExchange(t.Context(), dir)
	check(t, err)
	t.Log("\n" + report.String())
	w.sums(t)
	b := w.board(t)
	if report.Brought.Ideas != 26 || b.IdeaCount != 26 || report.Brought.Topics != 0 {
		t.Errorf("brought %+v, the board has %d ideas", report.Brought, b.IdeaCount)
	}
	e, err := w.boards.Export(t.Context(), guest, b)
	check(t, err)
	became := map[ideas.Status]int{}
	for page, err := range e.Ideas(t.Context()) {
		check(t, err)
		for _, i := range page {
			became[i.Status]++
			if i.Source == "" || i.TopicID == "" || i.StatusAt.Before(i.CreatedAt) || slices.Contains(i.Tags, "feature-request") {
				t.Errorf("an idea is %+v", i)
			}
			if strings.HasSuffix(i.Source, "/q/51") && (i.Score != 11 || i.CreatedAt.Format("2006-01-02") != "2011-08-18") {
				t.Errorf("the first request is %+v", i)
			}
			topic, err := w.hall.Topic(t.Context(), guest, i.TopicID)
			check(t, err)
			if topic.IdeaID != i.ID || topic.Title != i.Title || !topic.CreatedAt.Equal(i.CreatedAt) {
				t.Errorf("the topic of %q is %+v", i.Title, topic)
			}
		}
	}
	t.Log(became)
	entries := w.entries(t)
	again, err := w.job().IdeasOfStackExchange(t.Context(), dir)
	check(t, err)
	if again.Brought != (imports.Counts{}) || w.entries(t) != entries {
		t.Errorf("a second run brought %+v", again.Brought)
	}
}

// FuzzTable wants that no table stops more than its own rows, and that all rows
// are accounted for.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{someIdeas, "title\n=1+1\n", "title,body\n\"a", "title\ttags\nx\t<a>\n", "\n\n", "title,title\n", "title\n\"\"\"\n'=\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w := newTown(t)
		report, err := w.job().IdeasOfTable(t.Context(), file(t, "x.csv", text), "")
		if err != nil {
			return // no line of names
		}
		if rowsOf(report) != accountedIdeas(report) {
			t.Errorf("%d rows, %d accounted for in %q", rowsOf(report), accountedIdeas(report), text)
		}
		w.sums(t)
	})
}

// FuzzCell wants cells that no spreadsheet computes, and that come back.
func FuzzCell(f *testing.F) {
	for _, seed := range []string{"=1", "'=1", "''@x", " -1", "＋1", "'", "", "\t=x", "ok"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := ideas.Cell(s)
		if ideas.Uncell(cell) != s {
			t.Errorf("%q came back as %q", s, ideas.Uncell(cell))
		}
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
			t.Errorf("%q begins like a formula", cell)
		}
	})
}

package imports

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Counts are numbers of things.
type Counts struct {
	Members   int
	Topics    int
	Answers   int // posts that answer a question
	Comments  int // posts that comment on a question or on an answer
	Revisions int // earlier wordings
	Accepted  int // topics with an accepted answer
	Bookmarks int
	Ideas     int
	Votes     int // of people who are known, for ideas
}

func (c *Counts) add(o Counts, times int) {
	c.Members += times * o.Members
	c.Topics += times * o.Topics
	c.Answers += times * o.Answers
	c.Comments += times * o.Comments
	c.Revisions += times * o.Revisions
	c.Accepted += times * o.Accepted
	c.Bookmarks += times * o.Bookmarks
	c.Ideas += times * o.Ideas
	c.Votes += times * o.Votes
}

// Report says what an import did with every row of its files.
type Report struct {
	// Source is the site or archive.
	Source string
	// Brought counts what this run brought, Present what was there already.
	Brought, Present Counts
	// Rows counts the rows of each file.
	Rows map[string]int
	// Dropped counts the rows that were left out, by the reason.
	Dropped map[string]int
	// Mended counts what had to be changed in what this run brought.
	Mended map[string]int
	// Markdown and HTML count the bodies that this run brought as either.
	Markdown, HTML int
	// StandIns counts the texts and wordings whose author is gone, and which
	// stand under the name of one former member.
	StandIns int
	// Scores counts the posts whose score was compared with the sum of their
	// votes, and ScoresOff those where the two differ.
	Scores, ScoresOff int
	// Absent names the files of a dump that are not there.
	Absent []string
	// Faults are the first of the rows that could not be understood; all are
	// counted in Dropped.
	Faults []Fault
}

// Fault is a row that could not be understood.
type Fault struct {
	File   string
	Line   int // from 1
	Offset int64
	Why    string
}

// String is the fault in one line for people.
func (f Fault) String() string {
	return fmt.Sprintf("%s, line %d (byte %d): %s", f.File, f.Line, f.Offset, f.Why)
}

// maxFaults is how many faults a report tells one by one.
const maxFaults = 50

const droppedFault = "a row that could not be understood"

func newReport(source string) *Report {
	return &Report{Source: source, Rows: map[string]int{}, Dropped: map[string]int{}, Mended: map[string]int{}}
}

func (r *Report) fault(f Fault) {
	r.Dropped[droppedFault]++
	if len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, f)
	}
}

// add counts what one commit brought.
func (r *Report) add(delta *Report) {
	r.Brought.add(delta.Brought, 1)
	r.Present.add(delta.Present, 1)
	r.Markdown += delta.Markdown
	r.HTML += delta.HTML
	for what, n := range delta.Mended {
		r.Mended[what] += n
	}
}

// String is the table that WriteTo writes.
func (r *Report) String() string {
	var b strings.Builder
	r.WriteTo(&b) // a builder takes whatever is written
	return b.String()
}

// WriteTo writes the report as a table for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	counted := &countingWriter{w: w}
	t := tabwriter.NewWriter(counted, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tbrought now\tthere already\n", r.Source)
	for _, line := range []struct {
		what       string
		now, there int
	}{
		{"members", r.Brought.Members, r.Present.Members},
		{"topics", r.Brought.Topics, r.Present.Topics},
		{"answers", r.Brought.Answers, r.Present.Answers},
		{"comments", r.Brought.Comments, r.Present.Comments},
		{"accepted answers", r.Brought.Accepted, r.Present.Accepted},
		{"earlier wordings", r.Brought.Revisions, r.Present.Revisions},
		{"bookmarks", r.Brought.Bookmarks, r.Present.Bookmarks},
		{"ideas", r.Brought.Ideas, r.Present.Ideas},
		{"votes for ideas", r.Brought.Votes, r.Present.Votes},
	} {
		fmt.Fprintf(t, "  %s\t%d\t%d\n", line.what, line.now, line.there)
	}
	r.writeNotes(t)
	r.writeReasons(t, "Left out", r.Dropped)
	r.writeReasons(t, "Mended", r.Mended)
	for _, f := range r.Faults {
		fmt.Fprintf(t, "  %v\n", f)
	}
	err := t.Flush()
	return counted.n, err
}

func (r *Report) writeNotes(w io.Writer) {
	if n := r.Markdown + r.HTML; n > 0 {
		fmt.Fprintf(w, "Of %d bodies, %d became Markdown and %d stayed HTML.\n", n, r.Markdown, r.HTML)
	}
	if r.StandIns > 0 {
		fmt.Fprintf(w, "%d texts and wordings whose author is gone stand under the name of one former member.\n", r.StandIns)
	}
	if r.Scores > 0 {
		fmt.Fprintf(w, "Of %d posts, %d have a score that is not the sum of their votes.\n", r.Scores, r.ScoresOff)
	}
	if len(r.Absent) > 0 {
		fmt.Fprintf(w, "Not there: %s.\n", strings.Join(r.Absent, ", "))
	}
}

func (r *Report) writeReasons(w io.Writer, title string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	fmt.Fprintln(w, title)
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(w, "  %s\t%d\n", reason, counts[reason])
	}
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

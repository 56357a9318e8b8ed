package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"veche/community/forum"
	"veche/community/members"
)

// archive is a run over an archive of JSON lines.
type archive struct {
	*run
	paths  []string
	origin string // the address of the site that the rows are from
	files  []*os.File

	posts     map[int64]bool
	questions map[int64]int // id to place among threads.topics
	threads
	authors []author
	known   map[string]int // key to place among authors
}

// author is what the rows tell of a member; one with an empty key stands for
// all whom nobody knows.
type author struct {
	key, name string
	id        int64
	since     time.Time // of the earliest row
	latest    time.Time // of the row that the name is from
	texts     int       // that are brought
}

// Ruso brings an archive of one Stack Exchange site that is kept as JSON lines,
// in one or more files, in whatever order its rows are. The site is the one
// that the first row's url names. The report is good for what was done also
// when there is an error.
func (j *Job) Ruso(ctx context.Context, files ...string) (*Report, error) {
	a := &archive{
		run: j.start("archive", 2*bytesOf(files)), paths: files,
		posts: map[int64]bool{}, questions: map[int64]int{}, known: map[string]int{},
	}
	err := a.open()
	for _, pass := range []func(context.Context) error{a.index, a.enter, a.bringAuthors, a.bringThreads} {
		if err == nil {
			err = pass(ctx)
		}
	}
	a.meter.finish()
	for _, f := range a.files {
		err = errors.Join(err, f.Close())
	}
	return a.report, err
}

func bytesOf(files []string) (sum int64) {
	for _, path := range files {
		if info, err := os.Stat(path); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

func (a *archive) open() error {
	for _, path := range a.paths {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("open an archive: %w", err)
		}
		a.files = append(a.files, f)
	}
	return nil
}

func (a *archive) key(what string) string { return "ruso:" + a.report.Source + ":" + what }

func (a *archive) postKey(id int64) string { return a.key("post:" + strconv.FormatInt(id, 10)) }

// signer is the key of the author of a row.
func (a *archive) signer(author string) string { return a.key(cmp.Or(author, "user:gone")) }

// index learns what there is in all files.
func (a *archive) index(ctx context.Context) error {
	for file, path := range a.paths {
		err := a.lines(ctx, path, func(line []byte, at span) error {
			r, err := decodeRow(line)
			if err != nil {
				return err
			}
			return a.indexRow(r, item{id: r.ID, post: r.QuestionID, at: millis(r.at()), file: file, span: at, accepted: r.Accepted})
		})
		if err != nil {
			return err
		}
	}
	a.place()
	return nil
}

func (a *archive) indexRow(r *archiveRow, it item) error {
	if a.posts[r.ID] {
		return faulty("an earlier row has the same id")
	}
	a.posts[r.ID] = true
	if a.origin == "" && r.site() != "" {
		a.origin, a.report.Source = "https://"+r.site(), r.site()
	}
	it.author = a.meet(r)
	if r.Type == "question" {
		it.topic = len(a.topics)
		a.questions[r.ID] = it.topic
		a.topics = append(a.topics, it)
	} else {
		a.replies = append(a.replies, it)
	}
	return nil
}

// meet learns of the row's author, and answers the place among authors. The
// name is the one on their newest row.
func (a *archive) meet(r *archiveRow) int {
	key := r.author()
	place, ok := a.known[key]
	if !ok {
		place = len(a.authors)
		a.known[key] = place
		a.authors = append(a.authors, author{key: key, id: r.AuthorID, since: r.at()})
	}
	who := &a.authors[place]
	if r.at().Before(who.since) {
		who.since = r.at()
	}
	if !r.at().Before(who.latest) {
		who.name, who.latest = r.Author, r.at()
	}
	return place
}

// place puts answers to their questions, which may stand in another file, and
// counts the texts of each author that are brought.
func (a *archive) place() {
	found := a.replies[:0]
	for _, it := range a.replies {
		topic, ok := a.questions[it.post]
		if !ok {
			a.report.Dropped["answer to a question that is not in the archive"]++
			continue
		}
		it.topic = topic
		found = append(found, it)
		a.authors[it.author].texts++
	}
	for _, it := range a.topics {
		a.authors[it.author].texts++
	}
	a.replies = found
	a.settle()
}

func (a *archive) bringAuthors(ctx context.Context) error {
	for _, who := range a.authors {
		if who.texts == 0 {
			continue
		}
		p := a.person(a.signer(who.key), func(report *Report) members.Brought {
			b := members.Brought{Name: report.line(who.name, members.MaxName), CreatedAt: who.since}
			if who.id > 0 && a.origin != "" {
				b.Source = a.origin + "/users/" + strconv.FormatInt(who.id, 10)
			}
			return b
		})
		if who.key == "" {
			a.report.StandIns = who.texts
			p = a.standIn(a.signer(""), who.since)
		}
		if err := a.bring(ctx, p); err != nil {
			return err
		}
	}
	return a.flush(ctx)
}

func (a *archive) bringThreads(ctx context.Context) error {
	err := a.each(
		func(q item) error { return a.bring(ctx, a.question(q)) },
		func(q, it item) error { return a.bring(ctx, a.answer(q, it)) })
	if err != nil {
		return err
	}
	return a.flush(ctx)
}

func (a *archive) question(q item) piece {
	return piece{key: a.postKey(q.id), size: int64(q.size), counts: Counts{Topics: 1}, load: func(report *Report) (deed, error) {
		r, err := a.read(q)
		if err != nil {
			return nil, err
		}
		return a.openTopic(a.draft(report, r), forum.BroughtTopic{
			SpaceID: a.space, Title: report.line(r.Title, forum.MaxTitle), Tags: report.tags(r.Tags, forum.MaxTags),
			Views: max(0, r.Views), Locked: r.ClosedAt != nil,
		}), nil
	}}
}

func (a *archive) answer(q, it item) piece {
	p := piece{key: a.postKey(it.id), size: int64(it.size), counts: Counts{Answers: 1}}
	if it.accepted {
		p.counts.Accepted = 1
	}
	p.load = func(report *Report) (deed, error) {
		r, err := a.read(it)
		if err != nil {
			return nil, err
		}
		if it.second {
			report.Mended[mendedAnswer]++
		}
		return a.reply(a.draft(report, r), it.accepted, a.postKey(q.id), ""), nil
	}
	return p
}

// read reads a row again.
func (a *archive) read(it item) (*archiveRow, error) {
	raw := make([]byte, it.size)
	if _, err := a.files[it.file].ReadAt(raw, it.offset); err != nil {
		return nil, fmt.Errorf("read a row again: %w", err)
	}
	return decodeRow(raw)
}

func (a *archive) draft(report *Report, r *archiveRow) draft {
	text := draft{author: a.signer(r.author()), BroughtText: forum.BroughtText{
		Body: report.body(r.Body, a.origin), CreatedAt: r.at(), Score: r.Score,
	}}
	if r.site() != "" {
		text.Source = r.URL
	}
	if r.EditedAt != nil {
		at := r.EditedAt.UTC().Truncate(time.Millisecond)
		text.EditedAt = &at
	}
	return text
}

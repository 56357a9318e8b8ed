package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"veche/community/ideas"
	"veche/community/members"
)

// The files of a Stack Exchange dump (https://meta.stackexchange.com/a/2678).
// Those of twice are read once to know what there is, and again to bring it.
var (
	once  = []string{"Users.xml", "Votes.xml", "Badges.xml", "PostLinks.xml", "Tags.xml"}
	twice = []string{"Posts.xml", "Comments.xml", "PostHistory.xml"}
)

// dump is a run over a Stack Exchange dump.
type dump struct {
	*run
	dir    string
	site   string
	origin string // the site's address; empty when site is no host name
	since  time.Time

	users map[int64]bool
	posts map[int64]*postFacts
	threads
	wordings map[int64][]wording
	files    []*os.File     // of twice
	needed   map[int64]bool // users who wrote what is brought; nil where all are brought
	board    *ideas.Board   // that requests are brought to; nil where all is brought to a space
}

// postFacts is what is known of a question or an answer.
type postFacts struct {
	at       int64
	score    int64
	votes    int64 // the sum of up and down votes
	topic    int   // the place among threads.topics
	question bool
	accepted int64  // of a question
	gone     int    // 1 when the author is not known
	author   int64  // 0 when not known
	outcome  string // the tag that says what became of a request
	decided  int64  // when it got that
}

var (
	dumpDate = regexp.MustCompile(`-\d{4}(-\d{2}){0,2}$`)
	hostName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

// StackExchange brings the dump in the folder, which is named after its site,
// with or without the date behind it: "beer.stackexchange.com-2016-12".
// Posts.xml must be there; other files may be missing. The report is good for
// what was done also when there is an error.
func (j *Job) StackExchange(ctx context.Context, dir string) (*Report, error) {
	return j.dumpOf(ctx, dir, func(ctx context.Context, d *dump) error { return d.enter(ctx) })
}

// dumpOf brings the dump to where enter finds.
func (j *Job) dumpOf(ctx context.Context, dir string, enter func(context.Context, *dump) error) (*Report, error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return newReport(""), fmt.Errorf("find the folder: %w", err)
	}
	site := dumpDate.ReplaceAllString(strings.ToLower(filepath.Base(whole)), "")
	d := &dump{
		run: j.start(site, sizes(whole, once, 1)+sizes(whole, twice, 2)), dir: whole, site: site,
		users: map[int64]bool{}, posts: map[int64]*postFacts{}, wordings: map[int64][]wording{},
	}
	if hostName.MatchString(site) {
		d.origin = "https://" + site
	}
	err = d.open()
	for _, pass := range []func(context.Context) error{
		func(ctx context.Context) error { return enter(ctx, d) }, d.meetUsers, d.indexPosts, d.indexComments, d.indexHistory, d.bringNeeded, d.bringThreads, d.bringBookmarks, d.countRest,
	} {
		if err == nil {
			err = pass(ctx)
		}
	}
	d.meter.finish()
	return d.report, errors.Join(err, d.close())
}

func sizes(dir string, names []string, times int64) (sum int64) {
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			sum += times * info.Size()
		}
	}
	return sum
}

// open opens the files that are read at random places.
func (d *dump) open() error {
	for i, name := range twice {
		f, err := os.Open(filepath.Join(d.dir, name))
		if errors.Is(err, os.ErrNotExist) && i > 0 {
			f, err = nil, nil // the first pass finds no rows in it
		}
		if err != nil {
			return fmt.Errorf("open the dump: %w", err)
		}
		d.files = append(d.files, f)
	}
	return nil
}

func (d *dump) close() error {
	var errs []error
	for _, f := range d.files {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

func (d *dump) key(kind string, id int64) string {
	if d.board != nil && kind != "user" {
		kind = string(d.board.ID) + ":" + kind
	}
	return "stackexchange:" + d.site + ":" + kind + ":" + strconv.FormatInt(id, 10)
}

// page is the address of a thing at the site; none when the site is not known.
func (d *dump) page(path string, id int64) string {
	if d.origin == "" {
		return ""
	}
	return d.origin + path + strconv.FormatInt(id, 10)
}

func (d *dump) goneKey() string { return "stackexchange:" + d.site + ":user:gone" }

// member is the key of the user whose id the attribute holds, or of the
// stand-in.
func (d *dump) member(r row, attr string) string {
	id, err := r.number(attr)
	if err != nil || !d.users[id] || r.text(attr) == "" {
		return d.goneKey()
	}
	return d.key("user", id)
}

// meetUsers brings all users or, where only some are needed, learns who there is.
func (d *dump) meetUsers(ctx context.Context) error {
	if d.board == nil {
		return d.bringUsers(ctx)
	}
	d.needed = map[int64]bool{}
	told := d.report
	d.report = newReport("") // the second pass tells
	err := d.rows(ctx, "Users.xml", func(r row) error {
		id, err := r.id("Id")
		if _, dated := r.date("CreationDate"); err == nil && dated == nil {
			d.users[id] = true
		}
		return err
	})
	d.report = told
	return err
}

// need takes note of who wrote something that is brought.
func (d *dump) need(r row, attr string) {
	if id, err := r.number(attr); err == nil && d.needed != nil {
		d.needed[id] = true
	}
}

// bringNeeded brings those who are needed, by now.
func (d *dump) bringNeeded(ctx context.Context) error {
	if d.needed == nil {
		return nil
	}
	for _, p := range d.posts {
		d.needed[p.author] = true
	}
	return d.bringUsers(ctx)
}

func (d *dump) bringUsers(ctx context.Context) error {
	err := d.rows(ctx, "Users.xml", func(r row) error {
		id, err := r.id("Id")
		if err != nil {
			return err
		}
		at, err := r.date("CreationDate")
		if err != nil {
			return err
		}
		d.users[id] = true
		if d.needed != nil && !d.needed[id] {
			d.report.Dropped["member who wrote nothing of this"]++
			return nil
		}
		return d.bring(ctx, d.person(d.key("user", id), func(report *Report) members.Brought {
			b := members.Brought{
				Name: report.line(r.text("DisplayName"), members.MaxName), CreatedAt: at, Source: d.page("/users/", id),
			}
			if about := r.text("AboutMe"); strings.TrimSpace(about) != "" {
				b.Bio = report.bio(about, d.origin)
			}
			return b
		}))
	})
	if err != nil {
		return err
	}
	return d.flush(ctx)
}

// countRest counts the rows of files that have no place here.
func (d *dump) countRest(ctx context.Context) error {
	for _, file := range []struct{ name, reason string }{
		{"Badges.xml", "badge"},
		{"PostLinks.xml", "link between posts"},
		{"Tags.xml", "entry of the list of tags (topics have their tags)"},
	} {
		err := d.rows(ctx, file.name, func(row) error {
			d.report.Dropped[file.reason]++
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

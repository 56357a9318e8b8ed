package imports

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"veche/community/ideas"
)

// cells are one row of a table, by the names of the columns.
type cells struct {
	columns map[string]int
	row     []string
}

// text answers the cell as it was before it was made safe for spreadsheets;
// empty when there is none.
func (c cells) text(name string) string {
	at, ok := c.columns[name]
	if !ok || at >= len(c.row) {
		return ""
	}
	return ideas.Uncell(c.row[at])
}

// word is the cell without spaces around it.
func (c cells) word(name string) string { return strings.TrimSpace(c.text(name)) }

// number answers a whole number; 0 when the cell is empty.
func (c cells) number(name string) (int, error) {
	s := c.word(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0, faulty(fmt.Sprintf("%s is no whole number: %.40q", name, s))
	}
	return int(n), nil
}

// layouts are how tables write dates; without a zone they are in UTC.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02",
	"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006",
}

// date answers an instant; nil when the cell is empty.
func (c cells) date(name string) (*time.Time, error) {
	s := c.word(name)
	if s == "" {
		return nil, nil
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t = t.UTC().Truncate(time.Millisecond); t.Year() < 1 || t.After(time.Now().Add(24*time.Hour)) {
			return nil, faulty(fmt.Sprintf("%s lies in the future, or before all time: %.40q", name, s))
		}
		return &t, nil
	}
	return nil, faulty(fmt.Sprintf("%s is no date: %.40q", name, s))
}

// sheet reads a table of comma-separated values (RFC 4180), with a line of names
// first; commas may be semicolons or tabs. A row that cannot be understood is
// reported and does not stop the rest.
func (r *run) sheet(ctx context.Context, path string, known []string, fn func(cells) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open a table: %w", err)
	}
	defer f.Close()
	return r.sheetOf(ctx, filepath.Base(path), r.meter.reader(f), known, fn)
}

func (r *run) sheetOf(ctx context.Context, name string, in io.Reader, known []string, fn func(cells) error) error {
	buffered := bufio.NewReaderSize(in, 64<<10)
	reader := csv.NewReader(buffered)
	reader.Comma, reader.FieldsPerRecord = comma(buffered), -1
	names, err := reader.Read()
	if err != nil {
		return fmt.Errorf("%s has no line of names: %w", name, err)
	}
	columns, err := r.columns(name, names, known)
	if err != nil {
		return err
	}
	for {
		at := reader.InputOffset()
		row, err := reader.Read()
		if err == io.EOF || ctx.Err() != nil {
			return ctx.Err()
		}
		place := Fault{File: name, Offset: at}
		var broken *csv.ParseError
		var why faulty
		switch {
		case errors.As(err, &broken):
			place.Line, err = broken.StartLine, faulty(broken.Err.Error())
		case err != nil:
			return fmt.Errorf("read %s: %w", name, err)
		default:
			place.Line, _ = reader.FieldPos(0)
			if err = (cells{columns, row}).check(len(names)); err == nil {
				err = fn(cells{columns, row})
			}
		}
		r.report.Rows[name]++
		if errors.As(err, &why) {
			place.Why = string(why)
			r.report.fault(place)
		} else if err != nil {
			return err
		}
	}
}

// comma finds out what parts the columns, by the first line, and passes over a
// byte order mark.
func comma(in *bufio.Reader) rune {
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\xEF\xBB\xBF")) {
		in.Discard(3)
	}
	head, _ := in.Peek(4096)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// columns are where the columns that are known stand. Others are told of.
func (r *run) columns(file string, names, known []string) (map[string]int, error) {
	found := map[string]int{}
	for at, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if alias, ok := aliases[name]; ok {
			name = alias
		}
		if _, twice := found[name]; twice {
			return nil, fmt.Errorf("%s has the column %q twice", file, name)
		}
		if name != "" && !slices.Contains(known, name) {
			r.report.Mended[fmt.Sprintf("the column %.40q of %s, which has no place here", name, file)]++
		}
		found[name] = at
	}
	if _, ok := found[known[0]]; !ok {
		return nil, fmt.Errorf("%s has no column %q; its columns are %s", file, known[0], strings.Join(known, ", "))
	}
	return found, nil
}

// aliases are other names of columns.
var aliases = map[string]string{
	"votes": "score", "created_at": "created", "date": "created", "description": "body", "text": "body", "идея": "title",
	"заголовок": "title", "название": "title", "текст": "body", "описание": "body", "теги": "tags", "статус": "status",
	"автор": "author", "дата": "created", "создано": "created", "голоса": "score",
}

// check refuses rows that are no text, or have more cells than there are names.
func (c cells) check(names int) error {
	if len(c.row) > names {
		return faulty(fmt.Sprintf("it has %d cells, and there are %d columns", len(c.row), names))
	}
	for _, cell := range c.row {
		if !utf8.ValidString(cell) {
			return faulty("it is not in UTF-8")
		}
	}
	return nil
}

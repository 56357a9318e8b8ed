package imports

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// row is one row element of a dump.
type row struct {
	attrs []xml.Attr
	span
}

// faulty says why a row cannot be understood.
type faulty string

// Error is the reason itself.
func (f faulty) Error() string { return string(f) }

// text answers the attribute; an empty one when it is not there.
func (r row) text(name string) string {
	for _, a := range r.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// number answers a whole number; 0 when the attribute is not there.
func (r row) number(name string) (int64, error) {
	s := r.text(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, faulty(fmt.Sprintf("%s is no whole number: %.40q", name, s))
	}
	return n, nil
}

// id answers a number that must be there.
func (r row) id(name string) (int64, error) {
	if r.text(name) == "" {
		return 0, faulty(name + " is missing")
	}
	return r.number(name)
}

// date answers an instant that must be there. A dump's are in UTC.
func (r row) date(name string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(r.text(name), "Z"))
	if err != nil {
		return t, faulty(fmt.Sprintf("%s is no date: %.40q", name, r.text(name)))
	}
	return t.Truncate(time.Millisecond), nil
}

// dateIfAny answers nil for an attribute that is not there or no date.
func (r row) dateIfAny(name string) *time.Time {
	t, err := r.date(name)
	if err != nil {
		return nil
	}
	return &t
}

// rows hands on every row of a file of the dump. A row that cannot be
// understood is reported and does not stop the rest; XML that is broken does.
// A file that is not there has no rows.
func (d *dump) rows(ctx context.Context, name string, fn func(row) error) error {
	f, err := os.Open(filepath.Join(d.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		d.report.Absent = append(d.report.Absent, name)
		return nil
	}
	if err != nil {
		return fmt.Errorf("open a file of the dump: %w", err)
	}
	defer f.Close()
	decoder := xml.NewDecoder(bufio.NewReaderSize(d.meter.reader(f), 256<<10))
	for depth := 0; ; {
		from := decoder.InputOffset()
		token, err := decoder.Token()
		if err == io.EOF {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s is broken: %w", name, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 {
				err = d.oneRow(ctx, name, decoder, from, token, fn)
			}
		case xml.EndElement:
			depth--
		}
		if err != nil {
			return err
		}
	}
}

func (d *dump) oneRow(ctx context.Context, name string, decoder *xml.Decoder, from int64, token xml.StartElement, fn func(row) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.report.Rows[name]++
	var why faulty
	err := error(faulty("it is no row but " + token.Name.Local))
	if token.Name.Local == "row" {
		err = fn(row{token.Attr, span{from, int(decoder.InputOffset() - from)}})
	}
	if !errors.As(err, &why) {
		return err
	}
	line, _ := decoder.InputPos()
	d.report.fault(Fault{File: name, Line: line, Offset: from, Why: string(why)})
	return nil
}

// rowAt reads a row again.
func rowAt(f io.ReaderAt, at span) (row, error) {
	raw := make([]byte, at.size)
	if _, err := f.ReadAt(raw, at.offset); err != nil {
		return row{}, fmt.Errorf("read a row again: %w", err)
	}
	token, err := xml.NewDecoder(bytes.NewReader(raw)).RawToken()
	if err != nil {
		return row{}, fmt.Errorf("read a row again: %w", err)
	}
	start, ok := token.(xml.StartElement)
	if !ok {
		return row{}, errors.New("read a row again: the file has changed")
	}
	return row{start.Attr, at}, nil
}

package imports

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxLine is the most bytes of a line of an archive; longer ones are faults.
const maxLine = 16 << 20

var errLong = faulty("the line is longer than 16 MiB")

// lines hands on every line of the file that is not empty, without its end. A
// line that cannot be understood is reported and does not stop the rest.
func (a *archive) lines(ctx context.Context, path string, fn func(line []byte, at span) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open an archive: %w", err)
	}
	defer f.Close()
	name := filepath.Base(path)
	in := bufio.NewReaderSize(a.meter.reader(f), 256<<10)
	at := span{}
	for number := 1; ; number++ {
		line, size, ended := readLine(in)
		if ended != nil && !errors.Is(ended, io.EOF) && !errors.Is(ended, errLong) {
			return fmt.Errorf("read %s: %w", name, ended)
		}
		at.size = len(line)
		if size > 0 && (len(line) > 0 || errors.Is(ended, errLong)) {
			if err := a.oneLine(line, at, ended, fn, Fault{File: name, Line: number, Offset: at.offset}); err != nil {
				return err
			}
		}
		if at.offset += size; errors.Is(ended, io.EOF) || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (a *archive) oneLine(line []byte, at span, ended error, fn func([]byte, span) error, place Fault) error {
	a.report.Rows[place.File]++
	err := error(errLong)
	if !errors.Is(ended, errLong) {
		err = fn(line, at)
	}
	var why faulty
	if !errors.As(err, &why) {
		return err
	}
	place.Why = string(why)
	a.report.fault(place)
	return nil
}

// readLine answers the next line without its end and the bytes it takes with
// it. Of a line that is too long it answers none.
func readLine(in *bufio.Reader) (line []byte, size int64, err error) {
	for {
		part, err := in.ReadSlice('\n')
		size += int64(len(part))
		if size <= maxLine {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if size > maxLine {
			return nil, size, errors.Join(errLong, err)
		}
		for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
			line = line[:len(line)-1]
		}
		return line, size, err
	}
}

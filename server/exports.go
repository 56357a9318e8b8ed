package server

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"veche/community"
	"veche/community/ideas"
	"veche/resolvers"
)

// pageTime is how long a client may take for a page of an export.
const pageTime = time.Minute

// rowsPerPoint is how many rows of an export cost a point.
const rowsPerPoint = 5

// exportPath is where boards are told as tables: ideas.csv, ideas.json, votes.csv
// and votes.json.
const exportPath = "/boards/{board}/{file}"

// table is something of a board as rows.
type table struct {
	columns []string
	// rows hands on pages of rows; who is behind each is looked up page by page.
	rows iter.Seq2[[]sheetRow, error]
}

// sheetRow is a row of a table, which is also its own JSON.
type sheetRow interface{ Cells() []string }

// export answers a table of a board, by whom the board may be seen: to others
// there is none. It is written as it is read from the store, a page at a time.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		http.Error(w, "a table is read by GET", http.StatusMethodNotAllowed)
		return
	}
	t, b, err := s.table(r)
	if err != nil {
		if community.KindOf(err) == community.KindNotFound {
			err = refusal{http.StatusNotFound, err}
		}
		s.refuse(w, r, err)
		return
	}
	what, form, _ := strings.Cut(r.PathValue("file"), ".")
	header := w.Header()
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.%s"`, b.Slug, what, form))
	header.Set("Content-Type", map[string]string{"csv": "text/csv; charset=utf-8; header=present", "json": "application/json; charset=utf-8"}[form])
	header.Add("Vary", "Authorization, Cookie")
	if r.Method == http.MethodHead {
		return
	}
	write := t.json
	if form == "csv" {
		write = t.csv(r.URL.Query().Get("bom") == "1")
	}
	if err := write(paced{w, http.NewResponseController(w)}); err != nil {
		slog.WarnContext(r.Context(), "an export was cut off", "board", b.ID, "error", err)
		panic(http.ErrAbortHandler) // so that nobody takes it for whole
	}
}

// table finds what was asked for, and has the viewer pay for it.
func (s *Server) table(r *http.Request) (*table, *ideas.Board, error) {
	ctx, viewer := r.Context(), resolvers.RequestFrom(r.Context()).Viewer
	what, form, _ := strings.Cut(r.PathValue("file"), ".")
	if (what != "ideas" && what != "votes") || (form != "csv" && form != "json") {
		return nil, nil, community.NotFound("table")
	}
	if err := s.entrance.Work(ctx, 1); err != nil { // before the board is looked for
		return nil, nil, err
	}
	b, err := s.namedBoard(ctx, viewer, r.PathValue("board"))
	if err != nil {
		return nil, nil, err
	}
	open := s.parts.Boards.Export
	if what == "votes" {
		open = s.parts.Boards.ExportVotes
	}
	e, err := open(ctx, viewer, b)
	if err != nil {
		return nil, nil, err
	}
	rows, t := b.IdeaCount, &table{ideas.SheetColumns, s.ideaRows(ctx, e)}
	if what == "votes" {
		rows, t = b.IdeaCount+b.VoteCount, &table{ideas.SheetVoteColumns, s.voteRows(ctx, e)}
	}
	return t, b, s.entrance.Work(ctx, rows/rowsPerPoint)
}

// namedBoard answers the board with the id, or with the slug.
func (s *Server) namedBoard(ctx context.Context, viewer community.Viewer, name string) (*ideas.Board, error) {
	if strings.HasPrefix(name, community.BoardPrefix+"_") {
		return s.parts.Boards.Board(ctx, viewer, community.BoardID(name))
	}
	return s.parts.Boards.BoardBySlug(ctx, viewer, name)
}

func (s *Server) ideaRows(ctx context.Context, e *ideas.Export) iter.Seq2[[]sheetRow, error] {
	return signedRows(ctx, s, e.Ideas(ctx),
		func(i *ideas.Idea) community.MemberID { return i.AuthorID },
		func(i *ideas.Idea, by string) sheetRow { return i.Sheet(by) })
}

func (s *Server) voteRows(ctx context.Context, e *ideas.Export) iter.Seq2[[]sheetRow, error] {
	return signedRows(ctx, s, e.Votes(ctx),
		func(v *ideas.Vote) community.MemberID { return v.MemberID },
		func(v *ideas.Vote, by string) sheetRow { return v.Sheet(by) })
}

// signedRows makes rows of pages, with the handles of those whose they are.
func signedRows[T any](ctx context.Context, s *Server, pages iter.Seq2[[]T, error], of func(T) community.MemberID, row func(T, string) sheetRow) iter.Seq2[[]sheetRow, error] {
	return func(yield func([]sheetRow, error) bool) {
		for found, err := range pages {
			if err != nil {
				yield(nil, err)
				return
			}
			ids := make([]community.MemberID, len(found))
			for n, one := range found {
				ids[n] = of(one)
			}
			people, err := s.parts.Roll.ByID(ctx, ids)
			if err != nil {
				yield(nil, err)
				return
			}
			rows := make([]sheetRow, len(found))
			for n, one := range found {
				handle := ""
				if m := people[ids[n]]; m != nil {
					handle = m.Handle
				}
				rows[n] = row(one, handle)
			}
			if !yield(rows, nil) {
				return
			}
		}
	}
}

// csv writes the table as RFC 4180 has it, for Excel with a byte order mark.
func (t *table) csv(mark bool) func(io.Writer) error {
	return func(w io.Writer) error {
		if mark {
			if _, err := io.WriteString(w, "\uFEFF"); err != nil {
				return err
			}
		}
		out := csv.NewWriter(w)
		out.UseCRLF = true
		if err := out.Write(t.columns); err != nil {
			return err
		}
		for page, err := range t.rows {
			if err != nil {
				return err
			}
			for _, row := range page {
				if err := out.Write(row.Cells()); err != nil {
					return err
				}
			}
			if out.Flush(); out.Error() != nil {
				return out.Error()
			}
		}
		out.Flush()
		return out.Error()
	}
}

// json writes the table as one array, a row in each line.
func (t *table) json(w io.Writer) error {
	out, before := bufio.NewWriter(w), "[\n"
	for page, err := range t.rows {
		if err != nil {
			return err
		}
		for _, row := range page {
			line, err := json.Marshal(row)
			if err != nil {
				return err
			}
			out.WriteString(before) // Flush tells of what failed
			out.Write(line)
			before = ",\n"
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	if before == "[\n" {
		out.WriteString("[")
	}
	out.WriteString("\n]\n")
	return out.Flush()
}

// paced gives the client a while for each write, however many there are.
type paced struct {
	io.Writer
	control *http.ResponseController
}

// Write writes within the time.
func (p paced) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(pageTime)) // not every writer has deadlines
	return p.Writer.Write(b)
}

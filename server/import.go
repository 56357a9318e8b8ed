package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"veche/imports"
)

type importCommand struct {
	StackExchange importStackExchange `cmd:"" name:"stackexchange" help:"A Stack Exchange data dump: a folder of XML files."`
	Ideas         importIdeas         `cmd:"" name:"ideas" help:"Ideas for a board: a table (CSV), or the feature requests of a Stack Exchange meta site."`
	Ruso          importRuso          `cmd:"" name:"ruso" help:"A JSONL archive of questions and answers."`
}

type importStackExchange struct {
	Dir   string `arg:"" type:"existingdir" help:"Folder with Users.xml, Posts.xml and so on."`
	Space string `required:"" help:"Slug of the space to bring it into; made if it is not there."`
}

type importRuso struct {
	Files []string `arg:"" type:"existingfile" help:"The archive's files."`
	Space string   `required:"" help:"Slug of the space to bring it into; made if it is not there."`
}

type importIdeas struct {
	Path  string `arg:"" type:"path" help:"A table in UTF-8, or with --from stackexchange the folder of a dump."`
	Board string `required:"" help:"Slug of the board to bring them to."`
	Space string `help:"Slug of the space in which the board is made if it is not there."`
	From  string `enum:"csv,stackexchange" default:"csv" help:"What the path is: csv or stackexchange."`
	Votes string `type:"existingfile" help:"A table of the votes for these ideas."`
}

// Run imports the ideas.
func (i importIdeas) Run(ctx context.Context, out io.Writer, c Config) error {
	if i.From == "stackexchange" && i.Votes != "" {
		return errors.New("a dump says nothing of who voted: --votes goes with a table")
	}
	return bring(ctx, out, c, i.Space, func(j *imports.Job) (*imports.Report, error) {
		if j.Board = i.Board; i.From == "stackexchange" {
			return j.IdeasOfStackExchange(ctx, i.Path)
		}
		return j.IdeasOfTable(ctx, i.Path, i.Votes)
	})
}

// Run imports the dump.
func (i importStackExchange) Run(ctx context.Context, out io.Writer, c Config) error {
	return bring(ctx, out, c, i.Space, func(j *imports.Job) (*imports.Report, error) { return j.StackExchange(ctx, i.Dir) })
}

// Run imports the archive.
func (i importRuso) Run(ctx context.Context, out io.Writer, c Config) error {
	return bring(ctx, out, c, i.Space, func(j *imports.Job) (*imports.Report, error) { return j.Ruso(ctx, i.Files...) })
}

func bring(ctx context.Context, out io.Writer, c Config, space string, run func(*imports.Job) (*imports.Report, error)) (err error) {
	p, err := Assemble(ctx, c, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	report, err := run(&imports.Job{Store: p.Store, Roll: p.Roll, Hall: p.Hall, Boards: p.Boards, Space: space, Progress: os.Stderr})
	if report != nil {
		fmt.Fprintln(out, report)
	}
	return err
}

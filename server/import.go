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
	report, err := run(&imports.Job{Store: p.Store, Roll: p.Roll, Hall: p.Hall, Space: space, Progress: os.Stderr})
	if report != nil {
		fmt.Fprintln(out, report)
	}
	return err
}

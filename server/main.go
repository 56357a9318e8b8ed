package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"veche/community"
	"veche/community/members"
)

// commands is the command line.
type commands struct {
	Config
	Serve  serveCommand  `cmd:"" default:"1" help:"Serve the community (what happens without a command)."`
	Member memberCommand `cmd:"" help:"Members, on the folder of a server that is stopped."`
	Import importCommand `cmd:"" help:"Bring a forum from elsewhere, on the folder of a server that is stopped."`
}

type serveCommand struct{}

type memberCommand struct {
	Create memberCreate `cmd:"" help:"Make a member: this is how the first owner comes to be."`
}

type memberCreate struct {
	Email    string         `required:"" help:"Address to sign in with."`
	Password string         `help:"Password, 10 characters or more; read from standard input if not given."`
	Handle   string         `required:"" help:"Unique short name."`
	Name     string         `required:"" help:"Name to show."`
	Role     community.Role `default:"member" help:"guest, member, moderator, admin or owner."`
}

// Main runs the command line and answers the process's exit code.
func Main(args []string, out, errs io.Writer) int {
	var c commands
	parser := kong.Must(&c, kong.Name("veche"), kong.Description("The backend of a company's community."),
		kong.Writers(out, errs), kong.UsageOnError())
	chosen, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	setLogger(c.LogLevel, errs)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen.BindTo(ctx, (*context.Context)(nil))
	chosen.BindTo(out, (*io.Writer)(nil))
	if err := chosen.Run(c.Config); err != nil {
		fmt.Fprintln(errs, "veche:", err)
		return 1
	}
	return 0
}

// gcPercent trades memory for processor time, unless GOGC says otherwise: what
// lives is mostly documents kept in memory on purpose, and what a request
// leaves behind is much by comparison.
const gcPercent = 300

func setLogger(level string, to io.Writer) {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // one of the enum's
	slog.SetDefault(slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: l})))
}

// Run serves.
func (serveCommand) Run(ctx context.Context, c Config) error { return Run(ctx, c) }

// readPassword takes a line: from a terminal after a prompt and without showing
// it.
func readPassword(in *os.File) (string, error) {
	if term.IsTerminal(int(in.Fd())) {
		fmt.Fprint(os.Stderr, "Password: ")
		password, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(os.Stderr)
		return string(password), err
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// Run makes the member.
func (m memberCreate) Run(ctx context.Context, out io.Writer, c Config) (err error) {
	if m.Password == "" {
		if m.Password, err = readPassword(os.Stdin); err != nil {
			return fmt.Errorf("read the password: %w", err)
		}
	}
	p, err := Assemble(ctx, c, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	made, err := p.Roll.Create(ctx, members.NewMember{Email: m.Email, Password: m.Password, Handle: m.Handle, Name: m.Name}, community.Role(strings.ToUpper(string(m.Role))))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s @%s %s\n", made.ID, made.Handle, made.Role)
	return err
}

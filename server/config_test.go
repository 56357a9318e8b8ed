package server_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"veche/server"
)

// Another test of this package may declare -update first: they mean the same.
func init() {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite what tests compare with")
	}
}

const readme = "../README.md"

// README's table stands between these lines.
const (
	tableBegins = "<!-- configuration -->\n"
	tableEnds   = "<!-- /configuration -->\n"
)

func TestReadmeTellsTheConfiguration(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(text), tableBegins)
	stands, after, closed := strings.Cut(rest, tableEnds)
	if !opened || !closed {
		t.Fatalf("README.md has no table between %q and %q", tableBegins, tableEnds)
	}
	table := configurationTable(t)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(readme, []byte(before+tableBegins+table+tableEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table, stands); diff != "" {
		t.Errorf("README.md does not tell what server.Config says (-config +README); go test ./server -run Configuration -update mends it:\n%s", diff)
	}
}

// configurationTable reads the tags of server.Config as the command line does.
func configurationTable(t *testing.T) string {
	t.Helper()
	parser, err := kong.New(&server.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| Variable | Flag | Default | What it is |\n|---|---|---|---|\n")
	for _, f := range parser.Model.Flags {
		if f.Name == "help" {
			continue
		}
		standard := ""
		if f.Default != "" {
			standard = "`" + f.Default + "`"
		}
		fmt.Fprintf(&table, "| `%s` | `--%s` | %s | %s |\n", strings.Join(f.Envs, "`, `"), f.Name, standard, f.Help)
	}
	return table.String()
}

func TestEverySettingHasAVariableAndAHelp(t *testing.T) {
	parser, err := kong.New(&server.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, f := range parser.Model.Flags {
		if f.Name == "help" {
			continue
		}
		want := "VECHE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if !cmp.Equal(f.Envs, []string{want}) {
			t.Errorf("--%s is set by %v, want %s", f.Name, f.Envs, want)
		}
		if f.Help == "" || !strings.HasSuffix(f.Help, ".") {
			t.Errorf("--%s: help is %q, want a sentence", f.Name, f.Help)
		}
		if slices.Contains(seen, f.Name) {
			t.Errorf("--%s is there twice", f.Name)
		}
		seen = append(seen, f.Name)
	}
}

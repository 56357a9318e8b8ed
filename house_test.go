package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The rules of the house, which CONTRIBUTING.md puts into words. A failure names
// the file, the line and the reason for the rule.

const module = "veche"

// floors are the rooms of the house from the top down. Code imports from floors
// below its own, and never from a room beside it. A room is a folder with all
// below it, unless a folder below has a line of its own; * is any domain.
var floors = [][]string{
	{"", "bench", "clients"},
	{"server"},
	{"imports"},
	{"resolvers"},
	{"graph", "dataloaders"},
	{"community/*"},
	{"community/text", "resolvers/wire"},
	{"community"},
	{"search"},
	{"live", "uploads"},
	{"store"},
}

// keeper says where alone a dependency may be imported.
type keeper struct {
	module string
	rooms  []string
	tests  bool // whether tests may import it anywhere
	why    string
}

// keepers are looked through in order; the first that fits an import decides.
var keepers = []keeper{
	{"go.mongodb.org/mongo-driver/v2/bson", []string{"store", "bench"}, false, "how documents are encoded is the store's business"},
	{"go.mongodb.org/mongo-driver", []string{"store/mongo"}, false, "both engines stand behind one contract, and nothing may know which it has"},
	{"github.com/minio/minio-go", []string{"uploads"}, false, "media go through the shelf, the same way for every S3"},
	{"github.com/gorilla", []string{"server/socket", "bench"}, true, "sockets are one transport behind gqlgen's seam; bench has it as the measure that they are held to"},
	{"github.com/99designs/gqlgen", []string{"graph", "resolvers", "server", "bench"}, false, "the community does not know that GraphQL is what it is asked in; bench has it bare as the measure"},
	{"github.com/blevesearch", []string{"search"}, false, "who looks for texts asks the index, whatever it is made of"},
	{"github.com/prometheus", []string{"server/observe"}, true, "who counts asks the lookout, which keeps clients' values out of labels"},
	{"go.opentelemetry.io", []string{"server/observe"}, true, "who traces asks the lookout, which keeps people's texts out of spans"},
	{"github.com/vektah/gqlparser", []string{"graph", "resolvers", "server", "bench"}, false, "the community does not know that GraphQL is what it is asked in; bench has it bare as the measure"},
}

// unshipped are for tests alone.
var unshipped = []string{"github.com/FerretDB/FerretDB", "github.com/nats-io/nats-server", module + "/store/storetest"}

// The measures of the house, in lines.
const (
	maxFile     = 500
	maxFunction = 80
	maxResolver = 15
	maxMain     = 19
)

// source is one Go file.
type source struct {
	path      string // from the module's root, with slashes
	dir       string
	test      bool
	generated bool
	lines     int
	fset      *token.FileSet
	syntax    *ast.File
}

func (s *source) complain(t *testing.T, at token.Pos, format string, args ...any) {
	t.Helper()
	t.Errorf("%s:%d: %s", s.path, s.fset.Position(at).Line, fmt.Sprintf(format, args...))
}

// hand are the files that people wrote.
func hand(t *testing.T) []*source {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(sources(t)), func(s *source) bool { return s.generated })
}

func sources(t *testing.T) []*source {
	t.Helper()
	found, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var parsed = sync.OnceValues(func() ([]*source, error) {
	packages, err := list("./...")
	if err != nil {
		return nil, err
	}
	top, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var found []*source
	for _, p := range packages {
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
			s, err := parse(top, filepath.Join(p.Dir, name))
			if err != nil {
				return nil, err
			}
			found = append(found, s)
		}
	}
	return found, nil
})

type listed struct {
	ImportPath, Dir                                              string
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
}

// list asks the go command for packages.
func list(args ...string) ([]listed, error) {
	command := exec.Command("go", append([]string{"list", "-json"}, args...)...)
	var failure bytes.Buffer
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %v: %w\n%s", args, err, &failure)
	}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the answer of go list: %w", err)
		}
		packages = append(packages, p)
	}
}

func parse(top, file string) (*source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	inside, err := filepath.Rel(top, file)
	if err != nil {
		return nil, err
	}
	s := &source{path: filepath.ToSlash(inside), lines: bytes.Count(text, []byte("\n")), fset: token.NewFileSet()}
	if s.dir = path.Dir(s.path); s.dir == "." {
		s.dir = ""
	}
	s.test = strings.HasSuffix(s.path, "_test.go")
	s.syntax, err = parser.ParseFile(s.fset, file, text, parser.ParseComments|parser.SkipObjectResolution)
	s.generated = err == nil && ast.IsGenerated(s.syntax)
	return s, err
}

// under says whether the place is the room or below it.
func under(place, room string) bool { return place == room || strings.HasPrefix(place, room+"/") }

// roomOf answers the room that a package is in and its floor; -1 for one that
// has none.
func roomOf(dir string) (room string, floor int) {
	for room = dir; room != "."; room = path.Dir(room) {
		for _, name := range []string{room, path.Dir(room) + "/*"} {
			for floor, rooms := range floors {
				if slices.Contains(rooms, name) {
					return room, floor
				}
			}
		}
	}
	return "", -1
}

func TestImportsRunDownward(t *testing.T) {
	for _, s := range sources(t) {
		room, floor := roomOf(s.dir)
		if floor < 0 {
			t.Errorf("%s:1: %s stands on no floor; give it one in house_test.go and docs/architecture.md", s.path, s.dir)
			continue
		}
		for _, spec := range s.syntax.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if name != module && !strings.HasPrefix(name, module+"/") {
				continue
			}
			to, below := roomOf(strings.TrimPrefix(strings.TrimPrefix(name, module), "/"))
			domains := floor == below && slices.Contains(floors[floor], "community/*")
			switch {
			case to == room, below > floor, domains && s.test:
			case domains:
				s.complain(t, spec.Pos(), "imports %s: a domain knows no other; let a consumer of the live log, or an interface, stand between them", name)
			default:
				s.complain(t, spec.Pos(), "imports %s: imports run downward only, or every change reaches everywhere", name)
			}
		}
	}
}

func TestDependenciesKeepToTheirPlace(t *testing.T) {
	for _, s := range sources(t) {
		for _, spec := range s.syntax.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			i := slices.IndexFunc(keepers, func(k keeper) bool { return under(name, k.module) })
			if i < 0 || s.test && keepers[i].tests {
				continue
			}
			if !slices.ContainsFunc(keepers[i].rooms, func(room string) bool { return under(s.dir, room) }) {
				s.complain(t, spec.Pos(), "imports %s, which is for %s alone: %s", name, strings.Join(keepers[i].rooms, ", "), keepers[i].why)
			}
		}
	}
}

func TestBinaryHoldsNoTestServers(t *testing.T) {
	packages, err := list("-deps", ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		for _, name := range unshipped {
			if under(p.ImportPath, name) {
				t.Errorf("main.go:1: the binary holds %s, which is for tests alone: go mod why %s says by whom", p.ImportPath, p.ImportPath)
			}
		}
	}
}

func TestEveryPackageHasOneDoc(t *testing.T) {
	docs, first := map[string][]string{}, map[string]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if first[s.dir] == "" {
			first[s.dir] = s.path
		}
		if s.syntax.Doc != nil {
			docs[s.dir] = append(docs[s.dir], s.path)
		}
	}
	for dir, file := range first {
		if n := len(docs[dir]); n != 1 {
			t.Errorf("%s:1: the package has %d docs %v; it must have one: what it is for, then its promises", file, n, docs[dir])
		}
	}
}

func TestExportedNamesHaveDocs(t *testing.T) {
	for _, s := range hand(t) {
		if s.test {
			continue
		}
		var before *ast.FuncDecl
		for _, declaration := range s.syntax.Decls {
			d, _ := declaration.(*ast.FuncDecl)
			if d != nil && before != nil && d.Name.Name == before.Name.Name && s.span(before.End(), d.Pos()) == 1 {
				before = d // one doc stands over a run of methods of one name
				continue
			}
			before = d
			for _, name := range undocumented(declaration) {
				s.complain(t, name.Pos(), "%s has no doc comment; who uses it should not have to read it", name.Name)
			}
		}
	}
}

// undocumented answers the exported names that neither they nor their group
// explain.
func undocumented(declaration ast.Decl) (names []*ast.Ident) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Names...)
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(name *ast.Ident) bool { return !name.IsExported() })
}

// receiver is the name of the type that the method is of.
func receiver(d *ast.FuncDecl) string {
	of := d.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, s := range hand(t) {
		limit := maxFile
		if s.path == "main.go" {
			limit = maxMain
		}
		if s.lines > limit {
			t.Errorf("%s:1: has %d lines, %d at most: split it by what it speaks of", s.path, s.lines, limit)
		}
		if s.test {
			continue
		}
		for _, declaration := range s.syntax.Decls {
			d, ok := declaration.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			if n := s.span(d.Pos(), d.End()) + 1; n > maxFunction {
				s.complain(t, d.Pos(), "%s has %d lines, %d at most: a reader holds no more", d.Name.Name, n, maxFunction)
			}
			if n := s.span(d.Body.Pos(), d.Body.End()) - 1; s.dir == "resolvers" && d.Recv != nil && n > maxResolver {
				s.complain(t, d.Pos(), "the body of %s has %d lines, %d at most: rules live in the community", d.Name.Name, n, maxResolver)
			}
		}
	}
}

// span is how many line ends lie between the two.
func (s *source) span(from, to token.Pos) int {
	return s.fset.Position(to).Line - s.fset.Position(from).Line
}

var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

func TestNothingIsLeftForLater(t *testing.T) {
	for _, s := range hand(t) {
		for _, group := range s.syntax.Comments {
			for _, comment := range group.List {
				if word := leftover.FindString(comment.Text); word != "" {
					s.complain(t, comment.Pos(), "%s: what is left to do stands in an issue, where somebody sees it", word)
				}
			}
		}
	}
}

// carried are the files that may put something into a context for the server:
// what passes through rooms that have no business with it.
var carried = []string{"store/once.go"}

func TestContextValuesAreTheServers(t *testing.T) {
	for _, s := range hand(t) {
		if s.test || slices.Contains(carried, s.path) || under(s.dir, "server") || s.dir == "resolvers" || s.dir == "dataloaders" {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || call.Sel.Name != "WithValue" {
				return true
			}
			if from, ok := call.X.(*ast.Ident); ok && from.Name == "context" {
				s.complain(t, n.Pos(), "context.WithValue below the resolvers: here the viewer is a plain argument, so that nobody can forget it")
			}
			return true
		})
	}
}

func TestGenerationIsFresh(t *testing.T) {
	if testing.Short() {
		t.Skip("generating takes some twenty seconds")
	}
	top := t.TempDir()
	copySources(t, top)
	command := exec.Command("go", "generate", "./graph")
	command.Dir = top
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go generate ./graph: %v\n%s", err, out)
	}
	fresh, committed := generated(t, top), generated(t, ".")
	for name := range fresh {
		if diff := cmp.Diff(strings.Split(committed[name], "\n"), strings.Split(fresh[name], "\n")); diff != "" {
			t.Errorf("graph/%s:1: is not what go generate ./graph makes of schema/ (-committed +fresh); generate and commit it:\n%.2000s", name, diff)
		}
	}
	for name := range committed {
		if _, ok := fresh[name]; !ok {
			t.Errorf("graph/%s:1: nothing generates it any more; remove it", name)
		}
	}
}

// copySources copies what generation reads, without what it makes.
func copySources(t *testing.T, to string) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || file == "." {
			return err
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "veche-data" {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, file), 0o755)
		}
		made := filepath.Dir(file) == "graph" && entry.Name() != "doc.go"
		if made || strings.HasSuffix(file, "_test.go") || !slices.Contains([]string{".go", ".graphqls", ".yml", ".mod", ".sum"}, filepath.Ext(file)) {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, file), text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// generated answers the generated files of graph/ by name.
func generated(t *testing.T, top string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(top, "graph", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) != "doc.go" {
			texts[filepath.Base(name)] = string(text)
		}
	}
	return texts
}

package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"veche/store/storetest/ferret"
)

// TestStories tells the stories of testdata/stories to a running server, over
// both engines. testdata/stories/README says how they are written.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for engine, fresh := range engines(ferret.StartReplicaSet(t).URI) {
		t.Run(engine, func(t *testing.T) {
			for _, file := range files {
				t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { tell(t, engine, file, fresh) })
			}
		})
	}
}

// evenSlow are the stories told over MongoDB with the race detector too.
var evenSlow = []string{"joining.txtar", "live.txtar", "reading.txtar", "spaces.txtar"}

// story is one that is being told.
type story struct {
	t     *testing.T
	house *house
	names *names
	ears  map[string]*ear
	// said is the operation whose answer has not been looked at.
	said *outcome
}

func tell(t *testing.T, engine, file string, fresh func(testing.TB) Config) {
	if !*update {
		t.Parallel()
	}
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	scene := heading(string(archive.Comment))
	if scene.only != "" && scene.only != engine {
		t.Skipf("told over %s only", scene.only)
	}
	if slow && engine != "sqlite" && !slices.Contains(evenSlow, filepath.Base(file)) {
		t.Skip("told over MongoDB without the race detector only: FerretDB takes ten times as long with it")
	}
	s := &story{t: t, house: open(t, fresh(t), scene.people...), ears: map[string]*ear{}}
	for _, space := range scene.spaces {
		s.house.build(space)
	}
	s.names = newNames(s.house)
	if *update {
		defer func() {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Error(err)
			}
		}()
	}
	for i := 0; i < len(archive.Files); i++ {
		i = s.tellSection(archive, i)
	}
	s.silence()
}

// scene is what a story's first lines say: who is there, which spaces are, and
// on which engine alone it is told.
type scene struct {
	people, spaces []string
	only           string
}

func heading(comment string) (s scene) {
	for line := range strings.Lines(comment) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "with":
			s.people = strings.Split(rest, ", ")
		case "in":
			s.spaces = strings.Split(rest, ", ")
		case "only":
			s.only, _, _ = strings.Cut(rest, ":")
		}
	}
	return s
}

// tellSection tells the section, with those that belong to it, and answers
// where the last of them stands.
func (s *story) tellSection(archive *txtar.Archive, i int) int {
	section := &archive.Files[i]
	title, _, _ := strings.Cut(section.Name, ": ")
	words := strings.Fields(title)
	switch {
	case len(words) == 2 && words[1] == "hears":
		s.hears(words[0], section)
		return i
	case title == "answer" || title == "variables":
		s.t.Fatalf("%s: there is nothing that it belongs to", section.Name)
	}
	var v vars
	if i+1 < len(archive.Files) && archive.Files[i+1].Name == "variables" {
		i++
		v = s.variables(archive.Files[i].Data)
	}
	operation := s.show(string(section.Data))
	if len(words) >= 4 && words[len(words)-2] == "as" {
		s.listens(words, operation, v)
		return i
	}
	s.said = s.house.ask(s.who(title), operation, v)
	if i+1 == len(archive.Files) || archive.Files[i+1].Name != "answer" {
		archive.Files = slices.Insert(archive.Files, i+1, txtar.File{Name: "answer"})
	}
	s.expect(section.Name, &archive.Files[i+1], s.told(heard{outcome: s.said}))
	time.Sleep(2 * time.Millisecond) // no two deeds at one instant: lists are ordered by time
	return i + 1
}

func (s *story) show(text string) string {
	s.t.Helper()
	shown, err := s.names.show(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return shown
}

func (s *story) variables(data []byte) vars {
	d := json.NewDecoder(strings.NewReader(s.show(string(data))))
	d.UseNumber()
	var v vars
	if err := d.Decode(&v); err != nil {
		s.t.Fatalf("variables %s: %v", data, err)
	}
	return v
}

// who is somebody by name, or by the name of a token.
func (s *story) who(name string) string {
	if token, ok := strings.CutPrefix(name, "$"); ok {
		return s.names.values[token]
	}
	return name
}

func (s *story) listens(words []string, operation string, v vars) {
	s.t.Helper()
	who, name, listen := s.who(words[0]), words[len(words)-1], s.house.listen
	readers := s.house.server.station.Readers()
	if slices.Contains(words, "SSE") {
		listen = s.house.listenSSE
	}
	ear, err := listen(who, operation, v)
	if err != nil {
		s.t.Fatal(err)
	}
	s.ears[name] = ear
	s.house.settled(ear, readers)
}

// settle is how long a thing may take that nobody waits for.
const settle = 50 * time.Millisecond

// settled waits until a subscription that was just asked for has begun, behind
// all that happened before: something has come of it, or there is one reader
// more than before.
func (h *house) settled(e *ear, readers int) {
	for range int(time.Second / settle) {
		counted := h.server.station.Readers() > readers
		time.Sleep(settle) // a reader counts while its rights are still looked up
		if counted || len(e.from) > 0 {
			return
		}
	}
}

// hears waits for as many events as the section has; to update, for all that
// come.
func (s *story) hears(name string, section *txtar.File) {
	ear, ok := s.ears[name]
	if !ok {
		s.t.Fatalf("nobody listens as %s", name)
	}
	var b strings.Builder
	if *update {
		for {
			got, ok := ear.hear(4 * settle)
			if !ok {
				break
			}
			b.WriteString(s.told(got))
		}
	} else {
		for range countEvents(section.Data) {
			got, ok := ear.hear(patience / 3)
			if !ok {
				b.WriteString("nothing more\n")
				break
			}
			b.WriteString(s.told(got))
		}
	}
	s.expect(section.Name, section, b.String())
}

// countEvents counts what is told in a section.
func countEvents(data []byte) int {
	n := 0
	for line := range bytes.Lines(data) {
		if !bytes.ContainsAny(line[:1], " }]\n") {
			n++
		}
	}
	return n
}

// told is something heard, as stories write it.
func (s *story) told(h heard) string {
	if h.outcome == nil {
		return h.end + "\n"
	}
	var b strings.Builder
	slices.SortFunc(h.Errors, func(a, b fault) int { return strings.Compare(a.String(), b.String()) })
	for _, f := range h.Errors {
		if !slices.Contains(codes, f.Extensions.Code) {
			s.t.Errorf("%q has the code %q, which is not of the list", f.Message, f.Extensions.Code)
		}
		fmt.Fprintf(&b, "! %s\n", f)
	}
	if len(h.Errors) == 0 || !nothing(read(h.Data)) {
		b.WriteString(layout(s.names.hide(h.Data)) + "\n")
	}
	return b.String()
}

// codes are all that an error may have.
var codes = []string{
	"BAD_INPUT", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "RATE_LIMITED", "TOO_COMPLEX", "UNAVAILABLE", "INTERNAL",
}

// nothing says whether an answer holds no data at all.
func nothing(data tree) bool {
	fields, _ := data.any.(map[string]any)
	for _, v := range fields {
		if v != nil {
			return false
		}
	}
	return true
}

func (s *story) expect(title string, section *txtar.File, got string) {
	if *update {
		section.Data = []byte(got)
		return
	}
	if diff := cmp.Diff(strings.TrimSpace(string(section.Data)), strings.TrimSpace(got)); diff != "" {
		s.t.Errorf("%s: (-want +got)\n%s", title, diff)
	}
}

// silence wants nothing to have been heard beyond what the story tells.
func (s *story) silence() {
	for name, ear := range s.ears {
		if got, ok := ear.hear(settle); ok {
			s.t.Errorf("%s also hears %s", name, s.told(got))
		}
	}
}

package text_test

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"veche/community/text"
)

// forumData is where real posts lie, outside the checkout.
const forumData = "../../../shared/data/forum"

// dataFiles finds real data; where it is absent the test is skipped, but not
// in CI.
func dataFiles(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(forumData, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no real data at %s/%s", forumData, pattern)
		}
		t.Skipf("no real data at %s/%s", forumData, pattern)
	}
	return files
}

// dumpRows reads one attribute of every row of a Stack Exchange dump.
func dumpRows(t *testing.T, file, attribute string, each func(string)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if row, ok := token.(xml.StartElement); ok {
			for _, a := range row.Attr {
				if a.Name.Local == attribute {
					each(a.Value)
				}
			}
		}
	}
}

// jsonRows reads one member of every object in a file of JSON lines.
func jsonRows(t *testing.T, file, member string, each func(string)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row map[string]any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if s, ok := row[member].(string); ok {
			each(s)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// words are the words of HTML that a reader sees.
func words(page string) []string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type == html.TextToken {
			b.WriteString(token.Data)
		} else if !strings.Contains(" a code em strong b i strike s sub sup del kbd ", " "+token.Data+" ") {
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// Posts of other forums are HTML. They keep all their words, but for a few in
// which those of HTML and of Markdown stand side by side.
func TestRealPosts(t *testing.T) {
	posts, changed := 0, 0
	check := func(body string) {
		if posts++; raceDetector && posts%10 > 0 {
			return
		}
		checked, err := text.Markdown("body", body, 0, 1<<20)
		if err != nil {
			t.Errorf("%.200q: %v", body, err)
		}
		rendered := text.Render(checked, nil)
		checkSafe(t, rendered.HTML)
		checkSanitised(t, rendered.HTML)
		if !slices.Equal(words(checked), words(rendered.HTML)) {
			changed++
		}
	}
	for _, file := range dataFiles(t, "stackexchange/*/Posts.xml") {
		dumpRows(t, file, "Body", check)
	}
	for _, file := range dataFiles(t, "ruso/*.jsonl") {
		jsonRows(t, file, "body_html", check)
	}
	if posts == 0 || changed*100 > posts {
		t.Errorf("%d of %d posts have other words", changed, posts)
	}
}

// Posts as people typed them: Markdown, with their emoji and mentions.
func TestRealMarkdown(t *testing.T) {
	posts := 0
	check := func(body string) {
		if posts++; raceDetector && posts%10 > 0 {
			return
		}
		rendered := text.Render(body, nil)
		checkSafe(t, rendered.HTML)
		checkSanitised(t, rendered.HTML)
		for _, key := range text.MentionKeys(body) {
			if _, again, err := text.Handle("handle", key); err != nil || again != key {
				t.Errorf("%q is mentioned, but no handle: %q, %v", key, again, err)
			}
		}
	}
	for _, file := range dataFiles(t, "stackexchange/*/Comments.xml") {
		dumpRows(t, file, "Text", check)
	}
	for _, file := range dataFiles(t, "stackexchange/*/PostHistory.xml") {
		dumpRows(t, file, "Text", check)
	}
	for _, file := range dataFiles(t, "taiga-ru-social/*.jsonl") {
		jsonRows(t, file, "text", check)
	}
	for _, file := range dataFiles(t, "../kb/opensource-guide/_articles/*/*.md") {
		article, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check(string(article))
	}
}

func TestRealTitles(t *testing.T) {
	check := func(title string) {
		if _, err := text.Line("title", title, 1, 300); err != nil {
			t.Errorf("%q: %v", title, err)
		}
		slug := text.Slug(title, text.MaxSlug)
		if err := text.CheckSlug("slug", slug); err != nil {
			t.Errorf("%q has the slug %q: %v", title, slug, err)
		}
	}
	for _, file := range dataFiles(t, "stackexchange/*/Posts.xml") {
		dumpRows(t, file, "Title", check)
	}
	for _, file := range dataFiles(t, "ruso/*.jsonl") {
		jsonRows(t, file, "title", check)
	}
}

func TestRealNames(t *testing.T) {
	check := func(name string) {
		made := text.HandleFrom(name)
		if handle, _, err := text.Handle("handle", made); err != nil || handle != made {
			t.Errorf("%q gives %q, but that gives %q, %v", name, made, handle, err)
		}
		if _, err := text.Line("name", name, 1, 60); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, file := range dataFiles(t, "stackexchange/*/Users.xml") {
		dumpRows(t, file, "DisplayName", check)
	}
	for _, file := range dataFiles(t, "ruso/*.jsonl") {
		jsonRows(t, file, "author", check)
	}
}

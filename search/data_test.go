package search_test

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"veche/live"
	"veche/search"
)

// shared answers the path of real data, or skips where it is absent.
func shared(t testing.TB, path string) string {
	t.Helper()
	path = filepath.Join("..", "..", "shared", "data", path)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the data are not there: %v", err)
		}
		t.Skipf("the data are not there: %v", err)
	}
	return path
}

var tag = regexp.MustCompile(`<[^>]*>`)

// dump reads the questions of a Stack Exchange dump, and which of them were
// closed as duplicates of which.
func dump(t testing.TB, site string) (questions []*paper, duplicates map[string][]string) {
	t.Helper()
	dir := shared(t, "forum/stackexchange/"+site)
	questions, duplicates = nil, map[string][]string{}
	rows(t, filepath.Join(dir, "Posts.xml"), func(row map[string]string) {
		if row["PostTypeId"] == "1" {
			questions = append(questions, &paper{ID: site + row["Id"], Place: "a", Title: row["Title"], Body: tag.ReplaceAllString(row["Body"], " ")})
		}
	})
	rows(t, filepath.Join(dir, "PostLinks.xml"), func(row map[string]string) {
		if row["LinkTypeId"] == "3" {
			duplicates[site+row["PostId"]] = append(duplicates[site+row["PostId"]], site+row["RelatedPostId"])
		}
	})
	return questions, duplicates
}

func rows(t testing.TB, path string, each func(map[string]string)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if err != nil {
			return
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "row" {
			row := map[string]string{}
			for _, a := range e.Attr {
				row[a.Name.Local] = a.Value
			}
			each(row)
		}
	}
}

// russian reads the questions of the Russian archive, and which others each
// speaks of.
func russian(t testing.TB) (questions []*paper, links map[string][]string) {
	t.Helper()
	link := regexp.MustCompile(`ru\.meta\.stackoverflow\.com/q(?:uestions)?/(\d+)`)
	links = map[string][]string{}
	for _, part := range []string{"1", "2"} {
		f, err := os.Open(shared(t, "forum/ruso/ru.meta.stackoverflow.com.posts-"+part+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for in := bufio.NewReader(f); ; {
			line, err := in.ReadString('\n')
			if err != nil {
				break
			}
			var row struct {
				ID    int    `json:"id"`
				Type  string `json:"type"`
				Title string `json:"title"`
				Body  string `json:"body_html"`
			}
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatal(err)
			}
			if row.Type != "question" {
				continue
			}
			p := &paper{ID: fmt.Sprint(row.ID), Place: "a", Title: row.Title, Body: tag.ReplaceAllString(row.Body, " ")}
			questions = append(questions, p)
			for _, m := range link.FindAllStringSubmatch(row.Body, -1) {
				links[p.ID] = append(links[p.ID], m[1])
			}
		}
	}
	return questions, links
}

// recall is of how many titles the similar ones have one that people named.
func recall(t *testing.T, x *search.Index, questions []*paper, named map[string][]string) (met, all int) {
	known := map[string]bool{}
	for _, q := range questions {
		known[q.ID] = true
	}
	for _, q := range questions {
		want := slices.DeleteFunc(slices.Clone(named[q.ID]), func(id string) bool { return !known[id] || id == q.ID })
		if len(want) == 0 {
			continue
		}
		all++
		hits, err := x.Similar(t.Context(), search.Query{Text: q.Title, Places: []string{"a"}, Limit: 6})
		if err != nil {
			t.Fatal(err)
		}
		hits = slices.DeleteFunc(hits, func(h search.Hit) bool { return h.ID == q.ID })
		hits = hits[:min(5, len(hits))]
		if slices.ContainsFunc(hits, func(h search.Hit) bool { return slices.Contains(want, h.ID) }) {
			met++
		}
	}
	return met, all
}

// TestSimilarMeetsDuplicates asks with the titles of questions that people
// closed as duplicates, for those of which they are.
func TestSimilarMeetsDuplicates(t *testing.T) {
	o := newOffice(t, live.Options{})
	var questions []*paper
	named := map[string][]string{}
	for _, site := range []string{"beer.stackexchange.com-2016-12", "french.meta.stackexchange.com-2021-09", "conlang.meta.stackexchange.com-2020-09"} {
		q, n := dump(t, site)
		questions = append(questions, q...)
		for id, of := range n {
			named[id] = of
		}
	}
	o.put(questions...)
	x, _ := o.run(t.TempDir())
	find(t, x, "beer", "a")
	met, all := recall(t, x, questions, named)
	t.Logf("%d questions, %d of %d duplicates have their original among the 5 similar", len(questions), met, all)
	if met*100 < all*25 { // the others share no rare word with it, in whatever form
		t.Error("that is less than one in four")
	}
}

// TestRussianRecall asks the archive with the titles in other words' forms, and
// for what its questions link to.
func TestRussianRecall(t *testing.T) {
	o := newOffice(t, live.Options{})
	questions, links := russian(t)
	o.put(questions...)
	x, _ := o.run(t.TempDir())
	find(t, x, "вопрос", "a")
	met, all := recall(t, x, questions, links)
	t.Logf("%d questions, %d of %d that link to others have one of these among the 5 similar", len(questions), met, all)
	shown, own := 0, 0
	for _, q := range questions {
		hits, err := x.Similar(t.Context(), search.Query{Text: bent(q.Title), Places: []string{"a"}, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		shown += len(hits)
		if slices.ContainsFunc(hits, func(h search.Hit) bool { return h.ID == q.ID }) {
			own++
		}
	}
	t.Logf("%d of %d titles in other forms find themselves; %.1f similar on average", own, len(questions), float64(shown)/float64(len(questions)))
	if own*100 < len(questions)*90 {
		t.Error("that is less than nine in ten")
	}
}

var endings = strings.NewReplacer("ния ", "нию ", "ние ", "ниями ", "ость ", "остью ", "ости ", "остей ", "ый ", "ого ", "ая ", "ую ",
	"ов ", "ами ", "ать ", "ает ", "ить ", "ил ", "ка ", "кой ", "ки ", "ку ", "ом ", "ах ")

// bent puts many of a title's words into another form.
func bent(title string) string { return strings.TrimSpace(endings.Replace(title + " ")) }

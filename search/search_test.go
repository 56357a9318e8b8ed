package search_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/live"
	"veche/search"
	"veche/store"
	"veche/store/sqlite"
)

// paper is a document of the tests' own domain.
type paper struct {
	ID    string   `bson:"_id"`
	Place string   `bson:"place"`
	Title string   `bson:"title"`
	Body  string   `bson:"body"`
	Tags  []string `bson:"tags"`
	Gone  bool     `bson:"gone"`
}

var papers = store.Define[paper]("papers")

var everything = store.Query{Where: []store.Cond{store.Between(store.IDField, "\x01", nil)}}

// office keeps papers and is a source of them.
type office struct {
	t     testing.TB
	store store.Store
	log   *live.Log
	// fail, if set, is what loading answers; all counts the reads of everything.
	fail atomic.Pointer[error]
	all  atomic.Int64
}

func newOffice(t testing.TB, o live.Options) *office {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "documents.db"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Ensure(t.Context(), papers.Spec()); err != nil {
		t.Fatal(err)
	}
	o.Poll = -1
	l, err := live.Open(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return &office{t: t, store: s, log: l}
}

func (o *office) Changed(ctx context.Context, found []*live.Entry) (changed []search.Document, gone []string, err error) {
	if f := o.fail.Load(); f != nil {
		return nil, nil, *f
	}
	for _, e := range found {
		p, err := papers.Get(ctx, o.store, e.About[0])
		if err != nil {
			return nil, nil, err
		}
		if p.Gone {
			gone = append(gone, p.ID)
		} else {
			changed = append(changed, p.document())
		}
	}
	return changed, gone, nil
}

func (o *office) All(ctx context.Context, after string) (out []search.Document, next string, err error) {
	o.all.Add(1)
	found, err := papers.Find(ctx, o.store, store.Query{Where: []store.Cond{store.Between(store.IDField, after+"\x01", nil)}, Limit: 100})
	if err != nil {
		return nil, "", err
	}
	for _, p := range found {
		if next = p.ID; !p.Gone {
			out = append(out, p.document())
		}
	}
	return out, next, nil
}

func (p *paper) document() search.Document {
	return search.Document{ID: p.ID, Kind: "paper", Place: p.Place, Title: p.Title, Body: p.Body, Tags: p.Tags}
}

// put keeps the papers as they are now and tells of each.
func (o *office) put(all ...*paper) {
	o.t.Helper()
	for len(all) > 0 {
		some := all[:min(len(all), 200)]
		all = all[len(some):]
		err := o.store.Do(context.Background(), func(tx store.Tx) error {
			for _, p := range some {
				if err := papers.Insert(context.Background(), tx, p); errors.Is(err, store.ErrExists) {
					_, err = papers.Update(context.Background(), tx, p.ID, func(old *paper) error { *old = *p; return nil })
					if err != nil {
						return err
					}
				} else if err != nil {
					return err
				}
				if err := o.log.Append(context.Background(), tx, live.Event{Stream: live.Stream("paper:" + p.ID), Kind: "put", About: []string{p.ID}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

// run has an index run until stop.
func (o *office) run(dir string) (x *search.Index, stop func()) {
	x = search.New(dir, o.log, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	o.t.Cleanup(stop)
	return x, stop
}

// find answers the ids that the text finds in the places; it waits for an index.
func find(t testing.TB, x *search.Index, text string, places ...string) []string {
	t.Helper()
	return ids(t, func() ([]search.Hit, error) {
		return x.Search(context.Background(), search.Query{Text: text, Places: places, Limit: 20})
	})
}

func similar(t testing.TB, x *search.Index, text string, places ...string) []string {
	t.Helper()
	return ids(t, func() ([]search.Hit, error) {
		return x.Similar(context.Background(), search.Query{Text: text, Places: places, Limit: 5})
	})
}

func ids(t testing.TB, ask func() ([]search.Hit, error)) (out []string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		hits, err := ask()
		if errors.Is(err, search.ErrUnavailable) && time.Now().Before(end) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			out = append(out, h.ID)
		}
		return out
	}
}

func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(strings.Join(want, " "), strings.Join(got, " ")); diff != "" {
		t.Errorf("%s finds (-want +got):\n%s", what, diff)
	}
}

func TestSearch(t *testing.T) {
	o := newOffice(t, live.Options{})
	o.put(
		&paper{ID: "dark", Place: "a", Title: "Сделайте тёмную тему", Body: "Вечером слепит глаза."},
		&paper{ID: "mail", Place: "a", Title: "Weekly digest by e-mail", Body: "Send what happened, with categories.", Tags: []string{"уведомления"}},
		&paper{ID: "lunch", Place: "a", Title: "Обеды в офисе", Body: "Про тему писем и рассылок: digest"},
		&paper{ID: "secret", Place: "b", Title: "Тёмная тема для бухгалтерии", Body: "digest"},
		&paper{ID: "code", Place: "a", Title: "Поддержка C++ и C#", Body: "Йод, ёлка, naïve café"},
	)
	x, _ := o.run(t.TempDir())
	for _, c := range []struct {
		text string
		want []string
	}{
		{"тёмная тема", []string{"dark"}},
		{"ТЕМНОЙ ТЕМОЙ", []string{"dark"}},
		{"тему", []string{"dark", "lunch"}}, // the title before the body
		{"categor", []string{"mail"}},       // still typing
		{"category", []string{"mail"}},
		{"email", []string{"mail"}},
		{"e-mail", []string{"mail"}},
		{"уведомление", []string{"mail"}}, // a tag
		{"digets", []string{"mail", "lunch"}},
		{"тёмная тёма вечером слепит", []string{"dark"}},
		{"обед бегемот жираф", []string{"lunch"}}, // some of them
		{"дайджест", nil},
		{"c++", []string{"code"}},
		{"c#", []string{"code"}},
		{"иод", nil}, // й is no и
		{"елка cafe", []string{"code"}},
		{"в и на", []string{"lunch", "code"}}, // nothing but common words: some of them
		{"", nil},
		{"?!", nil},
	} {
		same(t, c.text, find(t, x, c.text, "a"), c.want...)
	}
	same(t, "nobody's place", find(t, x, "тема"))
	same(t, "the other place", find(t, x, "тема", "b"), "secret")
	same(t, "a slip in the other place", find(t, x, "бухгалтрия", "a"))
	same(t, "both places", find(t, x, "темной", "a", "b"), "dark", "secret")
	other, err := x.Search(t.Context(), search.Query{Text: "тема", Places: []string{"a"}, Kinds: []string{"topic"}, Limit: 5})
	if err != nil || len(other) > 0 {
		t.Errorf("another kind finds %v, %v", other, err)
	}
}

// TestSimilar holds pairs that must meet against pairs that must not.
func TestSimilar(t *testing.T) {
	o := newOffice(t, live.Options{})
	titles := map[string]string{
		"dark":    "Сделайте тёмную тему",
		"letters": "Темы писем в рассылке",
		"parking": "Велопарковка у входа",
		"export":  "Export ideas to a spreadsheet",
		"mobile":  "Мобильное приложение",
		"dinner":  "Бесплатные обеды для сотрудников",
		"search":  "Search should understand typos",
		"login":   "Sign in with Telegram",
		"night":   "Dark mode",
		"english": "Курсы английского языка",
		"printer": "Починить принтер на третьем этаже",
		"days":    "Четырёхдневная рабочая неделя",
	}
	for id, title := range titles {
		o.put(&paper{ID: id, Place: "a", Title: title, Body: "Подробности в комментариях, please."})
	}
	o.put(&paper{ID: "hidden", Place: "b", Title: "Тёмная тема"})
	x, _ := o.run(t.TempDir())
	for _, c := range []struct{ title, want string }{
		{"Тёмная тема для приложения", "dark"},
		{"темная тема", "dark"},
		{"Добавьте, пожалуйста, возможность включить тёмную тему!", "dark"},
		{"Парковки для велосипедов", ""},
		{"велопарковки", "parking"},
		{"Exporting an idea into spreadsheets", "export"},
		{"Please add dark modes", "night"},
		{"Приложения для мобильных", "mobile"},
		{"Бесплатный обед сотруднику", "dinner"},
		{"Typos in searches", "search"},
		{"Signing in through Telegram", "login"},
		{"Курс английского", "english"},
		{"Принтер на 3 этаже сломан", "printer"},
		{"Перейти на четырехдневную неделю", "days"},
		{"Велопар", "parking"}, // still typing
		{"Тёмная тем", "dark"},
		{"Новый кофе-автомат", ""},
		{"Тема корпоратива", ""},
		{"Рабочее место у окна", ""},
		{"Free parking for guests", ""},
		{"Подробности", ""},
	} {
		got := similar(t, x, c.title, "a")
		if first := strings.Join(got[:min(1, len(got))], ""); first != c.want {
			t.Errorf("%s: meets %v, want %q first", c.title, got, c.want)
		} else if len(got) > 1 {
			t.Logf("%s: meets %v", c.title, got)
		}
	}
}

// TestIndexFollows changes and removes what is found.
func TestIndexFollows(t *testing.T) {
	o := newOffice(t, live.Options{})
	x, stop := o.run(t.TempDir())
	same(t, "nothing", find(t, x, "сосна", "a"))
	p := paper{ID: "p", Place: "a", Title: "Сосна"}
	one := p
	o.put(&one)
	same(t, "what was put", find(t, x, "сосны", "a"), "p")
	two := p
	two.Title = "Берёза"
	o.put(&two)
	same(t, "the old title", find(t, x, "сосна", "a"))
	same(t, "the new title", find(t, x, "березы", "a"), "p")
	three := two
	three.Place = "b"
	o.put(&three)
	same(t, "where it was", find(t, x, "береза", "a"))
	same(t, "where it is", find(t, x, "береза", "b"), "p")
	four := three
	four.Gone = true
	o.put(&four)
	same(t, "what is gone", find(t, x, "береза", "b"))
	if n := o.all.Load(); n != 1 {
		t.Errorf("everything was read %d times, want once", n)
	}
	stop()
	if _, err := x.Search(t.Context(), search.Query{Text: "береза", Places: []string{"b"}}); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("a closed index answers %v", err)
	}
}

func numbered(n int, place, title string) []*paper {
	out := make([]*paper, n)
	for i := range out {
		out[i] = &paper{ID: fmt.Sprintf("p%06d", i), Place: place, Title: fmt.Sprintf(title, i)}
	}
	return out
}

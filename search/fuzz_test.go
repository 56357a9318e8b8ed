package search_test

import (
	"testing"
	"time"

	"veche/live"
	"veche/search"
)

// FuzzQuery asks anything: there is an answer, it comes soon, and it is from the
// places that were named.
func FuzzQuery(f *testing.F) {
	o := newOffice(f, live.Options{})
	o.put(numbered(300, "a", "Сделайте тёмную тему для e-mail номер %d, please")...)
	o.put(&paper{ID: "secret", Place: "b", Title: "секретная тёмная тема", Body: "secret words c++ 東京"})
	x, _ := o.run(f.TempDir())
	find(f, x, "тема", "a")
	for _, text := range []string{"тёмная тема", "темнае тима", "e-mai", "c++", "東京", "*?~^\"+-:()[]{}\\/", "secret", "те", "\xff", "a OR b AND NOT c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		q := search.Query{Text: text, Places: []string{"a", "nowhere"}, Limit: 10}
		for _, ask := range []func() ([]search.Hit, error){
			func() ([]search.Hit, error) { return x.Search(t.Context(), q) },
			func() ([]search.Hit, error) { return x.Similar(t.Context(), q) },
		} {
			hits, err := ask()
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			for i, h := range hits {
				if h.ID == "secret" || i >= q.Limit || h.Score < 0 {
					t.Errorf("%q finds %v", text, hits)
				}
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q took %v", text, took)
		}
	})
}

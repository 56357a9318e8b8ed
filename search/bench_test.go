package search_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"veche/live"
	"veche/search"
)

// BenchmarkSimilar asks for what is like a title among many made of words that
// are as unevenly frequent as real ones.
func BenchmarkSimilar(b *testing.B) {
	bench(b, func(x *search.Index, text string, places []string) ([]search.Hit, error) {
		return x.Similar(b.Context(), search.Query{Text: text, Places: places, Limit: 5})
	})
}

// BenchmarkSearch asks for the same words, of which the last is unfinished and
// another has a slip.
func BenchmarkSearch(b *testing.B) {
	bench(b, func(x *search.Index, text string, places []string) ([]search.Hit, error) {
		r := []rune(text)
		r[1], r[2] = r[2], r[1]
		return x.Search(b.Context(), search.Query{Text: string(r[:len(r)-2]), Places: places, Limit: 20})
	})
}

func bench(b *testing.B, ask func(*search.Index, string, []string) ([]search.Hit, error)) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			o := newOffice(b, live.Options{})
			r := rand.New(rand.NewPCG(1, 2))
			zipf := rand.NewZipf(r, 1.1, 8, 40_000)
			title := func() string {
				out := make([]string, 4+r.IntN(6))
				for i := range out {
					out[i] = invented(zipf.Uint64())
				}
				return strings.Join(out, " ")
			}
			var places []string
			for i := range 50 {
				places = append(places, fmt.Sprint("board", i))
			}
			all := make([]*paper, n)
			for i := range all {
				all[i] = &paper{ID: fmt.Sprintf("p%06d", i), Place: places[i%len(places)], Title: title(), Body: title() + " " + title() + " " + title()}
			}
			o.put(all...)
			x, stop := o.run(b.TempDir())
			for len(find(b, x, all[0].Title, places...)) == 0 {
				continue
			}
			b.ResetTimer()
			for b.Loop() {
				if _, err := ask(x, all[r.IntN(n)].Title, places[:40]); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			stop()
		})
	}
}

// invented is a word of its own for each number.
func invented(n uint64) string {
	syllables := []string{"ба", "ко", "ми", "ру", "зе", "до", "на", "пи", "лу", "ге", "ша", "ви"}
	var b strings.Builder
	for n += 12; n > 0; n /= 12 {
		b.WriteString(syllables[n%12])
	}
	return b.String() + "к"
}

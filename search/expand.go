package search

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"
)

// What a word may stand for at most.
const (
	mostBegun   = 24    // words that begin with it
	mostSlipped = 12    // words that are like it
	mostLooked  = 4_000 // words of the index that are looked through for these
)

// begun answers the words of the field that begin so, the most frequent first.
func begun(r index.IndexReader, field, prefix string) ([]string, error) {
	if utf8.RuneCountInString(prefix) < 2 {
		return nil, nil // half of all words would do
	}
	d, err := r.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return nil, fmt.Errorf("look for words that begin so: %w", err)
	}
	return best(d, mostBegun)
}

// slipped answers the words of the field that the word may have been meant to
// be: one letter off, or two of a long word. The first letter is right.
func slipped(r index.IndexReader, field, term string) ([]string, error) {
	fuzzy, ok := r.(index.IndexReaderFuzzy)
	length := utf8.RuneCountInString(term)
	if !ok || length < 5 {
		return nil, nil
	}
	_, first := utf8.DecodeRuneInString(term)
	d, err := fuzzy.FieldDictFuzzy(field, term, 1+length/9, term[:first])
	if err != nil {
		return nil, fmt.Errorf("look for words that are alike: %w", err)
	}
	return best(d, mostSlipped)
}

// best answers the most frequent words, and of these that are as frequent the
// first.
func best(d index.FieldDict, most int) (out []string, err error) {
	var found []index.DictEntry
	for range mostLooked {
		e, err := d.Next()
		if err != nil {
			return nil, fmt.Errorf("look through words: %w", err)
		}
		if e == nil {
			break
		}
		found = append(found, *e)
	}
	slices.SortFunc(found, func(a, b index.DictEntry) int {
		return cmp.Or(cmp.Compare(a.EditDistance, b.EditDistance), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Term, b.Term))
	})
	for _, e := range found[:min(most, len(found))] {
		out = append(out, e.Term)
	}
	return out, d.Close()
}

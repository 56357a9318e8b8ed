package search

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// How much documents must share with a text to be like it.
const (
	candidates = 60  // how many are weighed
	inBody     = 0.5 // what a word counts that is in the body alone
	unknown    = 0.7 // what a word weighs that no document has, to one that one has
)

// likeness is the share of the text's weight that must be in a document: more
// than one of two words, and less of a long title, which says the same thing
// in more ways.
func likeness(words int) float64 { return min(max(0.69-0.07*float64(words), 0.3), 0.55) }

// Similar answers documents that are about what the question's text is about,
// the most alike first. A rare word weighs more than a frequent one, and words by
// which one asks weigh nothing.
func (x *Index) Similar(ctx context.Context, q Query) ([]Hit, error) {
	found := telling(asked(cut(q.Text)), mostWords, isIdle)
	if len(found) == 0 || len(q.Places) == 0 {
		return nil, nil
	}
	var out []Hit
	err := x.look(ctx, func(e *edition, r index.IndexReader) error {
		if err := finish(ctx, r, &found[len(found)-1]); err != nil {
			return err
		}
		needed, err := telltale(ctx, r, found)
		if err != nil {
			return err
		}
		hits, err := e.hits(ctx, q.within(anyOf(needed)), candidates)
		if err != nil {
			return err
		}
		out, err = alike(ctx, r, hits, found)
		return err
	})
	return out[:min(len(out), max(q.Limit, 0))], err
}

// finish takes the last word, if no document has it, for the most frequent one
// that begins so: it may not be typed to its end.
func finish(ctx context.Context, r index.IndexReader, last *word) error {
	weight, _, err := weigh(ctx, r, last.stem, nil)
	if err != nil || weight.known {
		return err
	}
	terms, err := begun(r, fieldTitleForms, last.form)
	if err == nil && len(terms) > 0 {
		*last = newWord(terms[0])
	}
	return err
}

// telltale answers the rarest of the words, as many as are needed for a document
// that has none of them to share too little, whatever it has of the others. So
// the many documents of a frequent word need not be looked at.
func telltale(ctx context.Context, r index.IndexReader, found []word) ([]word, error) {
	weights, total := map[string]float64{}, 0.0
	for _, w := range found {
		worth, _, err := weigh(ctx, r, w.stem, nil)
		if err != nil {
			return nil, err
		}
		weights[w.stem] = worth.weight
		total += worth.weight
	}
	sorted := slices.SortedStableFunc(slices.Values(found), func(a, b word) int { return cmp.Compare(weights[b.stem], weights[a.stem]) })
	rest := total
	for i, w := range sorted {
		if rest < likeness(len(found))*total {
			return sorted[:i], nil
		}
		rest -= weights[w.stem]
	}
	return sorted, nil
}

// anyOf finds documents that have any of the words.
func anyOf(found []word) query.Query {
	where := make([]query.Query, len(found))
	for i, w := range found {
		where[i] = bleve.NewDisjunctionQuery(term(fieldTitle, w.stem, 3), term(fieldTags, w.stem, 1), term(fieldBody, w.stem, 1))
	}
	return bleve.NewDisjunctionQuery(where...)
}

// alike keeps of the hits those that share enough with the words, and puts them
// in the order of that.
func alike(ctx context.Context, r index.IndexReader, hits []Hit, found []word) ([]Hit, error) {
	ids, place, err := inside(r, hits)
	if err != nil {
		return nil, err
	}
	shares, total := make([]float64, len(hits)), 0.0
	for _, w := range found {
		weight, in, err := weigh(ctx, r, w.stem, ids)
		if err != nil {
			return nil, err
		}
		total += weight.weight
		for i, part := range in {
			shares[place[i]] += weight.weight * part
		}
	}
	var out []Hit
	for i, h := range hits {
		if share := shares[i] / total; share >= likeness(len(found)) {
			out = append(out, Hit{ID: h.ID, Score: share})
		}
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return out, nil
}

// inside answers the index's own ids of the hits in its order, with their places
// among the hits. What was removed meanwhile is left out.
func inside(r index.IndexReader, hits []Hit) (ids []index.IndexInternalID, place []int, err error) {
	type at struct {
		id    index.IndexInternalID
		place int
	}
	var all []at
	for i, h := range hits {
		id, err := r.InternalID(h.ID)
		if err != nil {
			return nil, nil, fmt.Errorf("look up %s: %w", h.ID, err)
		}
		if id != nil {
			all = append(all, at{id, i})
		}
	}
	slices.SortFunc(all, func(a, b at) int { return bytes.Compare(a.id, b.id) })
	for _, a := range all {
		ids, place = append(ids, a.id), append(place, a.place)
	}
	return ids, place, nil
}

// worth is what a stem weighs, and whether any document has it.
type worth struct {
	weight float64
	known  bool
}

// weigh answers what the stem weighs, which is more the fewer documents have it,
// and how much of it each of the documents has.
func weigh(ctx context.Context, r index.IndexReader, stem string, ids []index.IndexInternalID) (w worth, in []float64, err error) {
	all, err := r.DocCount()
	if err != nil {
		return w, nil, fmt.Errorf("count documents: %w", err)
	}
	in, most := make([]float64, len(ids)), uint64(0)
	for _, field := range []struct {
		name   string
		counts float64
	}{{fieldTitle, 1}, {fieldTags, 1}, {fieldBody, inBody}} {
		n, err := mark(ctx, r, field.name, stem, ids, func(i int) { in[i] = max(in[i], field.counts) })
		if err != nil {
			return w, nil, err
		}
		most = max(most, n)
	}
	if most == 0 {
		return worth{weight: unknown * math.Log(1+float64(all))}, in, nil
	}
	return worth{math.Log(1 + float64(all)/float64(most)), true}, in, nil
}

// mark calls have for each of the documents that has the stem in the field, and
// answers how many there are in all.
func mark(ctx context.Context, r index.IndexReader, field, stem string, ids []index.IndexInternalID, have func(i int)) (uint64, error) {
	t, err := r.TermFieldReader(ctx, []byte(stem), field, false, false, false)
	if err != nil {
		return 0, fmt.Errorf("look up a word: %w", err)
	}
	defer t.Close()
	n := t.Count()
	for i := 0; i < len(ids) && n > 0; {
		d, err := t.Advance(ids[i], nil)
		if err != nil {
			return 0, fmt.Errorf("look up a word's documents: %w", err)
		}
		if d == nil {
			break
		}
		for i < len(ids) && bytes.Compare(ids[i], d.ID) < 0 {
			i++
		}
		if i < len(ids) && bytes.Equal(ids[i], d.ID) {
			have(i)
			i++
		}
	}
	return n, nil
}

package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// Bounds of one question.
const (
	longestText = 1_000 // bytes that are read of it
	mostWords   = 12    // words that count
	mostHits    = 200
)

// Query is a question.
type Query struct {
	// Text is what was typed; its last word may be unfinished.
	Text string
	// Kinds are what may be found; all if there are none.
	Kinds []string
	// Places are where: those that the viewer may see. Without any, nothing is
	// found.
	Places []string
	// Limit is the most hits, 200 at most.
	Limit int
}

// Hit is a document that was found.
type Hit struct {
	ID    string
	Score float64
}

// Search answers the documents that have all words of the question, the best
// first: a word in the title counts more than one in the body. If none has, it
// takes words for slips of others, and if that does not help either, it answers
// those that have some of them.
func (x *Index) Search(ctx context.Context, q Query) ([]Hit, error) {
	found := telling(asked(cut(q.Text)), mostWords, isCommon)
	if len(found) == 0 || len(q.Places) == 0 {
		return nil, nil
	}
	var hits []Hit
	err := x.look(ctx, func(e *edition, r index.IndexReader) error {
		for _, step := range []struct{ slips, any bool }{{}, {slips: true}, {slips: true, any: true}} {
			wanted, err := clauses(r, found, step.slips)
			if err != nil {
				return err
			}
			var of query.Query = bleve.NewConjunctionQuery(wanted...)
			if step.any {
				some := bleve.NewDisjunctionQuery(wanted...)
				some.SetMin(float64(1 + (len(wanted)-1)/3))
				of = some
			}
			if hits, err = e.hits(ctx, q.within(of), q.Limit); err != nil || len(hits) > 0 {
				return err
			}
		}
		return nil
	})
	return hits, err
}

func cut(text string) string { return text[:min(len(text), longestText)] }

// clauses answers for each word where it may stand.
func clauses(r index.IndexReader, found []word, slips bool) ([]query.Query, error) {
	out := make([]query.Query, len(found))
	for i, w := range found {
		where := []query.Query{
			term(fieldTitle, w.stem, 4), term(fieldTags, w.stem, 2), term(fieldBody, w.stem, 1),
			term(fieldTitleForms, w.form, 2), term(fieldBodyForms, w.form, 0.5),
		}
		for _, field := range []string{fieldTitleForms, fieldBodyForms} {
			if i == len(found)-1 {
				terms, err := begun(r, field, w.form)
				if err != nil {
					return nil, err
				}
				where = append(where, oneOf(field, terms, 1))
			}
			if slips {
				terms, err := slipped(r, field, w.form)
				if err != nil {
					return nil, err
				}
				where = append(where, oneOf(field, terms, 0.5))
			}
		}
		if slips {
			for _, field := range []string{fieldTitle, fieldBody} {
				terms, err := slipped(r, field, w.stem)
				if err != nil {
					return nil, err
				}
				where = append(where, oneOf(field, terms, 0.5))
			}
		}
		out[i] = bleve.NewDisjunctionQuery(where...)
	}
	return out, nil
}

func term(field, value string, boost float64) query.Query {
	t := bleve.NewTermQuery(value)
	t.SetField(field)
	t.SetBoost(boost)
	return t
}

// oneOf finds what has one of the terms; a title's count more.
func oneOf(field string, terms []string, boost float64) query.Query {
	if field == fieldTitle || field == fieldTitleForms {
		boost *= 4
	}
	where := make([]query.Query, len(terms))
	for i, t := range terms {
		where[i] = term(field, t, boost)
	}
	if len(where) == 0 {
		return bleve.NewMatchNoneQuery()
	}
	return bleve.NewDisjunctionQuery(where...)
}

// within keeps what is found to the kinds and places of the question, without
// counting for or against it.
func (q Query) within(of query.Query) query.Query {
	b := bleve.NewBooleanQuery()
	b.AddMust(of)
	filter := bleve.NewConjunctionQuery(oneOf(fieldPlace, q.Places, 1))
	if len(q.Kinds) > 0 {
		filter.AddQuery(oneOf(fieldKind, q.Kinds, 1))
	}
	b.AddFilter(filter)
	return b
}

// hits answers the best documents; of those that are as good, the latest.
func (e *edition) hits(ctx context.Context, of query.Query, limit int) ([]Hit, error) {
	req := bleve.NewSearchRequestOptions(of, min(limit, mostHits), 0, false)
	req.SortBy([]string{"-_score", "-" + fieldAt})
	found, err := e.index.SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out := make([]Hit, len(found.Hits))
	for i, h := range found.Hits {
		out[i] = Hit{ID: h.ID, Score: h.Score}
	}
	return out, nil
}

// rebuildAfter is how long a new index is believed, whatever questions fail on
// it: no question may have it built again and again.
const rebuildAfter = 10 * time.Minute

// look has fn search the index as it stands. What goes wrong there, a panic of
// bleve on a broken file too, is ErrUnavailable to who asked.
func (x *Index) look(ctx context.Context, fn func(*edition, index.IndexReader) error) error {
	if err := x.await(ctx); err != nil {
		return err
	}
	for {
		e := x.current()
		if e == nil {
			return ErrUnavailable
		}
		err := e.look(fn)
		switch {
		case errors.Is(err, errClosed):
			continue // another took its place
		case err == nil || ctx.Err() != nil:
			return err
		}
		slog.ErrorContext(ctx, "a search failed", "error", err)
		x.doubt(e, err)
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
}

// doubt has the edition built anew, unless it has just been.
func (x *Index) doubt(e *edition, why error) {
	x.mu.RLock()
	young := time.Since(x.built) < rebuildAfter
	x.mu.RUnlock()
	if !young {
		e.fail(fmt.Errorf("%w: %w", errBroken, why))
	}
}

var errClosed = errors.New("search: this edition is closed")

func (e *edition) look(fn func(*edition, index.IndexReader) error) (err error) {
	e.using.RLock()
	defer e.using.RUnlock()
	if e.closed {
		return errClosed
	}
	defer broken(&err)
	inside, err := e.index.Advanced()
	if err != nil {
		return fmt.Errorf("reach into the index: %w", err)
	}
	r, err := inside.Reader()
	if err != nil {
		return fmt.Errorf("read the index: %w", err)
	}
	defer r.Close()
	return fn(e, r)
}

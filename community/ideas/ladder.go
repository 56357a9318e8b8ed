package ideas

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"veche/store"
)

// A ranking is a board's ideas by their scores, of all time or of one period.
// Its ladder counts how many ideas have each score, so that a rank, which is one
// more than how many stand higher, is found without counting ideas: a rung
// counts those of rungSize neighbouring scores, and the ladder's top how many
// are on each rung.
//
// What is written is how counts differ and never a count, so that the order in
// which votes come does not matter.

// rungSize is how many neighbouring scores stand on one rung.
const rungSize = 64

// rung is one of a ladder, or its top.
type rung struct {
	ID string `bson:"_id"` // of the top: the ranking; of a rung: ranking/number
	// Counts is how many ideas have each of the rung's scores, the lowest first.
	Counts []int `bson:"counts,omitempty"`
	// Rungs are those that have any ideas, the lowest first. Of the top only.
	Rungs []crew `bson:"rungs,omitempty"`
	// Until is when nobody needs it any more: of the ladder of a period.
	Until *time.Time `bson:"until,omitempty"`
}

// crew is how many ideas stand on a rung.
type crew struct {
	Rung  int `bson:"rung"`
	Count int `bson:"count"`
}

var rungs = store.Define[rung]("rungs", store.On("until")).Near(store.IDField)

// place is where an idea stands: in which ranking, and with what score.
type place struct {
	ranking string
	score   int
	until   *time.Time
}

func rungOf(score int) int { return floorDiv(score, rungSize) }

func rungID(ranking string, number int) string { return ranking + "/" + strconv.Itoa(number) }

// climb moves an idea in the rankings from where it stood to where it stands.
func (a *Assembly) climb(ctx context.Context, tx store.Tx, was, is []place) error {
	for _, w := range was {
		i := slices.IndexFunc(is, func(p place) bool { return p.ranking == w.ranking })
		if i >= 0 && is[i].score == w.score {
			continue
		}
		if i < 0 {
			if err := a.step(ctx, tx, w, map[int]int{w.score: -1}); err != nil {
				return err
			}
		} else if err := a.step(ctx, tx, w, map[int]int{w.score: -1, is[i].score: 1}); err != nil {
			return err
		}
	}
	for _, p := range is {
		if !slices.ContainsFunc(was, func(w place) bool { return w.ranking == p.ranking }) {
			if err := a.step(ctx, tx, p, map[int]int{p.score: 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// step adds to the counts of the scores in one ranking, and to those of the
// rungs if an idea came to one or left it.
func (a *Assembly) step(ctx context.Context, tx store.Tx, in place, scores map[int]int) error {
	byRung, onRung := map[int]map[int]int{}, map[int]int{}
	for score, n := range scores {
		r := rungOf(score)
		if byRung[r] == nil {
			byRung[r] = map[int]int{}
		}
		byRung[r][score-r*rungSize] += n
		onRung[r] += n
	}
	for number, counts := range byRung {
		id := rungID(in.ranking, number)
		_, err := rungs.Upsert(ctx, tx, id, rung{ID: id, Until: in.until}, func(r *rung) error {
			return r.add(counts)
		})
		if err != nil {
			return fmt.Errorf("count on a rung: %w", err)
		}
	}
	if len(onRung) == 1 && len(scores) == 2 {
		return nil // from one score to another on the same rung
	}
	_, err := rungs.Upsert(ctx, tx, in.ranking, rung{ID: in.ranking, Until: in.until}, func(r *rung) error {
		for number, n := range onRung {
			r.man(number, n)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count on a ladder: %w", err)
	}
	return nil
}

func (r *rung) add(counts map[int]int) error {
	all := make([]int, rungSize) // a document that is inserted is changed no more
	copy(all, r.Counts)
	for offset, n := range counts {
		all[offset] += n
	}
	r.Counts = all
	return nil
}

func (r *rung) man(number, n int) {
	r.Rungs = slices.Clone(r.Rungs)
	i, found := slices.BinarySearchFunc(r.Rungs, number, func(c crew, number int) int { return c.Rung - number })
	if !found {
		r.Rungs = slices.Insert(r.Rungs, i, crew{Rung: number})
	}
	if r.Rungs[i].Count += n; r.Rungs[i].Count == 0 {
		r.Rungs = slices.Delete(r.Rungs, i, i+1)
	}
}

// above is how many ideas stand higher than the score.
func above(top, own *rung, score int) int {
	n, number := 0, rungOf(score)
	if top != nil {
		for _, c := range slices.Backward(top.Rungs) {
			if c.Rung <= number {
				break
			}
			n += c.Count
		}
	}
	if own != nil && len(own.Counts) == rungSize {
		for _, count := range own.Counts[score-number*rungSize+1:] {
			n += count
		}
	}
	return n
}

// Rank asks how high an idea stands in the ranking of a period.
type Rank struct {
	Idea   *Idea
	Period Period
}

// RanksOf answers for each idea that the ranking has how high it stands: 1 is the
// highest, and ideas of one score share a rank. It is one read for all.
func (a *Assembly) RanksOf(ctx context.Context, asked []Rank) (map[Rank]*int, error) {
	now := a.now()
	at := make(map[Rank]place, len(asked))
	var ids []string
	for _, r := range asked {
		p, ok := r.Idea.placeIn(r.Period, now)
		if !ok {
			continue
		}
		at[r] = p
		ids = append(ids, p.ranking, rungID(p.ranking, rungOf(p.score)))
	}
	slices.Sort(ids)
	found, err := rungs.GetMany(ctx, a.store, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("look up ranks: %w", err)
	}
	out := make(map[Rank]*int, len(at))
	for r, p := range at {
		rank := 1 + above(found[p.ranking], found[rungID(p.ranking, rungOf(p.score))], p.score)
		out[r] = &rank
	}
	return out, nil
}

// ForgetLadders removes those of periods that are over, some at once, and says
// how many rungs that were.
func (a *Assembly) ForgetLadders(ctx context.Context) (total int, err error) {
	for {
		old, err := rungs.Find(ctx, a.store, store.Query{
			Where: []store.Cond{store.Between("until", nil, a.now())}, Sort: []string{"until"}, Limit: 256,
		})
		if err != nil || len(old) == 0 {
			return total, err
		}
		err = a.store.Do(ctx, func(tx store.Tx) error {
			for _, r := range old {
				if err := rungs.Delete(ctx, tx, r.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, fmt.Errorf("forget ladders: %w", err)
		}
		total += len(old)
	}
}

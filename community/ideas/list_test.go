package ideas

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/community/forum"
)

// TestListsAreInOrder reads every list by every filter, both ways, and compares
// it with the ideas themselves, sorted.
func TestListsAreInOrder(t *testing.T) {
	w := newTown(t)
	b, other := w.boardIn(w.space(forum.Public)), w.boardIn(w.space(forum.Public))
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	w.now = func() time.Time { return now }
	random := rand.New(rand.NewPCG(1, 2))
	tags := []string{"кухня", "yard", "go"}
	shape := func(on *Board) func(int, *Idea) {
		return func(k int, i *Idea) {
			i.Score, i.CommentCount, i.Heat = random.IntN(20)-5, random.IntN(5), float64(random.IntN(9))
			i.Status = append(settable, Duplicate)[random.IntN(len(settable)+1)]
			i.StatusAt = i.CreatedAt.Add(time.Duration(random.IntN(1000)) * time.Millisecond)
			i.Tags = tags[:random.IntN(len(tags)+1)]
			i.Draft = random.IntN(10) == 0
			if random.IntN(10) == 0 {
				i.DeletedAt = &now
			}
			if at := now.AddDate(0, 0, -random.IntN(3)); random.IntN(3) > 0 {
				i.DayIn, i.DayScore = periodKey(on.ID, Day, at), random.IntN(4)-1
				i.WeekIn, i.WeekScore = periodKey(on.ID, Week, at), i.DayScore
				i.MonthIn, i.MonthScore = periodKey(on.ID, Month, at), i.DayScore*2
				i.QuarterIn, i.QuarterScore = periodKey(on.ID, Quarter, at), i.DayScore
				i.YearIn, i.YearScore = periodKey(on.ID, Year, at), i.DayScore
			}
		}
	}
	planted := w.plant(b, 150, shape(b))
	w.plant(other, 50, shape(other))
	for _, q := range everyQuery(b.ID) {
		t.Run(fmt.Sprint(q.Order, q.Period, q.status(), q.Tag != nil), func(t *testing.T) {
			want := naive(planted, q, now)
			if diff := gocmp.Diff(want, w.walk(t, q, false)); diff != "" {
				t.Errorf("forward (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(want, w.walk(t, q, true)); diff != "" {
				t.Errorf("back (-want +got):\n%s", diff)
			}
		})
	}
}

func everyQuery(board community.BoardID) (all []Query) {
	planned, yard := Planned, "Yard"
	for _, order := range []Order{Top, Trending, Newest, MostDiscussed} {
		for _, status := range []*Status{nil, &planned} {
			for _, tag := range []*string{nil, &yard} {
				all = append(all, Query{board, order, All, status, tag})
				for _, p := range spans {
					if order == Top {
						all = append(all, Query{board, order, p, status, tag})
					}
				}
			}
		}
	}
	return all
}

// naive is what the list should hold.
func naive(all []*Idea, q Query, now time.Time) []community.IdeaID {
	in := func(i *Idea) string {
		return map[Period]string{All: "", Day: i.DayIn, Week: i.WeekIn, Month: i.MonthIn, Quarter: i.QuarterIn, Year: i.YearIn}[q.Period]
	}
	found := filter(all, func(i *Idea) bool {
		return !i.Draft && !i.Deleted() && (q.Status == nil || i.Status == *q.Status) && (q.Tag == nil || i.tagged("yard")) &&
			(q.Period == All || in(i) == periodKey(q.BoardID, q.Period, now))
	})
	value := map[Order]func(*Idea) float64{
		Top: func(i *Idea) float64 {
			return float64(map[Period]int{All: i.Score, Day: i.DayScore, Week: i.WeekScore, Month: i.MonthScore, Quarter: i.QuarterScore, Year: i.YearScore}[q.Period])
		},
		Trending:      func(i *Idea) float64 { return i.Heat },
		Newest:        func(i *Idea) float64 { return float64(i.CreatedAt.UnixMilli()) },
		MostDiscussed: func(i *Idea) float64 { return float64(i.CommentCount) },
	}[q.Order]
	slices.SortFunc(found, func(a, b *Idea) int {
		return cmp.Or(cmp.Compare(value(b), value(a)), cmp.Compare(b.ID, a.ID))
	})
	out := []community.IdeaID{}
	for _, i := range found {
		out = append(out, i.ID)
	}
	return out
}

// walk reads the list page by page.
func (w town) walk(t *testing.T, q Query, back bool) []community.IdeaID {
	t.Helper()
	out, size := []community.IdeaID{}, 7
	p := community.Paging{First: &size}
	if back {
		p = community.Paging{Last: &size}
	}
	for range 1000 {
		page := must(w.Ideas(t.Context(), guest, q, p))(t)
		ids := []community.IdeaID{}
		for _, i := range page.Nodes() {
			ids = append(ids, i.ID)
		}
		more := page.PageInfo.HasNextPage
		if back {
			out, more, p.Before = append(ids, out...), page.PageInfo.HasPreviousPage, page.PageInfo.StartCursor
		} else {
			out, p.After = append(out, ids...), page.PageInfo.EndCursor
		}
		if !more {
			return out
		}
	}
	t.Fatal("the list has no end")
	return nil
}

// TestPagesLookAtSoMany has filters that few ideas pass: a page is short rather
// than dear, and none is missed.
func TestPagesLookAtSoMany(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	want := map[community.IdeaID]bool{}
	for _, i := range w.plant(b, 3*sight, func(k int, i *Idea) {
		if i.Tags = []string{"go"}; k%sight == 5 {
			i.Status = Planned
		}
	}) {
		if i.Status == Planned {
			want[i.ID] = true
		}
	}
	planned, tag := Planned, "go"
	q := Query{b.ID, Newest, All, &planned, &tag}
	page := must(w.Ideas(t.Context(), guest, q, community.Paging{}))(t)
	if len(page.Edges) >= len(want) || !page.PageInfo.HasNextPage || page.PageInfo.EndCursor == nil {
		t.Errorf("a page has %d ideas and %+v", len(page.Edges), page.PageInfo)
	}
	for _, back := range []bool{false, true} {
		got := w.walk(t, q, back)
		if len(got) != len(want) || !want[got[0]] || !want[got[1]] || !want[got[2]] {
			t.Errorf("back %v: got %v of %v", back, got, want)
		}
	}
}

// TestCursorsAreOfTheirList refuses a cursor of another order, filter or board.
func TestCursorsAreOfTheirList(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	other := w.boardIn(w.space(forum.Public))
	w.propose(b, anna, "go")
	queries := append(everyQuery(b.ID), everyQuery(other.ID)...)
	for k, q := range queries {
		page := must(w.Ideas(t.Context(), guest, Query{b.ID, Newest, All, nil, nil}, community.Paging{}))(t)
		_, err := w.Ideas(t.Context(), guest, q, community.Paging{After: page.PageInfo.EndCursor})
		if own := q.BoardID == b.ID && q.Order == Newest && q.Status == nil && q.Tag == nil; own {
			if err != nil {
				t.Errorf("query %d: %v", k, err)
			}
		} else {
			wants(t, fmt.Sprint("query ", k), err, community.KindBadInput)
		}
	}
}

// TestRoadmapShowsWhatIsToCome wants the columns, the latest first.
func TestRoadmapShowsWhatIsToCome(t *testing.T) {
	w := newTown(t)
	b := w.boardIn(w.space(forum.Public))
	first, second, done, declined := w.propose(b, anna), w.propose(b, anna), w.propose(b, anna), w.propose(b, anna)
	now := community.Now()
	w.now = func() time.Time { now = now.Add(time.Second); return now }
	for _, step := range []NewStatus{{IdeaID: second.ID, Status: Planned}, {IdeaID: first.ID, Status: Planned}, {IdeaID: done.ID, Status: Implemented}, {IdeaID: declined.ID, Status: Declined}} {
		must(w.SetStatus(t.Context(), vera, step))(t)
	}
	got := map[Status][]community.IdeaID{}
	for _, c := range must(w.Roadmap(t.Context(), guest, b.ID))(t).Columns {
		got[c.Status] = nil
		for _, i := range must(w.InColumn(t.Context(), c, community.Paging{}))(t).Nodes() {
			got[c.Status] = append(got[c.Status], i.ID)
		}
	}
	want := map[Status][]community.IdeaID{UnderReview: nil, Planned: {first.ID, second.ID}, InProgress: nil, Implemented: {done.ID}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

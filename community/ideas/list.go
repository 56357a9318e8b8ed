package ideas

import (
	"context"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Order is an order of lists of ideas.
type Order string

// The orders, each from the most to the least.
const (
	Top           Order = "TOP"            // by score, of all time or of a period
	Trending      Order = "TRENDING"       // by heat, see Idea.Heat
	Newest        Order = "NEWEST"         // by when they were published
	MostDiscussed Order = "MOST_DISCUSSED" // by comments
)

// Query asks for a list of ideas.
type Query struct {
	BoardID community.BoardID
	Order   Order
	// Period is the span of today whose votes order the list; ideas without any in
	// it are left out. Other orders than Top take All alone.
	Period Period
	Status *Status
	Tag    *string
}

// Idea answers an idea that the viewer may see.
func (a *Assembly) Idea(ctx context.Context, viewer community.Viewer, id community.IdeaID) (*Idea, error) {
	i, _, err := a.idea(ctx, a.store, viewer, id)
	return i, err
}

// Ideas lists the ideas of a board.
func (a *Assembly) Ideas(ctx context.Context, viewer community.Viewer, q Query, p community.Paging) (*community.Page[*Idea], error) {
	b, err := a.board(ctx, a.store, viewer, q.BoardID)
	if err != nil {
		return nil, err
	}
	tag, err := q.check()
	if err != nil {
		return nil, err
	}
	list, err := q.list(a.now())
	if err != nil {
		return nil, err
	}
	// An index finds the ideas of a status, or those with a tag; of both, and of
	// either in a period, the other ones are passed over.
	pass := func(i *Idea) bool {
		return i.Listed == string(q.BoardID) && (q.Status == nil || i.Status == *q.Status) && (tag == "" || i.tagged(tag))
	}
	if q.Period == All {
		if tag != "" {
			list.Query.Where = append(list.Query.Where, store.Eq("tags", tag))
		} else if q.Status != nil {
			list.Query.Where = append(list.Query.Where, store.Eq("status", *q.Status))
		}
	}
	list.Name = fmt.Sprintf("ideas %s %s %s #%s %s", q.BoardID, q.Order, q.Period, tag, q.status())
	if hidden, err := a.hiddenFrom(ctx, viewer, b); err != nil || hidden {
		if list.Find = none; err != nil {
			return nil, err
		}
		return list.Read(p)
	}
	return a.sifted(ctx, list, p, func(_ context.Context, found []*Idea) ([]*Idea, error) {
		return filter(found, pass), nil
	})
}

func (q *Query) check() (tag string, err error) {
	if q.Status != nil && !q.Status.Valid() {
		return "", community.BadInput("status", "There is no status %q.", *q.Status)
	}
	if q.Period != All && q.Order != Top {
		return "", community.BadInput("period", "Only the order TOP is told by periods.")
	}
	if q.Tag == nil {
		return "", nil
	}
	found, err := text.Tags("tag", []string{*q.Tag}, 1)
	if err != nil || len(found) != 1 {
		return "", community.BadInput("tag", "This is not a tag.")
	}
	return found[0], nil
}

func (q *Query) status() Status {
	if q.Status == nil {
		return ""
	}
	return *q.Status
}

// list is the order that was asked for, of the board's ideas; each is served by
// an index.
func (q *Query) list(now time.Time) (community.List[*Idea], error) {
	on := store.Eq("listed", q.BoardID)
	switch q.Order {
	case Top:
		if q.Period == All {
			return by(on, "score", func(i *Idea) any { return int64(i.Score) }), nil
		}
		in, score, counted := q.Period.fields()
		if in == "" {
			return community.List[*Idea]{}, community.BadInput("period", "There is no period %q.", q.Period)
		}
		return by(store.Eq(in, periodKey(q.BoardID, q.Period, now)), score, func(i *Idea) any { return int64(counted(i)) }), nil
	case Trending:
		return by(on, "heat", func(i *Idea) any { return i.Heat }), nil
	case Newest:
		return by(on, "createdAt", func(i *Idea) any { return i.CreatedAt }), nil
	case MostDiscussed:
		return by(on, "commentCount", func(i *Idea) any { return int64(i.CommentCount) }), nil
	}
	return community.List[*Idea]{}, community.BadInput("orderBy", "There is no order %q.", q.Order)
}

// by orders by one field, from the most to the least.
func by(where store.Cond, field string, value func(*Idea) any) community.List[*Idea] {
	return community.List[*Idea]{
		Like:  []any{value(&Idea{}), ""},
		Place: func(i *Idea) []any { return []any{value(i), string(i.ID)} },
		Query: store.Query{Where: []store.Cond{where}, Sort: []string{field}, Desc: true},
	}
}

// fields are where an idea keeps what it got in the period.
func (p Period) fields() (in, score string, counted func(*Idea) int) {
	switch p {
	case Day:
		return "dayIn", "dayScore", func(i *Idea) int { return i.DayScore }
	case Week:
		return "weekIn", "weekScore", func(i *Idea) int { return i.WeekScore }
	case Month:
		return "monthIn", "monthScore", func(i *Idea) int { return i.MonthScore }
	case Quarter:
		return "quarterIn", "quarterScore", func(i *Idea) int { return i.QuarterScore }
	case Year:
		return "yearIn", "yearScore", func(i *Idea) int { return i.YearScore }
	}
	return "", "", nil
}

// Column is the ideas of one status on a roadmap.
type Column struct {
	BoardID community.BoardID
	Status  Status
	hidden  bool // of a contest whose entries are not shown yet
}

// roadmap is the statuses that a roadmap shows, in their order.
var roadmap = []Status{UnderReview, Planned, InProgress, Implemented}

// Roadmap is what is to become of a board's ideas.
type Roadmap struct {
	BoardID community.BoardID
	Columns []Column
}

// Roadmap answers the columns of a board's roadmap.
func (a *Assembly) Roadmap(ctx context.Context, viewer community.Viewer, id community.BoardID) (*Roadmap, error) {
	b, err := a.board(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	hidden, err := a.hiddenFrom(ctx, viewer, b)
	if err != nil {
		return nil, err
	}
	r := &Roadmap{BoardID: id}
	for _, s := range roadmap {
		r.Columns = append(r.Columns, Column{id, s, hidden})
	}
	return r, nil
}

// InColumn lists the ideas in a column, those that came into it last first. Who
// has the column may see the board.
func (a *Assembly) InColumn(ctx context.Context, c Column, p community.Paging) (*community.Page[*Idea], error) {
	list := by(store.Eq("listed", c.BoardID), "statusAt", func(i *Idea) any { return i.StatusAt })
	list.Name = fmt.Sprintf("column %s %s", c.BoardID, c.Status)
	list.Query.Where = append(list.Query.Where, store.Eq("status", c.Status))
	list.Find = func(q store.Query) ([]*Idea, error) { return ideas.Find(ctx, a.store, q) }
	if c.hidden {
		list.Find = none
	}
	return list.Read(p)
}

package community

import (
	"slices"

	"veche/store"
)

// The sizes of pages.
const (
	DefaultPage = 20
	MaxPage     = 100
)

// Paging is a client's wish for a page: the first ones after a cursor, or the
// last ones before one.
type Paging struct {
	First  *int
	After  *Cursor
	Last   *int
	Before *Cursor
}

// Page is one page of a list: a Relay connection.
type Page[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
}

// Edge is one thing of a page with its place in the list.
type Edge[T any] struct {
	Node T
	list *List[T]
}

// Cursor is the thing's place. It is made when asked for: most pages show the
// things alone.
func (e Edge[T]) Cursor() Cursor { return NewCursor(e.list.Name, e.list.Place(e.Node)...) }

// PageInfo says what lies on either side of the page.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *Cursor
	EndCursor       *Cursor
}

// Nodes are the page's things without their cursors.
func (p *Page[T]) Nodes() []T {
	nodes := make([]T, len(p.Edges))
	for i, edge := range p.Edges {
		nodes[i] = edge.Node
	}
	return nodes
}

// List describes an ordered list to be paged: its name in cursors and the
// place of each thing in it.
type List[T any] struct {
	// Name tells this list's cursors from all others'. It holds what the list
	// was filtered by.
	Name string
	// Place answers the values of the query's Sort fields and the id.
	Place func(T) []any
	// Like is any place of the right shape, to check a cursor's values against.
	Like []any
	// Find reads documents; Query.Limit, After and Desc are filled in.
	Find func(store.Query) ([]T, error)
	// Query is the list's own order, from its first thing to its last.
	Query store.Query
}

// Read answers the page that p asks for, in the list's own order whichever
// side it is read from. It reads one document more than the page holds.
func (l List[T]) Read(p Paging) (*Page[T], error) {
	limit, backward, err := p.size()
	if err != nil {
		return nil, err
	}
	from, field := p.After, "after"
	q := l.Query
	if backward {
		from, field, q.Desc = p.Before, "before", !q.Desc
	}
	if from != nil {
		if q.After, err = from.Open(field, l.Name, l.Like...); err != nil {
			return nil, err
		}
	}
	q.Limit = limit + 1
	found, err := l.Find(q)
	if err != nil {
		return nil, err
	}
	more := len(found) > limit
	found = found[:min(len(found), limit)]
	if backward {
		slices.Reverse(found)
	}
	return l.page(found, from != nil, more, backward), nil
}

func (l List[T]) page(found []T, cut, more, backward bool) *Page[T] {
	page := &Page[T]{Edges: make([]Edge[T], len(found))}
	for i, thing := range found {
		page.Edges[i] = Edge[T]{thing, &l}
	}
	page.PageInfo.HasNextPage, page.PageInfo.HasPreviousPage = more, cut
	if backward {
		page.PageInfo.HasNextPage, page.PageInfo.HasPreviousPage = cut, more
	}
	if n := len(page.Edges); n > 0 {
		first, last := page.Edges[0].Cursor(), page.Edges[n-1].Cursor()
		page.PageInfo.StartCursor, page.PageInfo.EndCursor = &first, &last
	}
	return page
}

func (p Paging) size() (limit int, backward bool, err error) {
	switch {
	case p.First != nil && p.Last != nil:
		return 0, false, BadInput("last", "Ask for the first or for the last, not for both.")
	case p.After != nil && p.Before != nil:
		return 0, false, BadInput("before", "Give after or before, not both.")
	case p.Last != nil && p.After != nil:
		return 0, false, BadInput("after", "The last ones are counted back from a cursor before.")
	case p.Before != nil && p.Last == nil:
		return 0, false, BadInput("before", "A cursor before goes with last.")
	case p.Last != nil:
		return *p.Last, true, checkSize("last", *p.Last)
	case p.First != nil:
		return *p.First, false, checkSize("first", *p.First)
	}
	return DefaultPage, false, nil
}

// PageSize is how many things a list shows that has no pages: so many as asked
// for, or DefaultPage.
func PageSize(first *int) (int, error) {
	if first == nil {
		return DefaultPage, nil
	}
	return *first, checkSize("first", *first)
}

func checkSize(field string, n int) error {
	if n < 1 || n > MaxPage {
		return BadInput(field, "A page holds between 1 and %d.", MaxPage)
	}
	return nil
}

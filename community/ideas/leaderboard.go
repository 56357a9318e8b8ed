package ideas

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

// Leaderboard asks for the first ideas of a board by their scores.
type Leaderboard struct {
	BoardID community.BoardID
	Period  Period
	First   int
}

// LeaderboardEvent is what a leaderboard's subscriber gets.
type LeaderboardEvent interface{ IsLeaderboardEvent() }

type (
	// LeaderboardStanding is how the first ideas stand.
	LeaderboardStanding struct {
		Cursor  community.Cursor
		Entries []*LeaderboardEntry
	}
	// LeaderboardEntry is an idea in a standing.
	LeaderboardEntry struct {
		IdeaID      community.IdeaID
		Rank, Score int
	}
	// LeaderboardMoved is what changed among the first ideas since the reader was
	// last told.
	LeaderboardMoved struct {
		Cursor community.Cursor
		Moves  []*LeaderboardMove
	}
	// LeaderboardMove is how an idea stands now and stood before. One that is not
	// among the first any more has no rank and no score, and one that was not has no
	// previous rank.
	LeaderboardMove struct {
		IdeaID                    community.IdeaID
		Rank, PreviousRank, Score *int
	}
)

// IsLeaderboardEvent marks the events of leaderboards.
func (*LeaderboardStanding) IsLeaderboardEvent() {}
func (*LeaderboardMoved) IsLeaderboardEvent()    {}

// LeaderboardFeed is the first ideas of a board: how they stand, and then what
// moves, four times a second at most. A reader whose cursor names a standing that
// is remembered here gets what moved since; any other begins with how they stand.
func (a *Assembly) LeaderboardFeed(l Leaderboard, after *community.Cursor) (*community.Feed, *community.Cursor, error) {
	if _, err := community.PageSize(&l.First); err != nil {
		return nil, nil, err
	}
	q := Query{BoardID: l.BoardID, Order: Top, Period: l.Period}
	if _, err := q.list(a.now()); err != nil {
		return nil, nil, err
	}
	f := a.BoardFeed(l.BoardID)
	f.Stream = l.stream()
	f.Pace = podiumPace
	f.Open = func(wake func()) live.Source { return a.podiums.watch(a, l, wake) }
	f.Cursor = func(seq int64) community.Cursor { return community.NewCursor(string(f.Stream), a.podiums.house, seq) }
	f.Event = func(_ context.Context, _ community.Viewer, e *live.Entry) (any, error) {
		return leaderboardEvent(e, f.Cursor(e.Seq))
	}
	return f, a.podiums.place(f.Stream, after), nil
}

func (l Leaderboard) stream() live.Stream {
	return live.Stream(fmt.Sprintf("leaderboard:%s %s %d", l.BoardID, l.Period, l.First))
}

// place is where a reader begins who brings the cursor. One that is none of this
// list stays as it is: it is refused, but rights come first.
func (p *podiums) place(s live.Stream, after *community.Cursor) *community.Cursor {
	at := community.LiveCursor(s, 0)
	if after == nil {
		return &at
	}
	values, err := after.Open("after", string(s), "", int64(0))
	if err != nil {
		return after
	}
	if values[0] == p.house {
		at = community.LiveCursor(s, max(0, values[1].(int64)))
	}
	return &at
}

func leaderboardEvent(e *live.Entry, c community.Cursor) (LeaderboardEvent, error) {
	if e.Kind == unmoved {
		return nil, community.ErrNoEvent
	}
	found, err := read(e.About)
	if err != nil {
		return nil, err
	}
	if e.Kind == stood {
		told := &LeaderboardStanding{Cursor: c}
		for _, m := range found {
			told.Entries = append(told.Entries, &LeaderboardEntry{m.idea, m.rank, m.score})
		}
		return told, nil
	}
	told := &LeaderboardMoved{Cursor: c}
	for _, m := range found {
		move := &LeaderboardMove{IdeaID: m.idea}
		if m.rank > 0 {
			move.Rank, move.Score = &m.rank, &m.score
		}
		if m.was > 0 {
			move.PreviousRank = &m.was
		}
		told.Moves = append(told.Moves, move)
	}
	return told, nil
}

// podiums are those that somebody watches on this node.
type podiums struct {
	// house tells cursors of this node, since it started, from all others: how
	// things stood is not kept.
	house   string
	numbers atomic.Int64

	mu   sync.Mutex
	all  map[Leaderboard]*podium
	deaf map[*podium][]func() // each ends a listening
}

func newPodiums() *podiums {
	return &podiums{house: rand.Text(), all: map[Leaderboard]*podium{}, deaf: map[*podium][]func(){}}
}

// watch answers the podium of the leaderboard, the same for all who watch it.
func (p *podiums) watch(a *Assembly, l Leaderboard, wake func()) *glimpse {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen, ok := p.all[l]
	if !ok {
		seen = &podium{
			stream: l.stream(), now: a.now, number: func() int64 { return p.numbers.Add(1) },
			look:     func(ctx context.Context) ([]row, time.Time, error) { return a.first(ctx, l) },
			watchers: map[*glimpse]struct{}{},
		}
		p.all[l] = seen
		for _, s := range []live.Stream{community.Stream(l.BoardID), VotesOf(l.BoardID)} {
			p.deaf[seen] = append(p.deaf[seen], a.log.Hub().Listen(s, seen.hear))
		}
	}
	g := &glimpse{podium: seen, wake: wake}
	g.shut = func() { p.part(l, g) }
	seen.enter(g)
	return g
}

func (p *podiums) part(l Leaderboard, g *glimpse) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !g.leave(g) {
		return
	}
	for _, stop := range p.deaf[g.podium] {
		stop()
	}
	delete(p.deaf, g.podium)
	if p.all[l] == g.podium {
		delete(p.all, l)
	}
}

// first answers the first ideas of a leaderboard, in one read of an index, and
// when its period ends.
func (a *Assembly) first(ctx context.Context, l Leaderboard) (rows []row, until time.Time, err error) {
	now := a.now()
	list, err := (&Query{BoardID: l.BoardID, Order: Top, Period: l.Period}).list(now)
	if err != nil {
		return nil, until, err
	}
	list.Query.Limit = l.First
	found, err := ideas.Find(ctx, a.store, list.Query)
	if err != nil {
		return nil, until, fmt.Errorf("read a leaderboard: %w", err)
	}
	// An index may name an idea a moment after it moved; what moved it is heard of
	// next, and here it stands as it does already.
	found = slices.DeleteFunc(found, func(i *Idea) bool {
		at, ok := i.placeIn(l.Period, now)
		return !ok || at.ranking != l.ranking(now)
	})
	score := func(i *Idea) int { at, _ := i.placeIn(l.Period, now); return at.score }
	slices.SortFunc(found, func(a, b *Idea) int {
		return cmp.Or(cmp.Compare(score(b), score(a)), cmp.Compare(b.ID, a.ID))
	})
	return ranked(found, score), endOf(l.Period, now), nil
}

// ranking names the ranking of which these are the first at the time.
func (l Leaderboard) ranking(now time.Time) string {
	if l.Period == All {
		return string(l.BoardID)
	}
	return periodKey(l.BoardID, l.Period, now)
}

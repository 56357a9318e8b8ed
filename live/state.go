package live

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// States are things of which only the latest state matters, such as who is
// here: nothing of them is kept in the log, and a reader who was away gets how
// things stand, not how they came about.
type States struct {
	mu     sync.Mutex
	states map[Stream]*state
}

// state counts the changes of one thing that somebody watches.
type state struct {
	version  int64
	watchers map[*Glance]struct{}
}

// NewStates makes states of which nothing is watched yet.
func NewStates() *States { return &States{states: map[Stream]*state{}} }

// Changed wakes those who watch the thing.
func (s *States) Changed(of Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.states[of]
	if !ok {
		return
	}
	st.version++
	for g := range st.watchers {
		g.wake()
	}
}

// Glance is the latest state of a thing as a Source: one entry of kind Latest,
// numbered by how often the thing changed since somebody watches it.
type Glance struct {
	states *States
	of     Stream
	wake   func()
}

// Latest is the kind of the entry that a Glance answers.
const Latest Kind = "latest"

var _ Source = (*Glance)(nil)

// Glance watches the thing. wake must be quick and must not call the states.
func (s *States) Glance(of Stream, wake func()) *Glance {
	g := &Glance{s, of, wake}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.states[of] == nil {
		s.states[of] = &state{version: 1, watchers: map[*Glance]struct{}{}}
	}
	s.states[of].watchers[g] = struct{}{}
	return g
}

// Next answers the latest state, unless the reader has it.
func (g *Glance) Next(_ context.Context, at int64) ([]*Entry, time.Duration, error) {
	g.states.mu.Lock()
	defer g.states.mu.Unlock()
	st, ok := g.states.states[g.of]
	if !ok || st.version == at {
		return nil, 0, nil
	}
	return []*Entry{{ID: strconv.FormatInt(st.version, 10), Stream: g.of, Seq: st.version, Kind: Latest}}, 0, nil
}

// Check lets everybody in: there is nothing to miss.
func (g *Glance) Check(context.Context, int64) error { return nil }

// Head is before the first state, so that who comes is told how things stand.
func (g *Glance) Head(context.Context) (int64, error) { return 0, nil }

// Close ends the watch.
func (g *Glance) Close() {
	g.states.mu.Lock()
	defer g.states.mu.Unlock()
	st, ok := g.states.states[g.of]
	if !ok {
		return
	}
	if delete(st.watchers, g); len(st.watchers) == 0 {
		delete(g.states.states, g.of)
	}
}

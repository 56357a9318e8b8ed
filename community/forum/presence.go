package forum

import (
	"context"
	"slices"
	"sync"
	"time"

	"veche/community"
	"veche/live"
)

// How presence passes.
const (
	// grace is how long who left is still there, so that one who comes back at
	// once was never away.
	grace = 3 * time.Second
	// typingLasts is how long who types does so without saying it again.
	typingLasts = 6 * time.Second
	// presencePace is the least time between two tellings of how a topic stands.
	presencePace = 500 * time.Millisecond
	// MaxPresent is how many members a TopicPresence names.
	MaxPresent = 100
)

// TopicPresence is who has a topic open at a moment, and who of them types.
type TopicPresence struct {
	// HereCount counts members once each, and every reader who is none.
	HereCount int
	// Here and Writing are members by the age of their accounts, MaxPresent of
	// each at most; none for who may not see members.
	Here, Writing []community.MemberID
}

// presence knows who is where. Nothing of it is kept: it is in memory as long as
// somebody is there.
type presence struct {
	states  *live.States
	signals *live.Signals
	// listen hears of what happens in a topic.
	listen func(live.Stream, func(*live.Entry)) (stop func())

	mu    sync.Mutex
	rooms map[community.TopicID]*room
	hands map[community.MemberID]*hand
	// restless are the rooms in which something passes by itself.
	restless map[community.TopicID]*room
	// dirty are the rooms of which other nodes do not know yet how they stand by
	// now, and told is when they were last told of all.
	dirty map[community.TopicID]struct{}
	told  time.Time
	// sweep runs while there is anything that passes or is to be told.
	sweep *time.Timer
}

func newPresence(hub *live.Hub) *presence {
	p := &presence{
		states: live.NewStates(), signals: hub.Signals(), listen: hub.Listen,
		rooms: map[community.TopicID]*room{}, hands: map[community.MemberID]*hand{},
		restless: map[community.TopicID]*room{}, dirty: map[community.TopicID]struct{}{},
	}
	p.signals.Hear(presenceSignal, p.hear)
	return p
}

// presenceOf names what those watch who want to know who has the topic open.
func presenceOf(id community.TopicID) live.Stream { return live.Stream("presence:" + string(id)) }

// PresenceFeed is who has a topic open. Who reads it is there, unless hidden.
func (h *Hall) PresenceFeed(id community.TopicID, hidden bool) *community.Feed {
	stream := presenceOf(id)
	return &community.Feed{
		Stream: stream,
		Open:   func(wake func()) live.Source { return h.presence.states.Glance(stream, wake) },
		Admit:  h.TopicFeed(id).Admit,
		Event: func(_ context.Context, v community.Viewer, _ *live.Entry) (any, error) {
			return h.presence.seen(id, v), nil
		},
		State: true,
		Pace:  presencePace,
		Join: func(v community.Viewer) func(error) {
			switch {
			case hidden:
				return h.presence.hide(id)
			case v.IsMember():
				return h.presence.enter(id, v.ID)
			}
			return h.presence.enterGuest(id)
		},
	}
}

// seen is how the topic stands for the viewer.
func (p *presence) seen(id community.TopicID, v community.Viewer) *TopicPresence {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.rooms[id]
	if !ok {
		return &TopicPresence{}
	}
	here, typing, others := r.all()
	seen := &TopicPresence{HereCount: len(here) + others}
	if v.MayLook() == nil {
		seen.Here, seen.Writing = some(here), some(typing)
	}
	return seen
}

// some are the first of the members, in an order that is the same everywhere.
func some(ids map[community.MemberID]struct{}) []community.MemberID {
	all := make([]community.MemberID, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	slices.Sort(all)
	return all[:min(len(all), MaxPresent)]
}

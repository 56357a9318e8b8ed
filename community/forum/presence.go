package forum

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
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

// room is who has a topic open.
type room struct {
	topic community.TopicID
	here  map[community.MemberID]*stay
	// leaving is how many of those have no device here any more.
	leaving int
	guests  int
	// parting are guests who left and may come back, with when they are gone.
	parting []time.Time
	// unseen are readers who are not counted.
	unseen int
	typing map[community.MemberID]time.Time // until when
	// far is what other nodes told of the topic.
	far map[string]*report
	// typers is how many type, here and elsewhere.
	typers atomic.Int64
	// deaf ends the listening to the topic.
	deaf func()
}

// stay is a member who is here, on so many devices; on none, until it is gone.
type stay struct {
	devices int
	until   time.Time
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

// all are the members and those who type, on all nodes, and how many others
// there are.
func (r *room) all() (here, typing map[community.MemberID]struct{}, others int) {
	here, typing = map[community.MemberID]struct{}{}, map[community.MemberID]struct{}{}
	for id := range r.here {
		here[id] = struct{}{}
	}
	for id := range r.typing {
		typing[id] = struct{}{}
	}
	others = r.guests + len(r.parting)
	for _, n := range r.far {
		others += n.Others
		for _, id := range n.Here {
			here[id] = struct{}{}
		}
		for _, id := range n.Typing {
			typing[id] = struct{}{}
		}
	}
	return here, typing, others
}

// room is that of the topic, made if nobody was there. The presence is locked.
func (p *presence) room(id community.TopicID) *room {
	r, ok := p.rooms[id]
	if !ok {
		r = &room{topic: id, here: map[community.MemberID]*stay{}, typing: map[community.MemberID]time.Time{}, far: map[string]*report{}}
		// What is heard is heard in the hub's turn, and the hub is asked to listen
		// in the turn of the presence: so this must not wait for it.
		r.deaf = p.listen(community.Stream(id), func(e *live.Entry) {
			if e.Kind == PostAdded && r.typers.Load() > 0 {
				go p.wrote(r, community.MemberID(e.Actor))
			}
		})
		p.rooms[id] = r
		p.ask(id)
	}
	return r
}

// changed tells those who watch, and other nodes, that the room is not as it
// was. The presence is locked.
func (p *presence) changed(r *room) {
	p.dirty[r.topic] = struct{}{}
	p.shows(r)
}

// shows tells those who watch that the room is not as it was; a room where
// nobody is left is no more. The presence is locked.
func (p *presence) shows(r *room) {
	typers := len(r.typing)
	for _, told := range r.far {
		typers += len(told.Typing)
	}
	r.typers.Store(int64(typers))
	p.states.Changed(presenceOf(r.topic))
	p.tidy(r)
}

// tidy sees to it that the room ends when nobody is there, and what passes in it
// when its time has come. The presence is locked.
func (p *presence) tidy(r *room) {
	switch {
	case r.empty() && p.rooms[r.topic] == r:
		r.deaf()
		delete(p.rooms, r.topic)
		delete(p.restless, r.topic)
	case r.passing():
		p.restless[r.topic] = r
	}
	p.wake()
}

// empty says whether nobody is there, as far as this node is concerned.
func (r *room) empty() bool {
	return len(r.here) == 0 && r.guests == 0 && len(r.parting) == 0 && r.unseen == 0 && len(r.typing) == 0
}

// passing says whether there is anything that ends by itself.
func (r *room) passing() bool {
	return len(r.parting) > 0 || len(r.typing) > 0 || len(r.far) > 0 || r.leaving > 0
}

package forum

import (
	"sync/atomic"
	"time"

	"veche/community"
	"veche/live"
)

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

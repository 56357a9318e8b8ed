package forum

import (
	"encoding/json"
	"log/slog"
	"time"

	"veche/community"
)

// How nodes tell each other who is where.
const (
	presenceSignal = "presence"
	// retell is how often a node tells all of its rooms.
	retell = 5 * time.Second
	// silence is how long a node that is not heard is believed.
	silence = 15 * time.Second
	// reportLimit is how many members of a room a node names to others; beyond, a
	// member who is at two nodes counts twice.
	reportLimit = 1000
	// breath is how many rooms, and breathMembers about how many members, are in
	// one signal.
	breath        = 64
	breathMembers = 2000
)

// word is what one node says to all others.
type word struct {
	// Ask are topics of which it wants to know who is there.
	Ask   []community.TopicID `json:"a,omitempty"`
	Rooms []*report           `json:"r,omitempty"`
}

// ask has other nodes tell of a topic that is watched here from now on. The
// presence is locked.
func (p *presence) ask(id community.TopicID) {
	p.signals.Send(presenceSignal, word{Ask: []community.TopicID{id}})
}

// tellOthers tells of the rooms that changed, and now and then of all. The
// presence is locked.
func (p *presence) tellOthers(now time.Time) {
	defer clear(p.dirty)
	if !p.signals.Joined() {
		return
	}
	if now.Sub(p.told) >= retell {
		p.told = now
		for id, r := range p.rooms {
			if !r.empty() && r.report().any() {
				p.dirty[id] = struct{}{}
			}
		}
	}
	var w word
	members := 0
	for id := range p.dirty {
		told := &report{Topic: id} // of a room that is no more
		if r, ok := p.rooms[id]; ok {
			told = r.report()
		}
		w.Rooms = append(w.Rooms, told)
		members += len(told.Here)
		if len(w.Rooms) == breath || members > breathMembers {
			p.signals.Send(presenceSignal, w)
			w, members = word{}, 0
		}
	}
	if len(w.Rooms) > 0 {
		p.signals.Send(presenceSignal, w)
	}
}

// hear takes what another node says, or that it left.
func (p *presence) hear(from string, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if body == nil {
		for _, r := range p.rooms {
			if _, ok := r.far[from]; ok {
				delete(r.far, from)
				p.shows(r)
			}
		}
		return
	}
	var w word
	if err := json.Unmarshal(body, &w); err != nil {
		slog.Debug("another node's word was not understood", "error", err)
		return
	}
	for _, id := range w.Ask {
		if r, ok := p.rooms[id]; ok && r.report().any() {
			p.dirty[id] = struct{}{}
		}
	}
	for _, told := range w.Rooms {
		p.believe(from, told)
	}
	p.wake()
}

// believe takes another node's report of a topic that is watched here. The
// presence is locked.
func (p *presence) believe(from string, told *report) {
	r, ok := p.rooms[told.Topic]
	if !ok {
		return
	}
	before := r.far[from]
	told.heard = time.Now()
	if told.any() {
		r.far[from] = told
	} else {
		delete(r.far, from)
	}
	if !told.like(before) && (before != nil || told.any()) {
		p.shows(r)
	}
}

// forget drops what silent nodes told of the room, and says whether there was
// any. The presence is locked.
func (p *presence) forget(r *room, now time.Time) (any bool) {
	for node, told := range r.far {
		if now.Sub(told.heard) > silence {
			delete(r.far, node)
			any = true
		}
	}
	return any
}

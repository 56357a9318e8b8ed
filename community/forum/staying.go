package forum

import (
	"time"

	"veche/community"
)

// enter lets a member in with one more device. The answer is for when that
// device is gone: at once if there is a reason, else after grace.
func (p *presence) enter(id community.TopicID, who community.MemberID) (leave func(error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.room(id)
	s, ok := r.here[who]
	if !ok {
		s = &stay{}
		r.here[who] = s
		p.changed(r)
	} else if s.devices == 0 {
		r.leaving--
	}
	s.devices++
	return func(why error) { p.leave(r, who, s, why) }
}

// leave takes a device away. The room is there as long as one of its devices is.
func (p *presence) leave(r *room, who community.MemberID, s *stay, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.devices--; s.devices > 0 {
		return
	}
	if why == nil {
		s.until = time.Now().Add(grace)
		r.leaving++
		p.tidy(r)
		return
	}
	delete(r.here, who)
	p.drop(r, who)
	p.changed(r)
}

// enterGuest lets somebody in who has no name: perhaps one who just left.
func (p *presence) enterGuest(id community.TopicID) (leave func(error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.room(id)
	if r.guests++; len(r.parting) > 0 {
		r.parting = r.parting[:len(r.parting)-1]
	} else {
		p.changed(r)
	}
	return func(why error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.guests--; why == nil {
			r.parting = append(r.parting, time.Now().Add(grace))
			p.tidy(r)
			return
		}
		p.changed(r)
	}
}

// hide lets somebody look who is not counted.
func (p *presence) hide(id community.TopicID) (leave func(error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.room(id)
	r.unseen++
	return func(error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		r.unseen--
		p.tidy(r)
	}
}

// beat is how often is looked for what has passed: things end that much later
// at the most, and other nodes hear of them so.
const beat = 250 * time.Millisecond

// wake has the sweep run, as long as there is anything for it to do. The
// presence is locked.
func (p *presence) wake() {
	if p.sweep != nil {
		return
	}
	others := len(p.rooms) > 0 && p.signals.Joined()
	if others || len(p.restless) > 0 || len(p.hands) > 0 || len(p.dirty) > 0 {
		p.sweep = time.AfterFunc(beat, p.pass)
	}
}

// pass ends what has lasted long enough, and tells other nodes how things stand.
func (p *presence) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for id, r := range p.restless {
		far := p.forget(r, now)
		if here := p.expire(r, now); here {
			p.changed(r)
		} else if far {
			p.shows(r)
		}
		if !r.passing() {
			delete(p.restless, id)
		}
	}
	for who, h := range p.hands {
		if h.rests(now) {
			delete(p.hands, who)
		}
	}
	p.tellOthers(now)
	p.sweep = nil
	p.wake()
}

// expire ends what has passed in the room, and says whether that was anything.
func (p *presence) expire(r *room, now time.Time) (any bool) {
	if r.leaving > 0 {
		for who, s := range r.here {
			if s.devices == 0 && !now.Before(s.until) {
				delete(r.here, who)
				r.leaving--
				any = true
			}
		}
	}
	for len(r.parting) > 0 && !now.Before(r.parting[0]) {
		r.parting = r.parting[1:]
		any = true
	}
	for who, until := range r.typing {
		if !now.Before(until) {
			p.drop(r, who)
			any = true
		}
	}
	return any
}

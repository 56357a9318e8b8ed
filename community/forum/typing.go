package forum

import (
	"context"
	"time"

	"veche/community"
)

// What a member may say of typing.
const (
	// typingAgain is how long saying the same again is nothing new.
	typingAgain = time.Second
	// typingTurns is how often a member may begin to type within typingWindow;
	// more is heard and not told.
	typingTurns  = 10
	typingWindow = 10 * time.Second
)

// hand is where a member types, and how often they said so.
type hand struct {
	topic community.TopicID // where; empty when they do not
	// said is what they said last, and when.
	said struct {
		topic  community.TopicID
		typing bool
		at     time.Time
	}
	since time.Time // when turns were first counted
	turns int
}

// SetTyping says that the viewer writes something in the topic, or does not any
// more. It passes by itself, and with the viewer's post.
func (h *Hall) SetTyping(ctx context.Context, viewer community.Viewer, id community.TopicID, typing bool) error {
	if err := viewer.MayAct(); err != nil {
		return err
	}
	if h.presence.known(viewer.ID, id, typing) {
		return nil
	}
	t, s, err := h.topic(ctx, h.store, viewer, id)
	if err != nil {
		return err
	}
	if err := h.mayWrite(ctx, h.store, viewer, t, s); err != nil {
		return err
	}
	h.presence.types(id, viewer.ID, typing)
	return nil
}

// known says whether the member said the same a moment ago.
func (p *presence) known(who community.MemberID, id community.TopicID, typing bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.hands[who]
	return ok && h.said.topic == id && h.said.typing == typing && typing == (h.topic == id) && time.Since(h.said.at) < typingAgain
}

// types has the member begin, go on or stop. Who types in one topic does so in
// no other.
func (p *presence) types(id community.TopicID, who community.MemberID, typing bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.hands[who]
	if !ok {
		h = &hand{}
		p.hands[who] = h
	}
	now := time.Now()
	h.said.topic, h.said.typing, h.said.at = id, typing, now
	goesOn := typing && h.topic == id
	if r := p.rooms[h.topic]; r != nil && !goesOn && (typing || h.topic == id) {
		p.drop(r, who)
		p.changed(r)
	}
	switch {
	case goesOn:
		p.rooms[id].typing[who] = now.Add(typingLasts)
	case typing && h.may(now):
		h.topic = id
		r := p.room(id)
		r.typing[who] = now.Add(typingLasts)
		p.changed(r)
	}
	p.wake()
}

// drop ends that the member types in the room, and says whether they did. The
// presence is locked.
func (p *presence) drop(r *room, who community.MemberID) bool {
	_, typed := r.typing[who]
	delete(r.typing, who)
	if h := p.hands[who]; h != nil && h.topic == r.topic {
		h.topic = ""
	}
	return typed
}

// wrote ends that the member types: the post is there.
func (p *presence) wrote(r *room, who community.MemberID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drop(r, who) {
		p.changed(r)
	}
	if r.wroteElsewhere(who) {
		p.shows(r)
	}
}

// may says whether the member may begin to type once more.
func (h *hand) may(now time.Time) bool {
	if now.Sub(h.since) > typingWindow {
		h.since, h.turns = now, 0
	}
	h.turns++
	return h.turns <= typingTurns
}

// rests says whether nothing is to be remembered of the member.
func (h *hand) rests(now time.Time) bool {
	return h.topic == "" && now.Sub(h.said.at) > typingWindow
}

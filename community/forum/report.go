package forum

import (
	"slices"
	"time"

	"veche/community"
)

// report is what one node knows of one topic.
type report struct {
	Topic  community.TopicID    `json:"t"`
	Others int                  `json:"o,omitempty"` // who is here without a name
	Here   []community.MemberID `json:"h,omitempty"`
	Typing []community.MemberID `json:"w,omitempty"`

	heard time.Time
}

// report is what this node tells of the room.
func (r *room) report() *report {
	told := &report{Topic: r.topic, Others: r.guests + len(r.parting)}
	for who := range r.here {
		if len(told.Here) < reportLimit {
			told.Here = append(told.Here, who)
		} else {
			told.Others++
		}
	}
	for who := range r.typing {
		if len(told.Typing) < MaxPresent {
			told.Typing = append(told.Typing, who)
		}
	}
	slices.Sort(told.Here)
	slices.Sort(told.Typing)
	return told
}

// any says whether the report tells of anybody.
func (n *report) any() bool { return n.Others > 0 || len(n.Here) > 0 || len(n.Typing) > 0 }

// like says whether both tell the same.
func (n *report) like(other *report) bool {
	return other != nil && n.Others == other.Others && slices.Equal(n.Here, other.Here) && slices.Equal(n.Typing, other.Typing)
}

// wroteElsewhere ends that a member types at another node, until that says so
// itself.
func (r *room) wroteElsewhere(who community.MemberID) (any bool) {
	for _, told := range r.far {
		before := len(told.Typing)
		told.Typing = slices.DeleteFunc(told.Typing, func(id community.MemberID) bool { return id == who })
		any = any || len(told.Typing) < before
	}
	return any
}

package ideas

import (
	"context"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// carryTalk takes what was said about a merged idea to where that went, behind
// its votes, as far as there is room: used is how much of it they took. Posts
// that went are no longer found where they were, so that it goes on from there
// however often it is begun.
func (a *Assembly) carryTalk(ctx context.Context, tx store.Tx, i *Idea, used, room int) (int, error) {
	more := used >= room
	if !more {
		into, err := a.lastOf(ctx, tx, i)
		if err != nil {
			return used, err
		}
		n, rest, err := a.comments.CarryTalk(ctx, tx, i.TopicID, into.TopicID, heading(i), room-used)
		if err != nil {
			return used, err
		}
		used, more = used+n, rest
	}
	if !more {
		return used, nil
	}
	return used, a.leaveDue(ctx, tx, i, "")
}

// heading stands over the idea's text where it went.
func heading(i *Idea) community.Talk {
	body := "**" + marks.Replace(i.Title) + "**"
	return community.Talk{Body: body, HTML: text.Render(body, nil).HTML}
}

package forum

import (
	"context"
	"fmt"
	"strings"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Activity counts what a member wrote. It is derived from the log by a consumer
// and so follows the deeds by a moment.
type Activity struct {
	ID community.MemberID `bson:"_id"`
	// Topics counts the topics that the member opened.
	Topics int `bson:"topics"`
	// Posts counts the member's posts that are not deleted, openings aside.
	Posts int `bson:"posts"`
}

var activities = store.Define[Activity]("activities")

// Consumers are what derives things from the log for the forum.
func (h *Hall) Consumers() []live.Consumer {
	return []live.Consumer{{Name: "forum.activity", Handle: h.countActivity}}
}

// countActivity sums up what the entries add for each member, and writes each
// member once.
func (h *Hall) countActivity(ctx context.Context, tx store.Tx, found []*live.Entry) error {
	added := map[community.MemberID]Activity{}
	for _, e := range found {
		if !strings.HasPrefix(string(e.Stream), "topic:") {
			continue // the space's stream tells the same once more
		}
		who, more, err := h.activityOf(ctx, tx, e)
		if err != nil {
			return err
		}
		sum := added[who]
		added[who] = Activity{Topics: sum.Topics + more.Topics, Posts: sum.Posts + more.Posts}
	}
	for who, more := range added {
		if more == (Activity{}) {
			continue
		}
		_, err := activities.Upsert(ctx, tx, string(who), Activity{ID: who}, func(a *Activity) error {
			a.Topics += more.Topics
			a.Posts += more.Posts
			return nil
		})
		if err != nil {
			return fmt.Errorf("count the activity of %s: %w", who, err)
		}
	}
	return nil
}

// activityOf is whom an entry counts for, and how much: for a post its author,
// whoever deleted it.
func (h *Hall) activityOf(ctx context.Context, tx store.Tx, e *live.Entry) (community.MemberID, Activity, error) {
	posted := 0
	switch e.Kind {
	case TopicAdded:
		return community.MemberID(e.Actor), Activity{Topics: 1}, nil
	case PostAdded:
		if len(e.About) > 1 { // carried from another topic, where it was counted
			return "", Activity{}, nil
		}
		return community.MemberID(e.Actor), Activity{Posts: 1}, nil
	case PostDeleted:
		posted = -1
	case PostRestored:
		posted = 1
	default:
		return "", Activity{}, nil
	}
	p, err := posts.Get(ctx, tx, e.About[0])
	if err != nil {
		return "", Activity{}, fmt.Errorf("look up the post of an entry: %w", err)
	}
	return p.AuthorID, Activity{Posts: posted}, nil
}

// ActivityOf answers what the members wrote, in one read.
func (h *Hall) ActivityOf(ctx context.Context, ids []community.MemberID) (map[community.MemberID]*Activity, error) {
	found, err := activities.GetMany(ctx, h.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up activity: %w", err)
	}
	out := make(map[community.MemberID]*Activity, len(ids))
	for _, id := range ids {
		if out[id] = found[string(id)]; out[id] == nil {
			out[id] = &Activity{ID: id}
		}
	}
	return out, nil
}

// Package forum is where members talk: spaces with their rights, topics in
// them, posts in topics, and what readers do with these: react, accept an
// answer, vote in polls, watch, bookmark, read.
//
// Promises:
//
//   - A thing in a space that the viewer may not see answers NOT_FOUND, like a
//     thing that never was; no list, count or event shows it.
//   - Counts on documents (posts, participants, reactions, votes, topics,
//     members) change in the same commit as what they count.
//   - The posts of a topic are numbered from 1 in the order in which they were
//     written; the topic's own text is its post number 0, the opening.
//   - Every deed appends to the log of the place in the same commit.
package forum

import (
	"context"
	"fmt"

	"veche/community"
	"veche/live"
	"veche/store"
)

// People is what the forum asks about members, whose roll it does not keep.
type People interface {
	// Mentioned answers the members behind handle keys; keys of nobody are left
	// out.
	Mentioned(ctx context.Context, keys []string) (map[string]community.Mention, error)
	// Known answers NOT_FOUND for an id that is no member's.
	Known(ctx context.Context, id community.MemberID) error
}

// Hall is the forum.
type Hall struct {
	store  store.Store
	log    *live.Log
	people People
	now    community.Clock
	// presence is who has which topic open now.
	presence *presence
}

// New makes the forum's collections ready.
func New(ctx context.Context, s store.Store, log *live.Log, people People, now community.Clock) (*Hall, error) {
	if now == nil {
		now = community.Now
	}
	err := s.Ensure(ctx, spaces.Spec(), seats.Spec(), topics.Spec(), posts.Spec(), revisions.Spec(), traces.Spec(),
		watches.Spec(), bookmarks.Spec(), polls.Spec(), ballots.Spec(), activities.Spec())
	if err != nil {
		return nil, fmt.Errorf("open the forum: %w", err)
	}
	return &Hall{store: s, log: log, people: people, now: now, presence: newPresence(log.Hub())}, nil
}

// pair is the id of a document that stands between two things, such as a
// member's reaction to a post. Those of one left hand lie together.
func pair[A, B ~string](a A, b B) string { return string(a) + "/" + string(b) }

// pairsOf is the condition for all documents of one left hand.
func pairsOf[A ~string](a A) store.Cond {
	return store.Between(store.IDField, string(a)+"/", string(a)+"0") // "0" follows "/"
}

// pairs are the ids of what stands between each left hand and one right hand.
func pairs[A, B ~string](left []A, right B) []string {
	out := make([]string, len(left))
	for i, a := range left {
		out[i] = pair(a, right)
	}
	return out
}

// event is an entry for the log in the making.
func event[ID ~string](place ID, kind live.Kind, viewer community.Viewer, about ...string) live.Event {
	return live.Event{Stream: community.Stream(place), Kind: kind, Actor: string(viewer.ID), About: about}
}

// tell appends the events, in order.
func (h *Hall) tell(ctx context.Context, tx store.Tx, events ...live.Event) error {
	for _, e := range events {
		if err := h.log.Append(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

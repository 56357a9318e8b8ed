// Package ideas is where members propose, vote, and see what became of it:
// boards with their rules of voting, ideas on them, and the rankings of both
// ideas and those who had them.
//
// Promises:
//
//   - A board is seen by who sees its space; what the viewer may not see answers
//     NOT_FOUND, like a thing that never was.
//   - An idea that is published has a topic of the forum, opened in the same
//     commit, whose title, tags and opening are the idea's: those who read the
//     forum find the whole idea there and answer it as they would anything. The
//     topic is there as long as the idea is.
//   - A draft is seen by its author alone, and nothing of it is in the log.
//   - Scores, counts and ranks change in the same commit as the votes that they
//     come of, and each vote and each return of one is an entry of the log.
//   - Nobody spends more votes than a board's policy gives, however many of their
//     requests come at once.
//   - A page of any ranking, and a rank, cost the same however many ideas and
//     votes there are.
package ideas

import (
	"context"
	"fmt"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Spaces is what boards ask about the spaces that they are in.
type Spaces interface {
	// Enter answers NOT_FOUND for a space that the viewer may not see.
	Enter(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) error
	// Moderates says whether the viewer may rule over what is in a space that
	// they see.
	Moderates(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) (bool, error)
	// Visible answers the ids of all spaces that the viewer may see.
	Visible(ctx context.Context, viewer community.Viewer) ([]community.SpaceID, error)
	// Entered answers those of the spaces that the viewer may see, and whether
	// they rule over what is in them, in a few reads however many they are.
	Entered(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]bool, error)
	// Admission is the right to read what happens in the space.
	Admission(ctx context.Context, viewer community.Viewer, id community.SpaceID) (community.Admission, error)
}

// Comments is where ideas are talked about: each has a topic of the forum.
type Comments interface {
	// OpenTalk begins the topic about an idea.
	OpenTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, talk community.Talk) (community.TopicID, error)
	// EditTalk has the topic say what the idea says by now.
	EditTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, id community.TopicID, talk community.Talk) error
	// HideTalk takes the topic out of sight, or brings it back.
	HideTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, id community.TopicID, gone bool) error
	// EndTalk adds a last post to the topic, and locks it.
	EndTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, id community.TopicID, last community.Talk) error
	// CarryTalk takes posts of a topic that ended to another, under the heading
	// what it opened with first: as many as there is room for. It says how many
	// went, and whether there are more.
	CarryTalk(ctx context.Context, tx store.Tx, from, to community.TopicID, heading community.Talk, room int) (used int, more bool, err error)
	// TalkCounts answers how many posts the topics have, by the idea that each is
	// about; topics about none are left out.
	TalkCounts(ctx context.Context, on store.Ops, ids []community.TopicID) (map[community.IdeaID]int, error)
}

// People is what boards ask about members, whose roll they do not keep.
type People interface {
	// Mentioned answers the members behind handle keys; keys of nobody are left
	// out.
	Mentioned(ctx context.Context, keys []string) (map[string]community.Mention, error)
	// Known answers NOT_FOUND for an id that is no member's.
	Known(ctx context.Context, id community.MemberID) error
}

// Around is what boards know of the rest of the community.
type Around struct {
	Spaces   Spaces
	Comments Comments
	People   People
}

// Assembly is all boards.
type Assembly struct {
	store    store.Store
	log      *live.Log
	spaces   Spaces
	comments Comments
	people   People
	now      community.Clock
	podiums  *podiums
}

// New makes the collections ready.
func New(ctx context.Context, s store.Store, log *live.Log, around Around, now community.Clock) (*Assembly, error) {
	if now == nil {
		now = community.Now
	}
	if err := s.Ensure(ctx, boards.Spec(), ideas.Spec(), votes.Spec(), parts.Spec(), rungs.Spec()); err != nil {
		return nil, fmt.Errorf("open the boards: %w", err)
	}
	return &Assembly{
		store: s, log: log, spaces: around.Spaces, comments: around.Comments, people: around.People, now: now,
		podiums: newPodiums(),
	}, nil
}

// pair is the id of a document that stands between two things, such as a
// member's vote for an idea. Those of one left hand lie together.
func pair[A, B ~string](a A, b B) string { return string(a) + "/" + string(b) }

// told is an entry of a board's stream in the making.
func told(board community.BoardID, kind live.Kind, viewer community.Viewer, about ...string) live.Event {
	return live.Event{Stream: community.Stream(board), Kind: kind, Actor: string(viewer.ID), About: about}
}

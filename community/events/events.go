// Package events is when and where members meet: calendars, the events in them,
// single and in series, and who comes.
//
// Promises:
//
//   - A calendar is seen by who sees its space, an event by who sees its calendar
//     and, if it is for those invited, is among them; what the viewer may not see
//     answers NOT_FOUND, like a thing that never was.
//   - An event keeps its zone and the time on its clocks: what is weekly at 10:00
//     stays at 10:00 when these are set. Where that is no time, or comes twice, it
//     is what RFC 5545 says.
//   - A range of a calendar costs what is in the range and the series that have
//     not ended, however much was before and however long they go on.
//   - Of an occurrence no more seats are given than it has, however many ask at
//     once, and who waits gets those that become free, in order, in the same
//     commit.
//   - Counts change in the same commit as what they count, and each deed is an
//     entry of the log.
package events

import (
	"context"
	"fmt"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Spaces is what calendars ask about the spaces that they are in.
type Spaces interface {
	// Enter answers NOT_FOUND for a space that the viewer may not see.
	Enter(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) error
	// Moderates says whether the viewer may rule over what is in a space that
	// they see.
	Moderates(ctx context.Context, on store.Ops, viewer community.Viewer, id community.SpaceID) (bool, error)
	// Entered answers those of the spaces that the viewer may see, and whether
	// they rule over what is in them, in a few reads however many they are.
	Entered(ctx context.Context, viewer community.Viewer, ids []community.SpaceID) (map[community.SpaceID]bool, error)
	// Admission is the right to read what happens in the space.
	Admission(ctx context.Context, viewer community.Viewer, id community.SpaceID) (community.Admission, error)
}

// People is what events ask about members, whose roll they do not keep.
type People interface {
	// Mentioned answers the members behind handle keys; keys of nobody are left
	// out.
	Mentioned(ctx context.Context, keys []string) (map[string]community.Mention, error)
	// Named answers the members' names and handles.
	Named(ctx context.Context, ids []community.MemberID) (map[community.MemberID]community.Name, error)
}

// Almanac is all calendars.
type Almanac struct {
	store  store.Store
	log    *live.Log
	spaces Spaces
	people People
	now    community.Clock
}

// New makes the collections ready.
func New(ctx context.Context, s store.Store, log *live.Log, spaces Spaces, people People, now community.Clock) (*Almanac, error) {
	if now == nil {
		now = community.Now
	}
	err := s.Ensure(ctx, calendars.Spec(), events.Spec(), occurrences.Spec(), attendances.Spec(), invitations.Spec())
	if err != nil {
		return nil, fmt.Errorf("open the calendars: %w", err)
	}
	return &Almanac{store: s, log: log, spaces: spaces, people: people, now: now}, nil
}

// pair is the id of a document that stands between two things, such as a
// member's answer to an occurrence. Those of one left hand lie together.
func pair[A, B ~string](a A, b B) string { return string(a) + "/" + string(b) }

// entry is an entry for the log in the making.
func entry(stream live.Stream, kind live.Kind, viewer community.Viewer, about ...string) live.Event {
	return live.Event{Stream: stream, Kind: kind, Actor: string(viewer.ID), About: about}
}

// tell appends the entries, in order.
func (a *Almanac) tell(ctx context.Context, tx store.Tx, entries ...live.Event) error {
	for _, e := range entries {
		if err := a.log.Append(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

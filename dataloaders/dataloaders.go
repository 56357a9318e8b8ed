// Package dataloaders looks things up by id in batches: however many posts a
// page shows, their authors are one read. Loaders serve one response and are
// then forgotten, so that the next event on a socket sees things as they are by
// then. They answer what the viewer may see; anything else is NOT_FOUND.
package dataloaders

import (
	"context"
	"errors"
	"time"

	"github.com/vikstrous/dataloadgen"

	"veche/community"
	"veche/community/events"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/live"
)

// wait is how long a batch gathers ids. The fields of one page ask within a
// few microseconds of one another.
const wait = 200 * time.Microsecond

// Loaders are one response's.
type Loaders struct {
	Members  *dataloadgen.Loader[community.MemberID, *members.Member]
	Activity *dataloadgen.Loader[community.MemberID, *forum.Activity]
	Spaces   *dataloadgen.Loader[community.SpaceID, *forum.Space]
	Topics   *dataloadgen.Loader[community.TopicID, *forum.Topic]
	Posts    *dataloadgen.Loader[community.PostID, *forum.Post]
	Polls    *dataloadgen.Loader[community.TopicID, []*forum.Poll]
	Choices  *dataloadgen.Loader[community.PollID, []string]
	Left     *dataloadgen.Loader[*forum.Post, forum.Left]
	Readings *dataloadgen.Loader[*forum.Topic, forum.Reading]
	Seats    *dataloadgen.Loader[community.SpaceID, *forum.Seat]
	Watches  *dataloadgen.Loader[community.SpaceID, forum.WatchLevel]
	Boards   *dataloadgen.Loader[community.BoardID, *ideas.Board]
	Ideas    *dataloadgen.Loader[community.IdeaID, *ideas.Idea]
	Votes    *dataloadgen.Loader[community.IdeaID, int]
	Budgets  *dataloadgen.Loader[*ideas.Board, *int]
	Ranks    *dataloadgen.Loader[ideas.Rank, *int]
	Cursors  *dataloadgen.Loader[live.Stream, community.Cursor]

	Calendars   *dataloadgen.Loader[community.CalendarID, *events.Calendar]
	Events      *dataloadgen.Loader[community.EventID, *events.Event]
	Occurrences *dataloadgen.Loader[community.OccurrenceID, *events.Occurrence]
	Attendances *dataloadgen.Loader[community.OccurrenceID, *events.Attendance]
}

// Source is where loaders read.
type Source struct {
	Roll    *members.Roll
	Hall    *forum.Hall
	Boards  *ideas.Assembly
	Almanac *events.Almanac
}

// Fresh makes the loaders of a response to the viewer. Live cursors are those
// of the moment, which was taken before anything else was read.
func (s Source) Fresh(viewer community.Viewer, moment live.Moment) *Loaders {
	h := s.Hall
	return &Loaders{
		Members:  batch("member", s.Roll.ByID),
		Activity: batch("member", h.ActivityOf),
		Spaces:   batch("space", seenBy(viewer, h.SpacesByID)),
		Topics:   batch("topic", seenBy(viewer, h.TopicsByID)),
		Posts:    batch("post", seenBy(viewer, h.PostsByID)),
		Polls:    optional(h.PollsOf),
		Choices:  optional(seenBy(viewer, h.ChoicesOf)),
		Left:     optional(byThing(postID, seenBy(viewer, h.LeftAt))),
		Seats:    optional(seenBy(viewer, h.SeatsIn)),
		Watches:  optional(seenBy(viewer, h.SpaceWatches)),
		Readings: batch("topic", byThing(topicID, seenBy(viewer, h.ReadingOf))),
		Boards:   batch("board", seenBy(viewer, s.Boards.BoardsByID)),
		Ideas:    batch("idea", seenBy(viewer, s.Boards.IdeasByID)),
		Votes:    optional(seenBy(viewer, s.Boards.VotesAt)),
		Budgets:  optional(byThing(boardID, seenBy(viewer, s.Boards.VotesLeft))),
		Ranks:    optional(s.Boards.RanksOf),
		Cursors: batch("stream", func(ctx context.Context, streams []live.Stream) (map[live.Stream]community.Cursor, error) {
			return h.LiveCursors(ctx, moment, streams)
		}),
		Calendars:   batch("calendar", seenBy(viewer, s.Almanac.CalendarsByID)),
		Events:      batch("event", seenBy(viewer, s.Almanac.EventsByID)),
		Occurrences: batch("occurrence", seenBy(viewer, s.Almanac.OccurrencesByID)),
		Attendances: optional(seenBy(viewer, s.Almanac.AttendancesOf)),
	}
}

type fetch[K comparable, V any] = func(context.Context, []K) (map[K]V, error)

// seenBy hands the viewer to a fetch that asks for one.
func seenBy[T any, ID comparable, V any](viewer community.Viewer, f func(context.Context, community.Viewer, []T) (map[ID]V, error)) fetchFor[T, ID, V] {
	return func(ctx context.Context, things []T) (map[ID]V, error) { return f(ctx, viewer, things) }
}

// batch makes a loader for which a missing thing is NOT_FOUND.
func batch[K comparable, V any](what string, f fetch[K, V]) *dataloadgen.Loader[K, V] {
	return dataloadgen.NewLoader(func(ctx context.Context, keys []K) ([]V, []error) {
		return inOrder(ctx, keys, f, community.NotFound(what))
	}, dataloadgen.WithWait(wait))
}

// optional makes a loader for which a missing thing is none.
func optional[K comparable, V any](f fetch[K, V]) *dataloadgen.Loader[K, V] {
	return dataloadgen.NewLoader(func(ctx context.Context, keys []K) ([]V, []error) {
		return inOrder(ctx, keys, f, nil)
	}, dataloadgen.WithWait(wait))
}

// inOrder answers each key's value in its place.
func inOrder[K comparable, V any](ctx context.Context, keys []K, f fetch[K, V], missing error) ([]V, []error) {
	found, err := safely(ctx, keys, f)
	values, errs := make([]V, len(keys)), make([]error, len(keys))
	for i, key := range keys {
		v, ok := found[key]
		switch {
		case err != nil:
			errs[i] = err
		case ok:
			values[i] = v
		default:
			errs[i] = missing
		}
	}
	return values, errs
}

// fetchFor looks things up for others that are at hand already.
type fetchFor[T any, ID comparable, V any] = func(context.Context, []T) (map[ID]V, error)

// byThing makes the things themselves the keys, where a fetch answers by their
// ids.
func byThing[T, ID comparable, V any](id func(T) ID, f fetchFor[T, ID, V]) fetch[T, V] {
	return func(ctx context.Context, things []T) (map[T]V, error) {
		found, err := f(ctx, things)
		if err != nil {
			return nil, err
		}
		out := make(map[T]V, len(things))
		for _, thing := range things {
			if v, ok := found[id(thing)]; ok {
				out[thing] = v
			}
		}
		return out, nil
	}
}

func postID(p *forum.Post) community.PostID { return p.ID }

func topicID(t *forum.Topic) community.TopicID { return t.ID }

func boardID(b *ideas.Board) community.BoardID { return b.ID }

type key struct{}

// With hands the loaders to the resolvers of a response.
func With(ctx context.Context, l *Loaders) context.Context { return context.WithValue(ctx, key{}, l) }

// errNone says that the server forgot With: a programming error.
var errNone = errors.New("dataloaders: no loaders in the context")

// From answers the response's loaders.
func From(ctx context.Context) *Loaders {
	l, ok := ctx.Value(key{}).(*Loaders)
	if !ok {
		panic(errNone)
	}
	return l
}

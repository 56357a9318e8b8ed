// Package live is the ordered log of what happened, and the hub that tells
// those who watch.
//
// Every deed appends an entry to the log in the same store.Do as the document
// that it changed. Promises:
//
//   - The entries of a stream are numbered 1, 2, 3 … with no gap, in the order
//     in which their deeds were committed.
//   - A Tap hands a reader every entry behind its position, once and in order,
//     first from the log and then live, with no hole between the two.
//   - The hub never waits for a reader: readers pull, and one that fell behind
//     reads on from the log. Memory does not grow with slow readers.
//   - Who listens to a stream hears of an entry before those are woken who read
//     behind it: so rights that a deed took are looked up anew before anything
//     later is delivered.
//   - A position that the log no longer holds is answered with ErrGone, never
//     with a silent gap.
//   - A Consumer sees every entry of the log; its effects and its position move
//     in one store.Do, so that each entry counts once whatever crashes.
//
// An entry carries ids, never the things themselves: who reads it loads them
// as the viewer it works for, and so sees no more than that viewer may.
package live

import (
	"fmt"
	"hash/fnv"
	"time"

	"veche/store"
)

// Stream names a place whose happenings are ordered: "topic:<id>",
// "space:<id>", "member:<id>" and so on.
type Stream string

// Kind says what happened. Domains name their own.
type Kind string

// Tombstone is the kind of an entry that stands for one that never came: the
// process died between taking the number and writing the entry, on an engine
// without transactions. Readers skip it.
const Tombstone Kind = "tombstone"

// Event is a deed to be appended.
type Event struct {
	Stream Stream
	Kind   Kind
	// Actor is the member who did it; empty for the system.
	Actor string
	// About holds the ids of what it is about, the nearest first.
	About []string
}

// Entry is an event in its place.
type Entry struct {
	ID     string    `bson:"_id"`
	Stream Stream    `bson:"stream"`
	Seq    int64     `bson:"seq"`
	Kind   Kind      `bson:"kind"`
	Actor  string    `bson:"actor,omitempty"`
	About  []string  `bson:"about,omitempty"`
	At     time.Time `bson:"at"`
	// Lane and Place order the entries of many streams for consumers.
	Lane  int   `bson:"lane"`
	Place int64 `bson:"place"`
}

// lanes is over how many orders the streams are spread for consumers: writers
// on different streams then seldom meet in one counter. It cannot change once
// there is a log.
const lanes = 4

func laneOf(s Stream) int {
	h := fnv.New32a()
	h.Write([]byte(s))
	return int(h.Sum32() % lanes)
}

// entryID orders a stream's entries by the primary key.
func entryID(s Stream, seq int64) string { return fmt.Sprintf("%s#%016x", s, seq) }

// course is where a stream stands.
type course struct {
	ID Stream `bson:"_id"`
	// Seq numbers the last entry, and Place is that entry's in its lane.
	Seq   int64 `bson:"seq"`
	Place int64 `bson:"place"`
	// Gone numbers the last entry that was pruned.
	Gone int64 `bson:"gone"`
}

// tally counts the entries of a lane, or tells how far a consumer has come.
type tally struct {
	ID  string `bson:"_id"`
	Seq int64  `bson:"seq"`
}

var (
	// A place is taken from one counter, so that no index need watch over it.
	entries   = store.Define[Entry]("log", store.On("lane", "place")).Near(store.IDField)
	courses   = store.Define[course]("streams").Near(store.IDField)
	laneHeads = store.Define[tally]("lanes")
	positions = store.Define[tally]("consumers")
)

func laneID(lane int) string { return fmt.Sprintf("lane-%d", lane) }

// goneID is beside the lane's head, and tells the last place that was pruned.
func goneID(lane int) string { return fmt.Sprintf("gone-%d", lane) }

package imports

import (
	"context"
	"fmt"
	"io"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/store"
)

// Job brings an archive into a space. One Job is used by one goroutine.
type Job struct {
	Store store.Store
	Roll  *members.Roll
	Hall  *forum.Hall
	// Boards and Board, the slug of one, are for ideas alone. A board that is not
	// there is made if Space is given.
	Boards *ideas.Assembly
	Board  string
	// Space is the slug of the space that the topics come into. One that is not
	// there is made, public and named after the source.
	Space string
	// Progress is where a progress bar is drawn; nil for none.
	Progress io.Writer
	// Batch is how many things one commit keeps; 0 means DefaultBatch.
	Batch int
}

// DefaultBatch is how many things one commit keeps by default.
const DefaultBatch = 150

// kept remembers what a thing elsewhere has become here.
type kept struct {
	ID string `bson:"_id"` // kind of archive:site:kind of thing:id there
	// Here is a member's or a post's id: a topic's is that of its opening post.
	Here  string            `bson:"here"`
	Topic community.TopicID `bson:"topic,omitempty"`
	Idea  community.IdeaID  `bson:"idea,omitempty"`
}

var imported = store.Define[kept]("imported")

// piece is one thing to be brought.
type piece struct {
	key string
	// counts is what the thing adds to the report.
	counts Counts
	// load reads the thing and makes it ready; it is called for what is not there
	// yet. What it mends it counts in the report.
	load func(*Report) (deed, error)
	size int64
}

// deed writes a thing that is ready; it may be called again.
type deed func(ctx context.Context, tx store.Tx) (kept, error)

// run is a Job at work.
type run struct {
	*Job
	report  *Report
	meter   *meter
	space   community.SpaceID
	waiting []piece
}

func (j *Job) start(source string, bytes int64) *run {
	return &run{Job: j, report: newReport(source), meter: newMeter(j.Progress, "import", bytes)}
}

// enter finds the space, or makes it.
func (r *run) enter(ctx context.Context) error {
	if err := r.Store.Ensure(ctx, imported.Spec()); err != nil {
		return fmt.Errorf("make ready to import: %w", err)
	}
	s, err := store.Result(ctx, r.Store, func(tx store.Tx) (*forum.Space, error) {
		return r.Hall.BringSpace(ctx, tx, r.Space, r.report.line(r.report.Source, forum.MaxSpaceName))
	})
	if err != nil {
		return fmt.Errorf("bring the space %s: %w", r.Space, err)
	}
	r.space = s.ID
	return nil
}

// bring puts the piece with those that wait, and brings them all once they are
// enough for a commit.
func (r *run) bring(ctx context.Context, p piece) error {
	r.waiting = append(r.waiting, p)
	size := r.Batch
	if size == 0 {
		size = DefaultBatch
	}
	if len(r.waiting) < size {
		return nil
	}
	return r.flush(ctx)
}

// flush brings what waits, in one commit.
func (r *run) flush(ctx context.Context) error {
	all := r.waiting
	r.waiting = r.waiting[:0]
	pieces, err := missing(ctx, r.Store, all)
	if err != nil {
		return err
	}
	delta := newReport("")
	deeds := make(map[string]deed, len(pieces))
	for _, p := range pieces {
		if deeds[p.key], err = p.load(delta); err != nil {
			return fmt.Errorf("read %s: %w", p.key, err)
		}
	}
	if len(pieces) > 0 {
		if delta.Brought, err = r.commit(ctx, pieces, deeds); err != nil {
			return err
		}
	}
	for _, p := range all {
		r.meter.add(p.size)
		delta.Present.add(p.counts, 1)
	}
	delta.Present.add(delta.Brought, -1)
	r.report.add(delta)
	return ctx.Err()
}

// missing are the pieces that were not brought before, each once.
func missing(ctx context.Context, on store.Ops, all []piece) ([]piece, error) {
	keys := make([]string, len(all))
	for i, p := range all {
		keys[i] = p.key
	}
	there, err := imported.GetMany(ctx, on, keys)
	if err != nil {
		return nil, fmt.Errorf("look up what was brought: %w", err)
	}
	var out []piece
	for _, p := range all {
		if there[p.key] == nil {
			there[p.key] = &kept{} // another row may have the same id
			out = append(out, p)
		}
	}
	return out, nil
}

// commit does the deeds of those pieces that nobody brought meanwhile.
func (r *run) commit(ctx context.Context, pieces []piece, deeds map[string]deed) (Counts, error) {
	return store.Result(ctx, r.Store, func(tx store.Tx) (brought Counts, err error) {
		pieces, err := missing(ctx, tx, pieces)
		if err != nil {
			return brought, err
		}
		for _, p := range pieces {
			k, err := deeds[p.key](ctx, tx)
			if err != nil {
				return brought, fmt.Errorf("bring %s: %w", p.key, err)
			}
			k.ID = p.key
			if err := imported.Insert(ctx, tx, &k); err != nil {
				return brought, fmt.Errorf("remember %s: %w", p.key, err)
			}
			brought.add(p.counts, 1)
		}
		return brought, nil
	})
}

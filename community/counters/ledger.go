package counters

import (
	"context"
	"sync"
	"time"

	"veche/community"
	"veche/live"
)

// pace is the least time between two tellings.
const pace = 250 * time.Millisecond

// Around is what the counters know of the rest of the community.
type Around struct {
	Members Members
	Boards  Boards
	Spaces  Spaces
	// Counts says whether an entry of the log may change any of the numbers.
	Counts func(*live.Entry) bool
}

// Ledger is where the numbers stand.
type Ledger struct {
	around  Around
	founded time.Time // zero for the day of the first member
	now     community.Clock
	states  *live.States
}

// New makes a ledger that hears of what the log tells.
func New(hub *live.Hub, around Around, founded time.Time, now community.Clock) *Ledger {
	if now == nil {
		now = community.Now
	}
	l := &Ledger{around: around, founded: founded, now: now, states: live.NewStates()}
	hub.Listen(live.Everything, func(e *live.Entry) {
		if around.Counts(e) {
			l.states.Changed(stream)
		}
	})
	return l
}

// stream names what those watch who want to know the numbers.
const stream live.Stream = "counters"

// Feed is the numbers as they stand, four times a second at most.
func (l *Ledger) Feed() *community.Feed {
	return &community.Feed{
		Stream: stream,
		Open:   l.open,
		Admit: func(_ context.Context, v community.Viewer) (community.Admission, error) {
			if v.MayLook() == nil {
				return community.Admission{Audience: "members"}, nil
			}
			return community.Admission{Audience: "guests"}, nil
		},
		Event: func(ctx context.Context, v community.Viewer, _ *live.Entry) (any, error) { return l.Now(ctx, v) },
		State: true,
		Pace:  pace,
	}
}

func (l *Ledger) open(wake func()) live.Source {
	d := &dial{Glance: l.states.Glance(stream, wake), ledger: l}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turn = time.AfterFunc(d.rest(), d.passes)
	return d
}

// dial is a Glance at the numbers, which change by themselves at midnight.
type dial struct {
	*live.Glance
	ledger *Ledger

	mu   sync.Mutex
	turn *time.Timer
	shut bool
}

// longestRest is how long the clock is trusted: it may be set meanwhile.
const longestRest = time.Hour

func (d *dial) rest() time.Duration {
	now := d.ledger.now()
	left := midnight(now).Add(24 * time.Hour).Sub(now)
	return min(longestRest, max(left, time.Millisecond))
}

func (d *dial) passes() {
	d.ledger.states.Changed(stream)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shut {
		d.turn.Reset(d.rest())
	}
}

// Close ends the watch.
func (d *dial) Close() {
	d.mu.Lock()
	d.shut = true
	d.turn.Stop()
	d.mu.Unlock()
	d.Glance.Close()
}

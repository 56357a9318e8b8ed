package server

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The collector lets garbage grow to several times of what lives (gcPercent)
// before it runs, which suits a busy server. One to which thousands of clients
// have just connected, and which is then quiet all day, would keep what their
// arrival left behind: so in quiet moments that is given back.
const (
	tidyEvery = 2 * time.Second
	// quiet is how many bytes may be allocated in that time; worthwhile is how
	// many there must be to give back, beside a quarter of what lives.
	quiet      = 4 << 20
	worthwhile = 16 << 20
)

// memory is what is in the heap, in bytes.
type memory struct{ cycles, objects, live, idle uint64 }

func measure() memory {
	of := []metrics.Sample{
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(of)
	return memory{of[0].Value.Uint64(), of[1].Value.Uint64(), of[2].Value.Uint64(), of[3].Value.Uint64()}
}

// tidy gives memory back in quiet moments, until ctx ends.
func tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for was := measure(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := measure()
		if now.untidy(was) {
			debug.FreeOSMemory()
			now = measure()
		}
		was = now
	}
}

// untidy says whether the heap is mostly garbage and nobody is at work.
func (m memory) untidy(before memory) bool {
	if m.cycles != before.cycles || m.objects > before.objects+quiet {
		return false
	}
	spare := m.idle
	if m.objects > m.live {
		spare += m.objects - m.live
	}
	return spare > worthwhile+m.live/4
}

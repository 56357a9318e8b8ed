package server

import (
	"context"
	"log/slog"
	"time"
)

// revealEvery is how often contests whose term has ended are looked for: so late,
// at most, their entries get topics, and watchers are told of them.
const revealEvery = 10 * time.Second

// reveal shows the entries of contests when their term ends, until ctx ends.
func (p *Parts) reveal(ctx context.Context) {
	tick := time.NewTicker(revealEvery)
	defer tick.Stop()
	for {
		if n, err := p.Boards.Reveal(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "the entries of a contest could not be shown", "error", err)
		} else if n > 0 {
			slog.InfoContext(ctx, "the entries of contests were shown", "entries", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

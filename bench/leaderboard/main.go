// Leaderboard measures a live leaderboard: many WebSockets watch the first ideas
// of a board on a server in a process of its own, members vote over HTTP, and
// every watcher must see what each vote came to.
//
//	go run ./bench/leaderboard -watchers 2000 -rate 300 -seconds 20
//
// The server is known by its public API alone: voteIdea, and ideaLeaderboard over
// graphql-transport-ws. Each vote answers the idea's score. Latency is from when
// that answer was read until a watcher has read the first frame in which the idea
// has this score or a higher one. Updates are put together for 250 ms at the most
// by design, and that is in the figures. All ideas of the board are watched, so
// that there is such a frame for every vote.
//
// CPU is that of the server's process, user and system time: while the votes are
// cast with nobody watching, and again with everybody. Groups and executions are
// what the server tells at /metrics. It reads /proc, and so runs on Linux only.
// Clients and server share the processor.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"veche/bench/process"
)

// plan is what to measure.
type plan struct {
	watchers, ideas, rate int
	lasts                 time.Duration
}

func (p plan) votes() int { return int(p.lasts.Seconds()) * p.rate }

func main() {
	var p plan
	flag.IntVar(&p.watchers, "watchers", 2000, "sockets that watch the leaderboard")
	flag.IntVar(&p.ideas, "ideas", 10, "ideas on the board, all of them watched")
	flag.IntVar(&p.rate, "rate", 300, "votes a second")
	seconds := flag.Int("seconds", 20, "how long votes are cast, without watchers and with them")
	flag.Parse()
	p.lasts = time.Duration(*seconds) * time.Second
	if err := run(context.Background(), p); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, p plan) (err error) {
	scratch, err := os.MkdirTemp("", "veche-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	binary, err := process.Build(ctx, scratch)
	if err != nil {
		return err
	}
	f, err := fill(ctx, scratch, p)
	if err != nil {
		return fmt.Errorf("fill a store: %w", err)
	}
	if f.server, f.private, err = start(ctx, binary, scratch); err != nil {
		return err
	}
	defer f.server.Stop()
	return f.hold(p)
}

// start starts the server, with an address at which it tells its numbers.
func start(ctx context.Context, binary, folder string) (*process.Server, string, error) {
	addr, err := process.FreeAddr()
	private, also := process.FreeAddr()
	if err := errors.Join(err, also); err != nil {
		return nil, "", err
	}
	env := []string{"VECHE_DATA=" + folder, "VECHE_LISTEN=" + addr, "VECHE_DEBUG_LISTEN=" + private, "VECHE_LOG_LEVEL=error", "VECHE_RATE_LIMIT=off"}
	s, err := process.Start(ctx, addr, env, binary)
	return s, private, err
}

func (f *fair) hold(p plan) error {
	half := len(f.tokens) / 2
	before := f.server.CPU()
	if _, err := f.storm(f.tokens[:half], p); err != nil {
		return fmt.Errorf("vote where nobody watches: %w", err)
	}
	alone := f.server.CPU() - before
	c, err := gather(f, p)
	defer c.leave()
	if err != nil {
		return fmt.Errorf("open the sockets: %w", err)
	}
	time.Sleep(time.Second)
	executed, before := f.executions(), f.server.CPU()
	groups := f.number("veche_broadcast_groups", "")
	cast, err := f.storm(f.tokens[half:], p)
	if err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	time.Sleep(2 * time.Second)
	used, executed := f.server.CPU()-before, f.executions()-executed
	c.leave()
	r := c.count(cast)
	fmt.Printf("%d watchers, %d votes at %d/s in %.0f s\n", p.watchers, len(cast), p.rate, p.lasts.Seconds())
	fmt.Printf("  from the vote's answer to the frame: p50 %v, p99 %v, max %v (%d pairs of vote and watcher, %d missing)\n", r.at(50), r.at(99), r.at(100), len(r.late), r.missing)
	fmt.Printf("  updates: %d to a watcher at most, %d in any second; %.0f groups, %.0f executions for all\n", r.most, r.burst, groups, executed)
	fmt.Printf("  server CPU: %.1f%% of a core with nobody watching, %.1f%% with all; %.1f µs for each frame delivered\n",
		100*alone.Seconds()/p.lasts.Seconds(), 100*used.Seconds()/(p.lasts.Seconds()+2), float64((used-alone).Microseconds())/float64(max(1, r.frames)))
	if r.ended > 0 || r.missing > 0 {
		return fmt.Errorf("%d sockets ended before their time, and %d times a watcher never saw what a vote came to", r.ended, r.missing)
	}
	return nil
}

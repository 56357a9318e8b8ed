package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// trial is one thing to measure, by its sides in turn.
type trial struct {
	sockets, topics int
	events          int     // in each topic
	rate            float64 // a second, over all topics
	payload         int     // bytes of a frame
	settle          time.Duration
	sides           []side
}

// side is who serves, and whom.
type side struct {
	name  string
	raw   bool
	stuck float64 // percent
}

var (
	veche = side{name: "veche"}
	raw   = side{name: "raw", raw: true}
)

// stated are the trials of README. The one with stuck sockets has long frames,
// since what the kernel takes for a reader, some hundred KiB, has to fill up
// before anything is stuck; and it lasts for longer than the 10 seconds after
// which the server parts with such a reader.
var stated = []trial{
	{sockets: 5000, topics: 1, events: 150, rate: 10, payload: 400, settle: 3 * time.Second, sides: []side{veche, raw}},
	{sockets: 10000, topics: 200, events: 20, rate: 200, payload: 400, settle: 3 * time.Second, sides: []side{veche, raw}},
	{sockets: 1000, topics: 1, events: 600, rate: 20, payload: 4000, settle: 3 * time.Second, sides: []side{{name: "veche, 1% stuck", stuck: 1}, veche}},
	{sockets: 15000, topics: 1, events: 1, payload: 400, settle: 10 * time.Second, sides: []side{veche, raw}},
}

func sides(stuck float64, against string) ([]side, error) {
	first := side{name: "veche", stuck: stuck}
	if stuck > 0 {
		first.name = fmt.Sprintf("veche, %g%% stuck", stuck)
	}
	switch against {
	case "":
		return []side{first}, nil
	case "raw":
		return []side{first, raw}, nil
	case "calm":
		return []side{first, veche}, nil
	}
	return nil, fmt.Errorf("-against %s: raw and calm are what there is", against)
}

// warm is how many posts each topic gets before anything is measured. A single
// broadcast is measured cold: that is what it is like.
func (t trial) warm() int {
	if t.events == 1 {
		return 0
	}
	return 1 + t.events/20
}

// expected is what all sockets that read are to hear in the measured part and
// before it.
func (t trial) expected(readers int) int { return readers * (t.warm() + t.events) }

// hold runs all rounds; the results stand by side.
func (t trial) hold(ctx context.Context, binary, scratch string, rounds int) ([][]result, error) {
	results := make([][]result, len(t.sides))
	for round := range rounds {
		for i, s := range t.sides {
			folder, err := os.MkdirTemp(scratch, "data")
			if err != nil {
				return nil, err
			}
			r, err := t.once(ctx, binary, folder, s)
			if err != nil {
				return nil, fmt.Errorf("%d sockets, %s, round %d: %w", t.sockets, s.name, round+1, err)
			}
			results[i] = append(results[i], r)
			if err := os.RemoveAll(folder); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

// once runs one round by one side, from the start of its server to its end.
func (t trial) once(ctx context.Context, binary, folder string, s side) (r result, err error) {
	v, err := openVenue(ctx, binary, folder, s.raw, t.topics)
	if err != nil {
		return r, err
	}
	defer v.Stop()
	if r.post, err = t.alone(v); err != nil {
		return r, fmt.Errorf("publish where nobody is: %w", err)
	}
	time.Sleep(t.settle / 3)
	r.empty, _ = v.Memory()
	c, err := gather(v, t, s)
	defer c.leave()
	if err != nil {
		return r, fmt.Errorf("open the sockets: %w", err)
	}
	time.Sleep(t.settle * 2 / 3)
	rest, before := t.settle/3, v.CPU()
	time.Sleep(rest)
	r.idle = 100 * float64(v.CPU()-before) / float64(rest)
	r.open, _ = v.Memory()
	r.memory = float64(r.open-r.empty) / float64(t.sockets)
	if err := t.broadcast(v, c, &r); err != nil {
		return r, err
	}
	r.closing, r.peak = v.Memory()
	r.cut = c.cut()
	c.leave()
	c.count(t, &r)
	return r, nil
}

// alone answers what publishing costs by itself, for one post in microseconds.
// It warms the server up as well, so that the memory for sockets is theirs.
func (t trial) alone(v *venue) (float64, error) {
	const posts, rate = 300, 150
	before := v.CPU()
	if err := v.publish([]room{v.empty}, posts, rate, t.payload-bodiless); err != nil {
		return 0, err
	}
	return float64((v.CPU() - before).Microseconds()) / posts, nil
}

// broadcast publishes, first to warm up, and waits for the deliveries.
func (t trial) broadcast(v *venue, c *crowd, r *result) error {
	length := t.payload - bodiless
	if err := v.publish(v.rooms, t.warm(), t.rate, length); err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	c.await(c.readers*t.warm(), v.CPU)
	before, begin := v.CPU(), time.Now()
	if err := v.publish(v.rooms, t.events, t.rate, length); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	used := c.await(t.expected(c.readers), v.CPU) - before
	deliveries := float64(c.readers * t.events)
	r.cpu = float64(used.Microseconds()) / deliveries
	r.net = r.cpu - r.post*float64(t.topics*t.events)/deliveries
	r.begin = begin.UnixNano()
	return nil
}

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// doors is how many sockets are opened at a time.
const doors = 64

// patience is how long something that must come is waited for.
const patience = 20 * time.Second

// crowd are all sockets of a round.
type crowd struct {
	ears    []*ear
	readers int // those that are not stuck
	reading sync.WaitGroup
}

// gather opens the sockets. The crowd is that of those that were opened also if
// others could not be.
func gather(v *venue, t trial, s side) (*crowd, error) {
	c := &crowd{ears: make([]*ear, t.sockets)}
	errs := make([]error, doors)
	var all sync.WaitGroup
	for d := range doors {
		all.Go(func() {
			for i := d; i < t.sockets && errs[d] == nil; i += doors {
				stuck := int(float64(i+1)*s.stuck/100) > int(float64(i)*s.stuck/100)
				if c.ears[i], errs[d] = newEar(v, t, i, stuck); errs[d] == nil && !stuck {
					c.reading.Go(c.ears[i].listen)
				}
			}
		})
	}
	all.Wait()
	c.ears = slices.DeleteFunc(c.ears, func(e *ear) bool { return e == nil })
	for _, e := range c.ears {
		if !e.stuck {
			c.readers++
		}
	}
	return c, errors.Join(errs...)
}

// await waits until so many posts were heard, or nothing more comes. It answers
// the server's time at the last of them.
func (c *crowd) await(posts int, cpu func() time.Duration) time.Duration {
	used, before, since := cpu(), c.heard(), time.Now()
	for before < posts && time.Since(since) < patience {
		time.Sleep(20 * time.Millisecond)
		if now := c.heard(); now > before {
			used, before, since = cpu(), now, time.Now()
		}
	}
	return used
}

func (c *crowd) heard() int {
	n := 0
	for _, e := range c.ears {
		n += int(e.heard.Load())
	}
	return n
}

// cut is how many of the stuck sockets the server has parted with: what it sent
// is followed by an end.
func (c *crowd) cut() int {
	n, until := 0, time.Now().Add(2*time.Second)
	for _, e := range c.ears {
		if e.stuck && e.wasCut(until) {
			n++
		}
	}
	return n
}

// leave closes all sockets; what they heard can be read then. They are reset,
// so that their ports are free for the next round.
func (c *crowd) leave() {
	for _, e := range c.ears {
		if tcp, ok := e.conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // fails when it is closed already
		}
		_ = e.conn.Close()
	}
	c.reading.Wait()
}

// count adds up what the sockets heard, once they have left.
func (c *crowd) count(t trial, r *result) {
	var late []int32
	var latest int64
	bytes, heard := 0, 0
	for _, e := range c.ears {
		if e.stuck {
			continue
		}
		r.lost += e.tally.lost(t.warm() + t.events)
		r.doubled += e.tally.doubled
		r.disordered += e.tally.disordered
		r.strange += e.tally.strange
		late, latest = append(late, e.late...), max(latest, e.latest)
		bytes, heard = bytes+e.bytes, heard+int(e.heard.Load())
		if e.err != nil && !errors.Is(e.err, net.ErrClosed) {
			if r.ended++; r.ended == 1 {
				fmt.Fprintln(os.Stderr, "a socket ended before its time:", e.err)
			}
		}
	}
	r.expected = t.expected(c.readers)
	if len(late) == 0 {
		return
	}
	slices.Sort(late)
	r.frame = float64(bytes) / float64(heard)
	r.perSecond = float64(len(late)) / time.Duration(latest-r.begin).Seconds()
	ms := func(micros int32) float64 { return float64(micros) / 1000 }
	r.p50, r.p99, r.max = ms(late[len(late)/2]), ms(late[len(late)*99/100]), ms(late[len(late)-1])
}

package broadcast

import "time"

// payers are those of the crowd who can pay their share of one execution. Of
// one that more share than it costs points it is nothing.
func (g *group) payers(crowd []*listener) []*listener {
	if len(crowd) == 0 || g.price < len(crowd) {
		return crowd
	}
	able := make([]*listener, 0, len(crowd))
	for _, l := range crowd {
		if l.charge(g.price/len(crowd)) <= 0 {
			able = append(able, l)
		}
	}
	return able
}

// charge has the reader pay, or says how long it is until it can.
func (l *listener) charge(points int) time.Duration {
	if l.station.Charge == nil || points <= 0 {
		return 0
	}
	return l.station.Charge(l.ctx, points)
}

// longestPause is how long a reader who cannot pay waits before anybody looks
// whether it is there and may read.
const longestPause = time.Second

// afford waits until the reader can pay for an execution of its own. It says no
// when there is something to look after first.
func (l *listener) afford() bool {
	for l.ctx.Err() == nil && !l.doubtful() {
		wait := l.charge(l.group().price)
		if wait <= 0 {
			return true
		}
		l.pause(min(wait, longestPause))
	}
	return false
}

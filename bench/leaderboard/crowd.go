package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"veche/bench/process"
	"veche/community"
)

const watchOp = `subscription Watch($id: ID!, $first: Int!) { ideaLeaderboard(boardId: $id, first: $first) { __typename
	... on LeaderboardStanding { cursor entries { ideaId rank score idea { title } } }
	... on LeaderboardMoved { cursor moves { ideaId rank previousRank score idea { title } } } } }`

// crowd are all who watch.
type crowd struct {
	watchers []*watcher
	reading  sync.WaitGroup
	ended    atomic.Int64
	left     atomic.Bool
	seed     maphash.Seed
	known    sync.Map // frames by their hash: all watchers get the same ones
}

type watcher struct {
	conn   *websocket.Conn
	frames []frame
}

// frame is what one tells, and when it was read.
type frame struct {
	at     time.Time
	scores []score
}

type score struct {
	IdeaID community.IdeaID
	Score  *int
}

// doors is how many sockets are opened at a time.
const doors = 32

func gather(f *fair, p plan) (*crowd, error) {
	c := &crowd{watchers: make([]*watcher, p.watchers), seed: maphash.MakeSeed()}
	errs := make([]error, doors)
	var all sync.WaitGroup
	for d := range doors {
		all.Go(func() {
			for n := d; n < p.watchers && errs[d] == nil; n += doors {
				c.watchers[n], errs[d] = enter(f, p)
			}
		})
	}
	all.Wait()
	c.watchers = slices.DeleteFunc(c.watchers, func(w *watcher) bool { return w == nil })
	for _, w := range c.watchers {
		c.reading.Go(func() { c.read(w) })
	}
	return c, errors.Join(errs...)
}

func enter(f *fair, p plan) (*watcher, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, ReadBufferSize: 2 << 10, WriteBufferSize: 1 << 10, HandshakeTimeout: 20 * time.Second}
	conn, _, err := dialer.Dial("ws://"+f.server.Addr+"/graphql", nil)
	if err != nil {
		return nil, err
	}
	payload := process.Operation("", watchOp, map[string]any{"id": f.board, "first": p.ideas}).Body
	for _, text := range [][]byte{[]byte(`{"type":"connection_init"}`), fmt.Appendf(nil, `{"id":"1","type":"subscribe","payload":%s}`, payload)} {
		if err := conn.WriteMessage(websocket.TextMessage, text); err != nil {
			return nil, err
		}
		if bytes.Contains(text, []byte("connection_init")) {
			if _, _, err := conn.ReadMessage(); err != nil {
				return nil, err
			}
		}
	}
	return &watcher{conn: conn}, nil
}

func (c *crowd) read(w *watcher) {
	for {
		_, text, err := w.conn.ReadMessage()
		at := time.Now()
		if err != nil {
			if !c.left.Load() {
				c.ended.Add(1)
			}
			return
		}
		if bytes.Contains(text, []byte(`"next"`)) {
			w.frames = append(w.frames, frame{at, c.scores(text)})
		} else if bytes.Contains(text, []byte(`"ping"`)) {
			_ = w.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"pong"}`)) // the next read tells
		}
	}
}

func (c *crowd) scores(text []byte) []score {
	hash := maphash.Bytes(c.seed, text)
	if found, ok := c.known.Load(hash); ok {
		return found.([]score)
	}
	var told struct {
		Payload struct {
			Data struct {
				IdeaLeaderboard struct{ Entries, Moves []score }
			}
		}
	}
	if err := json.Unmarshal(text, &told); err != nil {
		panic(fmt.Sprintf("heard %.300q", text))
	}
	all := slices.Concat(told.Payload.Data.IdeaLeaderboard.Entries, told.Payload.Data.IdeaLeaderboard.Moves)
	c.known.Store(hash, all)
	return all
}

// leave closes all sockets; they are reset, so that their ports are free.
func (c *crowd) leave() {
	c.left.Store(true)
	for _, w := range c.watchers {
		if tcp, ok := w.conn.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // fails when it is closed already
		}
		_ = w.conn.Close()
	}
	c.reading.Wait()
}

// result is what the watchers saw.
type result struct {
	late                         []time.Duration
	missing, frames, most, burst int
	ended                        int
}

// at is the latency that so many percent do not exceed.
func (r *result) at(percent int) time.Duration {
	if len(r.late) == 0 {
		return 0
	}
	return r.late[min(len(r.late)*percent/100, len(r.late)-1)].Round(100 * time.Microsecond)
}

func (c *crowd) count(cast []vote) *result {
	byIdea := map[community.IdeaID][]vote{}
	for _, v := range cast {
		byIdea[v.idea] = append(byIdea[v.idea], v)
	}
	for _, votes := range byIdea {
		slices.SortFunc(votes, func(a, b vote) int { return a.score - b.score })
	}
	r := &result{ended: int(c.ended.Load())}
	for _, w := range c.watchers {
		r.saw(w, byIdea)
	}
	r.missing = len(c.watchers)*len(cast) - len(r.late)
	slices.Sort(r.late)
	return r
}

// saw adds what one watcher saw of the votes.
func (r *result) saw(w *watcher, byIdea map[community.IdeaID][]vote) {
	seen := map[community.IdeaID]int{}
	since := 0
	for n, f := range w.frames {
		for f.at.Sub(w.frames[since].at) >= time.Second {
			since++
		}
		r.burst = max(r.burst, n-since+1)
		for _, s := range f.scores {
			votes := byIdea[s.IdeaID]
			for ; s.Score != nil && seen[s.IdeaID] < len(votes) && votes[seen[s.IdeaID]].score <= *s.Score; seen[s.IdeaID]++ {
				r.late = append(r.late, max(0, f.at.Sub(votes[seen[s.IdeaID]].at)))
			}
		}
	}
	r.frames += len(w.frames)
	r.most = max(r.most, len(w.frames))
}

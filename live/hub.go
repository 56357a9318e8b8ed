package live

import "sync"

// ring is how many of its latest entries a tapped stream keeps in memory.
// Readers farther behind read from the log.
const ring = 512

// Hub tells who is interested that there is news. It keeps the latest entries
// of each tapped stream, so that an entry is not read from the store once for
// every reader. It has no goroutine and waits for nobody.
type Hub struct {
	mu    sync.Mutex
	feeds map[Stream]*feed
	ears  map[Stream]map[*ear]struct{}
	// news is closed and made anew whenever any entry was announced here.
	news chan struct{}
	// told, if set, passes on what was written here to other processes.
	told func(Stream, int64)
	// hinted wakes Tail when another process says that it wrote something.
	hinted chan struct{}
	// signals are what passes without a trace.
	signals *Signals
}

// feed is a stream that is tapped.
type feed struct {
	stream Stream
	taps   map[*Tap]struct{} // guarded by Hub.mu and mu: both to change, either to read

	mu     sync.Mutex
	known  bool // last is known
	last   int64
	latest []*Entry // the entries up to last, contiguous
	hint   int64    // the greatest number heard of

	filling sync.Mutex // one reader at a time extends the feed from the log
}

// ear hears of every entry of a stream.
type ear struct{ hear func(*Entry) }

// NewHub makes a hub of its own, for what needs no log. A Log has one.
func NewHub() *Hub {
	return &Hub{
		feeds: map[Stream]*feed{}, ears: map[Stream]map[*ear]struct{}{},
		news: make(chan struct{}), hinted: make(chan struct{}, 1),
		signals: &Signals{ears: map[string]func(string, []byte){}},
	}
}

// Everything is the stream by which Listen hears of all streams' entries.
const Everything Stream = "*"

// announce takes an entry that was committed here. It is called in the writer's
// turn and waits for nobody.
func (h *Hub) announce(e *Entry) {
	if told := h.spread(e); told != nil {
		told(e.Stream, e.Seq)
	}
}

// spread tells this process of the entry: first those whose rights it may
// change, then those who wait for it.
func (h *Hub) spread(e *Entry) (told func(Stream, int64)) {
	h.mu.Lock()
	f := h.feeds[e.Stream]
	for _, s := range [2]Stream{e.Stream, Everything} {
		for ear := range h.ears[s] {
			ear.hear(e)
		}
	}
	close(h.news)
	h.news = make(chan struct{})
	told = h.told
	h.mu.Unlock()
	if f != nil {
		f.take(e)
	}
	return told
}

// Listen has hear called with every entry of the stream, at once when it is
// committed here and soon when it was elsewhere, before any tap of the stream is
// woken. An entry may come twice or out of order. hear must be quick and must
// not call the hub. stop ends it.
func (h *Hub) Listen(s Stream, hear func(*Entry)) (stop func()) {
	e := &ear{hear}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ears[s] == nil {
		h.ears[s] = map[*ear]struct{}{}
	}
	h.ears[s][e] = struct{}{}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(h.ears[s], e); len(h.ears[s]) == 0 {
			delete(h.ears, s)
		}
	}
}

// Hint says that another process wrote something. A hint that never comes only
// delays what Tail finds by itself.
func (h *Hub) Hint() {
	select {
	case h.hinted <- struct{}{}:
	default: // Tail has yet to see to the last one
	}
}

// anyNews answers a channel that is closed at the next announcement.
func (h *Hub) anyNews() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.news
}

// Watched is how many streams are tapped at this moment.
func (h *Hub) Watched() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.feeds)
}

func (h *Hub) open(s Stream, t *Tap) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.feeds[s]
	if !ok {
		f = &feed{stream: s, taps: map[*Tap]struct{}{}}
		h.feeds[s] = f
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taps[t] = struct{}{}
	return f
}

func (h *Hub) leave(f *feed, t *Tap) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if delete(f.taps, t); len(f.taps) == 0 && h.feeds[f.stream] == f {
		delete(h.feeds, f.stream)
	}
}

package sqlite

import (
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// key names a document across collections.
type key struct {
	spec *store.Spec
	id   string
}

// entry is a document in memory: its BSON, and the struct decoded from it when
// somebody first asks.
type entry struct {
	raw  bson.Raw
	once sync.Once
	doc  any
	err  error
}

// nobody stands for a document that is known to be absent: asking for what is
// not there (a reader's mark, a reaction) is as common as for what is.
var nobody = &entry{}

// shared is the decoded document, the same for all readers.
func (e *entry) shared(c *store.Spec) (any, error) {
	e.once.Do(func() { e.doc, e.err = c.Decode(e.raw) })
	return e.doc, e.err
}

// fresh is a copy for one writer to change.
func (e *entry) fresh(c *store.Spec) (any, error) { return c.Decode(e.raw) }

// guards is a power of two: how many parts the keys are spread over, so that a
// write disturbs few of the reads under way.
const guards = 256

// cache holds committed documents. A reader that fetched from the file may
// only add what it found if no write to that part of the keys was committed
// since it began; otherwise it might bring back the past.
type cache struct {
	entries *otter.Cache[key, *entry]
	seed    maphash.Seed
	guard   [guards]struct {
		sync.Mutex
		writes atomic.Uint64
	}
}

// entryOverhead is roughly what the cache's own books take for an entry, beside
// its BSON and the struct. The struct's strings are in the BSON.
const entryOverhead = 300

func newCache(bytes int) *cache {
	return &cache{
		seed: maphash.MakeSeed(),
		entries: otter.Must(&otter.Options[key, *entry]{
			MaximumWeight: uint64(bytes),
			Weigher:       weight,
		}),
	}
}

func weight(k key, e *entry) uint32 {
	if e == nobody {
		return entryOverhead
	}
	return uint32(len(e.raw) + k.spec.Size() + entryOverhead)
}

func (c *cache) part(id string) int { return int(maphash.String(c.seed, id) & (guards - 1)) }

func (c *cache) get(k key) (*entry, bool) { return c.entries.GetIfPresent(k) }

// ticket is taken before reading a document from the file, and shown to add.
func (c *cache) ticket(id string) uint64 { return c.guard[c.part(id)].writes.Load() }

// Cached is about how many documents are in memory.
func (e *Engine) Cached() int { return e.cache.entries.EstimatedSize() }

// add keeps what a reader found, if its ticket still holds.
func (c *cache) add(k key, e *entry, ticket uint64) {
	g := &c.guard[c.part(k.id)]
	g.Lock()
	defer g.Unlock()
	if g.writes.Load() == ticket {
		c.entries.Set(k, e)
	}
}

// committed keeps what the writer has just committed.
func (c *cache) committed(k key, e *entry) {
	g := &c.guard[c.part(k.id)]
	g.Lock()
	defer g.Unlock()
	g.writes.Add(1)
	c.entries.Set(k, e)
}

package sqlite

import (
	"log/slog"
	"sync/atomic"
)

// checkpointEvery is how many documents are written between two checkpoints:
// some ten thousand pages of the log, many of which are the same page again and
// are then copied once.
const checkpointEvery = 3000

// checkpoint is the copying of SQLite's write-ahead log into the file. Most of
// it is done beside the writer; the writer copies in its turn the little that
// was written meanwhile, after which the log begins anew. (SQLite by itself
// would copy all of it in the writer's turn.)
type checkpoint struct {
	path    string
	written int // documents since the last one
	running chan struct{}
	copied  atomic.Bool
}

// after is called in the writer's turn, when so many documents were committed.
func (c *checkpoint) after(documents int, w *writer) {
	c.written += documents
	switch {
	case c.copied.Load():
		c.copied.Store(false)
		c.running, c.written = nil, 0
		if err := w.exec(passive); err != nil {
			slog.Error("the log of the documents could not be copied into their file", "error", err)
		}
	case c.running == nil && c.written >= checkpointEvery:
		c.running = make(chan struct{})
		go c.beside(c.running)
	}
}

const passive = "PRAGMA wal_checkpoint(PASSIVE)"

// beside copies what there is, and then what came meanwhile. If it fails, the
// writer's own attempt says so.
func (c *checkpoint) beside(done chan struct{}) {
	defer close(done)
	defer c.copied.Store(true)
	conn, err := openConn(c.path)
	if err != nil {
		return
	}
	defer conn.close()
	for range 2 {
		_ = conn.query(passive, nil, nil)
	}
}

// wait lets the copying under way end.
func (c *checkpoint) wait() {
	if c.running != nil {
		<-c.running
	}
}

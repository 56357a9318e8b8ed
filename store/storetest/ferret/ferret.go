// Package ferret gives tests a MongoDB to talk to: an embedded FerretDB v1 over
// SQLite, spoken to through the real driver and the real wire protocol. It is
// for tests alone. FerretDB must never reach the shipped binary, so nothing but
// a _test.go file may import this package.
//
// Between the driver and FerretDB stands a gate, for FerretDB v1 is not MongoDB
// in a few ways that the store relies on. The gate lets one command through at
// a time, since FerretDB reads, changes and writes back without a lock where
// MongoDB changes a document as one. It gives a unique index's refusal of an
// update MongoDB's code; has unique indexes treat an absent field as a null one;
// and leaves out a projection that FerretDB does not know (it then answers more
// fields than asked for). All else is FerretDB's own.
//
// StartReplicaSet goes further and plays a replica set: the gate keeps
// transactions itself, one at a time, undoing what an aborted one wrote. It
// shows that the engine keeps to the driver's rules, not how a real replica set
// behaves under load.
package ferret

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Start runs a FerretDB until the test ends and answers its address. Like a
// standalone MongoDB it has no transactions.
func Start(t testing.TB) (uri string) {
	t.Helper()
	g := start(t)
	return "mongodb://" + g.address + "/"
}

// ReplicaSet is a FerretDB whose gate plays a replica set of one.
type ReplicaSet struct {
	// URI is where the driver finds it.
	URI  string
	gate *gate
}

// StartReplicaSet runs a FerretDB with transactions until the test ends.
func StartReplicaSet(t testing.TB) *ReplicaSet {
	t.Helper()
	g := start(t)
	g.replica.Store(newReplica(g))
	return &ReplicaSet{URI: "mongodb://" + g.address + "/?replicaSet=" + setName, gate: g}
}

// FailNext has the next command of the name within a transaction fail with the
// code and the error labels of MongoDB's. A commit labelled as of unknown
// result is kept nevertheless; any other failure undoes the transaction.
func (r *ReplicaSet) FailNext(command string, code int32, labels ...string) {
	r.gate.replica.Load().failNext(command, code, labels)
}

// making guards ferretdb.New, which writes a variable of the whole process.
var making sync.Mutex

// start runs FerretDB and the gate before it, both on ports of their own.
func start(t testing.TB) *gate {
	t.Helper()
	making.Lock()
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + t.TempDir() + "/?_pragma=synchronous(off)",
		Logger:    slog.New(slog.DiscardHandler),
	})
	making.Unlock()
	if err != nil {
		t.Fatalf("make a FerretDB: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- db.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ran; err != nil {
			t.Errorf("run FerretDB: %v", err)
		}
	})

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for the gate: %v", err)
	}
	g := newGate(listener.Addr().String(), hostOf(db.MongoDBURI()))
	t.Cleanup(g.open(listener))
	return g
}

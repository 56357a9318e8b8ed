package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"veche/store"
	"veche/store/mongo"
	"veche/store/storetest/ferret"
)

// MongoDB's error codes and labels that the tests tell the server to answer.
const (
	writeConflict = 112
	notPrimary    = 10107
	illegal       = 20
	unauthorized  = 13

	transient = "TransientTransactionError"
	unknown   = "UnknownTransactionCommitResult"
)

// tally counts what a Do does.
type tally struct{ runs, told int }

// likes is a Do that inserts a post and likes it twice.
func (n *tally) likes(t *testing.T, e *mongo.Engine, hide bool) error {
	return e.Do(t.Context(), func(tx store.Tx) error {
		n.runs++
		tx.OnCommit(func() { n.told++ })
		err := posts.Insert(t.Context(), tx, &post{ID: "p"})
		for range 2 {
			if err == nil {
				_, err = posts.Inc(t.Context(), tx, "p", "likes", 1)
			}
		}
		if hide && err != nil {
			return errors.New("something went wrong")
		}
		return err
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	set := ferret.StartReplicaSet(t)
	for name, fault := range map[string]struct {
		command string
		code    int32
		label   string
		runs    int
	}{
		"a write conflict":              {"findAndModify", writeConflict, transient, 2},
		"a conflict on insert":          {"insert", writeConflict, transient, 2},
		"a conflict on a read":          {"find", writeConflict, transient, 2},
		"a new primary at the commit":   {"commitTransaction", notPrimary, transient, 2},
		"a commit of unknown result":    {"commitTransaction", notPrimary, unknown, 1},
		"an abort that fails, unneeded": {"abortTransaction", notPrimary, "", 1},
	} {
		for _, hide := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, hidden %t", name, hide), func(t *testing.T) {
				e := ready(t, set.URI, fresh())
				set.FailNext(fault.command, fault.code, fault.label)
				var n tally
				if err := n.likes(t, e, hide); err != nil {
					t.Fatal(err)
				}
				if n != (tally{fault.runs, 1}) {
					t.Errorf("ran %d times and told %d, want %d and 1", n.runs, n.told, fault.runs)
				}
				if p, err := posts.Get(t.Context(), e, "p"); err != nil || p.Likes != 2 {
					t.Errorf("got %+v, %v, want 2 likes", p, err)
				}
			})
		}
	}
}

// TestFaultForGood is an error of the server's that no other try will mend.
func TestFaultForGood(t *testing.T) {
	t.Parallel()
	set := ferret.StartReplicaSet(t)
	e := ready(t, set.URI, fresh())
	set.FailNext("findAndModify", unauthorized)
	var n tally
	if err := n.likes(t, e, false); err == nil || n != (tally{1, 0}) {
		t.Errorf("got %v after %d runs, told %d", err, n.runs, n.told)
	}
	if _, err := posts.Get(t.Context(), e, "p"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: got %v, want ErrNotFound", err)
	}
}

func TestConflictForEver(t *testing.T) {
	t.Parallel()
	set := ferret.StartReplicaSet(t)
	e := ready(t, set.URI, fresh())
	e.SetMaxRuns(3)
	for range 3 {
		set.FailNext("insert", writeConflict, transient)
	}
	var n tally
	if err := n.likes(t, e, false); !errors.Is(err, store.ErrConflict) || n != (tally{3, 0}) {
		t.Errorf("got %v after %d runs, told %d; want ErrConflict after 3", err, n.runs, n.told)
	}
}

// TestCanceled is a caller who goes away while a transaction is at work.
func TestCanceled(t *testing.T) {
	t.Parallel()
	e := ready(t, ferret.StartReplicaSet(t).URI, fresh())
	ctx, cancel := context.WithCancel(t.Context())
	runs := 0
	err := e.Do(ctx, func(tx store.Tx) error {
		runs++
		if err := posts.Insert(ctx, tx, &post{ID: "p"}); err != nil {
			return err
		}
		cancel()
		_, err := posts.Inc(ctx, tx, "p", "likes", 1)
		return err
	})
	if !errors.Is(err, context.Canceled) || runs != 1 {
		t.Errorf("got %v after %d runs, want it canceled after 1", err, runs)
	}
	if _, err := posts.Get(t.Context(), e, "p"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: got %v, want ErrNotFound", err)
	}
}

// TestProbe is a server that says it is a replica set and keeps no
// transactions, and one that keeps them from us.
func TestProbe(t *testing.T) {
	t.Parallel()
	set := ferret.StartReplicaSet(t)
	set.FailNext("find", illegal)
	if e := ready(t, set.URI, fresh()); e.Transactional() {
		t.Error("a server that refuses transactions is said to have them")
	}
	set.FailNext("find", unauthorized)
	if e, err := mongo.Open(t.Context(), set.URI, fresh()); err == nil {
		t.Error("a server that lets nobody in was opened")
		_ = e.Close()
	}
	if e := ready(t, set.URI, fresh()); !e.Transactional() {
		t.Error("a replica set is said to have no transactions")
	}
}

package ferret

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	setName = "rs0"

	noSuchTransaction = 251
	transient         = "TransientTransactionError"
	unknownResult     = "UnknownTransactionCommitResult"
)

// replica keeps the transactions that FerretDB has not. A transaction has the
// turn from its first command to its last, so that no other sees it half done.
type replica struct {
	gate *gate

	mu     sync.Mutex
	open   map[string]*transaction
	faults map[string][]bson.D
}

func newReplica(g *gate) *replica {
	return &replica{gate: g, open: map[string]*transaction{}, faults: map[string][]bson.D{}}
}

// transaction remembers how the documents that it wrote were before.
type transaction struct {
	begunOn   *line
	before    []image
	over      bool
	committed bool
}

type image struct {
	db, collection string
	id             any
	doc            bson.D // nil: there was none
}

func (r *replica) failNext(command string, code int32, labels []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults[command] = append(r.faults[command], failure(code, "told to fail", labels))
}

func (r *replica) fault(command string) bson.D {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting := r.faults[command]
	if len(waiting) == 0 {
		return nil
	}
	r.faults[command] = waiting[1:]
	return waiting[0]
}

// command runs one command of a transaction.
func (r *replica) command(line *line, command bson.D) (bson.D, error) {
	t, err := r.transaction(line, command)
	if err != nil {
		return nil, err
	}
	command = slices.DeleteFunc(command, func(e bson.E) bool {
		return slices.Contains([]string{"startTransaction", "autocommit", "txnNumber", "readConcern", "recoveryToken"}, e.Key)
	})
	switch name := command[0].Key; {
	case t != nil && t.committed && name == "commitTransaction":
		return bson.D{{Key: "ok", Value: float64(1)}}, nil
	case t == nil || t.over:
		return failure(noSuchTransaction, "no such transaction", []string{transient}), nil
	case name == "commitTransaction" || name == "abortTransaction":
		return r.finish(line, t, name)
	}
	reply := r.fault(command[0].Key)
	if reply == nil {
		if err := r.remember(line, t, command); err != nil {
			return nil, err
		}
		if reply, err = r.gate.pass(line, command); err != nil {
			return nil, err
		}
	}
	if failed(reply) { // a MongoDB gives the transaction up by itself
		return reply, r.undo(line, t)
	}
	return reply, nil
}

// transaction is the one that the command belongs to; its first command waits
// for its turn.
func (r *replica) transaction(line *line, command bson.D) (*transaction, error) {
	session, _ := lookup(command, "lsid")
	number, _ := lookup(command, "txnNumber")
	name := fmt.Sprint(session, number)
	if start, _ := lookup(command, "startTransaction"); start == true {
		if err := r.gate.take(); err != nil {
			return nil, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.open[name] = &transaction{begunOn: line}
		return r.open[name], nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open[name], nil
}

// abandon undoes what was begun on a connection that is gone: its driver gave
// up before it heard that the transaction had begun, and so will not end it. A
// MongoDB does this when the transaction's time is up.
func (r *replica) abandon(line *line) error {
	r.mu.Lock()
	var left []*transaction
	for _, t := range r.open {
		if t.begunOn == line && !t.over {
			left = append(left, t)
		}
	}
	r.mu.Unlock()
	var errs []error
	for _, t := range left {
		errs = append(errs, r.undo(line, t))
	}
	return errors.Join(errs...)
}

func (r *replica) finish(line *line, t *transaction, name string) (bson.D, error) {
	reply := r.fault(name)
	keep := name == "commitTransaction" && (reply == nil || slices.Contains(labels(reply), unknownResult))
	if reply == nil {
		reply = bson.D{{Key: "ok", Value: float64(1)}}
	}
	if !keep {
		return reply, r.undo(line, t)
	}
	t.over, t.committed = true, true
	<-r.gate.turn
	return reply, nil
}

func labels(reply bson.D) []string {
	v, _ := lookup(reply, "errorLabels")
	s, _ := v.([]string)
	return s
}

// remember notes how the documents are that the command is about to write.
func (r *replica) remember(line *line, t *transaction, command bson.D) error {
	db, collection := text(command, "$db"), text(command, command[0].Key)
	for _, id := range written(command) {
		known := slices.ContainsFunc(t.before, func(i image) bool {
			return i.db == db && i.collection == collection && i.id == id
		})
		if known {
			continue
		}
		reply, err := line.ask(bson.D{
			{Key: "find", Value: collection},
			{Key: "filter", Value: bson.D{{Key: "_id", Value: id}}},
			{Key: "$db", Value: db},
		})
		if err != nil {
			return err
		}
		before := image{db: db, collection: collection, id: id}
		if batch := list(child(reply, "cursor"), "firstBatch"); len(batch) > 0 {
			before.doc = batch[0].(bson.D)
		}
		t.before = append(t.before, before)
	}
	return nil
}

// written are the ids of the documents that a command writes.
func written(command bson.D) []any {
	var filters []bson.D
	for _, doc := range list(command, "documents") {
		filters = append(filters, doc.(bson.D))
	}
	for _, one := range append(list(command, "updates"), list(command, "deletes")...) {
		filters = append(filters, child(one.(bson.D), "q"))
	}
	if command[0].Key == "findAndModify" {
		filters = append(filters, child(command, "query"))
	}
	ids := make([]any, len(filters))
	for i, filter := range filters {
		ids[i], _ = lookup(filter, "_id")
	}
	return ids
}

// undo puts every document back as it was, and ends the transaction's turn.
func (r *replica) undo(line *line, t *transaction) error {
	t.over = true
	defer func() { <-r.gate.turn }()
	for _, was := range t.before {
		remove := bson.D{{Key: "q", Value: bson.D{{Key: "_id", Value: was.id}}}, {Key: "limit", Value: int32(1)}}
		if err := r.write(line, was, "delete", "deletes", remove); err != nil {
			return err
		}
	}
	for _, was := range t.before {
		if was.doc == nil {
			continue
		}
		if err := r.write(line, was, "insert", "documents", was.doc); err != nil {
			return err
		}
	}
	return nil
}

func (r *replica) write(line *line, was image, command, list string, one bson.D) error {
	reply, err := line.ask(bson.D{
		{Key: command, Value: was.collection},
		{Key: list, Value: bson.A{one}},
		{Key: "$db", Value: was.db},
	})
	if err == nil && failed(reply) {
		return fmt.Errorf("undo a %s: %v", command, reply)
	}
	return err
}

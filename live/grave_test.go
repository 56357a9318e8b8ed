package live_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/live"
	"veche/store"
)

// plain is an engine that has no transactions, as a standalone MongoDB.
type plain struct{ store.Store }

func (plain) Transactional() bool { return false }

func (p plain) Do(ctx context.Context, fn func(store.Tx) error) error {
	tx := &plainTx{Ops: p.Store}
	if err := fn(tx); err != nil {
		return err
	}
	for _, tell := range tx.after {
		tell()
	}
	return nil
}

type plainTx struct {
	store.Ops
	after []func()
	// dies makes the process die before the entry is written.
	dies bool
}

func (t *plainTx) OnCommit(fn func()) { t.after = append(t.after, fn) }

func (t *plainTx) Insert(ctx context.Context, c *store.Spec, doc any) error {
	if t.dies && c.Name == "log" {
		return context.Canceled
	}
	return t.Ops.Insert(ctx, c, doc)
}

// A number that was taken by a process that died is closed after the grace
// time, and readers and consumers go on behind it.
func TestTombstone(t *testing.T) {
	_, s := open(t, live.Options{})
	now := time.Now().Truncate(time.Millisecond)
	l, err := live.Open(t.Context(), plain{s}, live.Options{Poll: 5 * time.Millisecond, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	e := func(about string) live.Event {
		return live.Event{Stream: "topic:a", Kind: "said", About: []string{about}}
	}
	if err := l.Append(t.Context(), &plainTx{Ops: s}, e("one")); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), &plainTx{Ops: s, dies: true}, e("lost")); err == nil {
		t.Fatal("the process did not die")
	}
	if err := l.Append(t.Context(), &plainTx{Ops: s}, e("three")); err != nil {
		t.Fatal(err)
	}
	now = now.Add(live.DefaultGrace + time.Second)
	var got []string
	for e, err := range follow(t.Context(), l, "topic:a", 0) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, e.About[0]); len(got) == 2 {
			break
		}
	}
	if diff := cmp.Diff([]string{"one", "three"}, got); diff != "" {
		t.Error(diff)
	}
	var consumed []string
	c := live.Consumer{Name: "c", Handle: func(_ context.Context, _ store.Tx, found []*live.Entry) error {
		for _, e := range found {
			consumed = append(consumed, e.About[0])
		}
		return nil
	}}
	now = now.Add(time.Minute)
	if _, err := l.CatchUp(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one", "three"}, consumed); diff != "" {
		t.Error(diff)
	}
}

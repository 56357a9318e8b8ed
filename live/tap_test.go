package live_test

import (
	"errors"
	"testing"
	"time"

	"veche/live"
)

// A tap that was asked for nothing while the log was pruned says so, and serves
// those who start anew.
func TestTapSleepsThroughPruning(t *testing.T) {
	l, s := open(t, live.Options{Retention: time.Nanosecond})
	tap := l.Tap("topic:a", func() {})
	defer tap.Close()
	appendTo(t, l, s, "topic:a", "one")
	time.Sleep(5 * time.Millisecond)
	if n, err := l.Prune(t.Context()); n != 1 || err != nil {
		t.Fatalf("pruned %d: %v", n, err)
	}
	if _, _, err := tap.Next(t.Context(), 0); !errors.Is(err, live.ErrGone) {
		t.Fatalf("got %v, want ErrGone", err)
	}
	appendTo(t, l, s, "topic:a", "two")
	head, err := tap.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := tap.Next(t.Context(), head-1)
	if err != nil || len(found) != 1 || found[0].About[0] != "two" {
		t.Errorf("found %v: %v", found, err)
	}
}

package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"veche/live"
)

// trail follows the log from the bookmark until it has n entries, and answers
// where it stands then.
func trail(t *testing.T, l *live.Log, at live.Bookmark, n int) (seen []string, end live.Bookmark) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if n == 0 {
		return nil, at
	}
	err := l.Follow(ctx, at, func(_ context.Context, found []*live.Entry, at live.Bookmark) error {
		end = at
		for _, e := range found {
			seen = append(seen, fmt.Sprintf("%s %d", e.Stream, e.Seq))
		}
		if len(seen) >= n {
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("followed to %v: %v", seen, err)
	}
	return seen, end
}

func TestFollow(t *testing.T) {
	l, s := open(t, live.Options{Poll: -1})
	for i := range 7 {
		for range 100 { // more than are read at once
			appendTo(t, l, s, live.Stream(fmt.Sprintf("topic:%d", i)), "x")
		}
	}
	seen, at := trail(t, l, live.Bookmark{}, 700)
	if len(seen) != 700 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 700 {
		t.Fatalf("%d entries were seen", len(seen))
	}
	next := map[string]int{}
	for _, e := range seen {
		var stream string
		var seq int
		_, _ = fmt.Sscan(e, &stream, &seq)
		if next[stream]++; seq != next[stream] {
			t.Fatalf("%s comes as number %d of its stream", e, next[stream])
		}
	}
	now, err := l.Moment(t.Context())
	if err != nil || !at.Reached(now) {
		t.Errorf("%v has not reached %v, %v", at, now, err)
	}
	appendTo(t, l, s, "topic:3", "y")
	if now, _ = l.Moment(t.Context()); at.Reached(now) {
		t.Error("what came later is reached already")
	}
	if seen, _ = trail(t, l, at, 1); len(seen) != 1 || seen[0] != "topic:3 101" {
		t.Errorf("behind the bookmark: %v", seen)
	}
}

// TestFollowGone refuses bookmarks behind which something is missing, or that
// are of another log.
func TestFollowGone(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	l, s := open(t, live.Options{Poll: -1, Retention: time.Hour, Now: func() time.Time { return now }})
	appendTo(t, l, s, "topic:a", "1", "2", "3")
	_, old := trail(t, l, live.Bookmark{}, 3)
	end, err := l.Bookmark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	appendTo(t, l, s, "topic:a", "4")
	_, late := trail(t, l, old, 1)
	gone := func(what string, at live.Bookmark, want bool) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer stop()
		err := l.Follow(ctx, at, func(context.Context, []*live.Entry, live.Bookmark) error { return nil })
		if errors.Is(err, live.ErrGone) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	gone("before all", live.Bookmark{}, false)
	gone("in the middle", old, false)
	other := late
	for lane := range other {
		other[lane].Entry += "x"
	}
	if other != late {
		gone("of another log", other, true)
	}
	ahead := late
	ahead[0].Place += 100
	gone("ahead of the log", ahead, true)
	now = now.Add(2 * time.Hour)
	if n, err := l.Prune(t.Context()); err != nil || n != 4 {
		t.Fatalf("pruned %d, %v", n, err)
	}
	gone("before what was pruned", live.Bookmark{}, true)
	gone("in what was pruned", old, true)
	gone("at an end that was pruned", end, true)
	gone("behind what was pruned", late, false)
}

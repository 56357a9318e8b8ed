package imports_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/imports"
)

func TestACutOffRunIsFinished(t *testing.T) {
	t.Parallel()
	dir := data(t, conlang)
	whole := newWorld(t)
	job, all := whole.job(), &counted{Store: whole.store}
	job.Store = all
	first, err := job.StackExchange(t.Context(), dir)
	check(t, err)
	want, entries := whole.told(t), whole.entries(t)
	cuts := []struct{ cutAt, batch int }{
		{all.inserts * 3 / 4, 3}, {all.inserts / 2, 40}, {2, 7}, {1, 0}, {all.inserts / 5, 1}, {all.inserts * 2 / 5, 0}, {all.inserts, 17},
	}
	if underRace {
		cuts = cuts[:2]
	}
	for _, test := range cuts {
		w := newWorld(t)
		job := w.job()
		job.Batch = test.batch
		job.Store = &counted{Store: w.store, cutAt: test.cutAt}
		report, err := job.StackExchange(t.Context(), dir)
		if !errors.Is(err, errCut) {
			t.Fatalf("cut at insert %d: %v\n%v", test.cutAt, err, report)
		}
		job.Store = w.store
		rest, err := job.StackExchange(t.Context(), dir)
		check(t, err)
		sum := sumOf(report.Brought, rest.Brought)
		if diff := cmp.Diff(first.Brought, sum); diff != "" || rest.Present != report.Brought {
			t.Errorf("cut at insert %d: %s brought before %+v, there %+v", test.cutAt, diff, report.Brought, rest.Present)
		}
		if diff := cmp.Diff(want, w.told(t)); diff != "" {
			t.Errorf("cut at insert %d, in batches of %d: %s", test.cutAt, test.batch, diff)
		}
		if w.entries(t) != entries {
			t.Errorf("cut at insert %d: %d entries of the log, want %d", test.cutAt, w.entries(t), entries)
		}
	}
}

func sumOf(a, b imports.Counts) imports.Counts {
	return imports.Counts{
		Members: a.Members + b.Members, Topics: a.Topics + b.Topics, Answers: a.Answers + b.Answers,
		Comments: a.Comments + b.Comments, Revisions: a.Revisions + b.Revisions,
		Accepted: a.Accepted + b.Accepted, Bookmarks: a.Bookmarks + b.Bookmarks,
	}
}

func TestACancelledRunStops(t *testing.T) {
	dir := data(t, conlang)
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	job := w.job()
	job.Batch = 20
	job.Progress = cancelAfter{cancel}
	if _, err := job.StackExchange(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled run answers %v", err)
	}
	job.Progress = nil
	report, err := job.StackExchange(t.Context(), dir)
	check(t, err)
	if got := sumOf(report.Brought, report.Present); got.Topics != 54 || got.Answers != 115 {
		t.Errorf("in the end there are %+v", got)
	}
}

// cancelAfter cancels as soon as a progress bar is drawn.
type cancelAfter struct{ cancel func() }

func (c cancelAfter) Write(p []byte) (int, error) {
	c.cancel()
	return len(p), nil
}

//go:build !race

package imports_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const underRace = false

func TestFrench(t *testing.T) {
	t.Parallel()
	dir := data(t, french)
	want := expect(t, dir)
	w := newWorld(t)
	report, err := w.job().StackExchange(t.Context(), dir)
	check(t, err)
	t.Logf("\n%v", report)
	if diff := cmp.Diff(want.counts, report.Brought); diff != "" {
		t.Error(diff)
	}
	if rowsOf(report) != accounted(report) {
		t.Errorf("%d rows, %d accounted for", rowsOf(report), accounted(report))
	}
	compareTopics(t, w, want)
}

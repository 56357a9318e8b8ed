package main

import (
	"fmt"
	"slices"
	"strings"
)

// result is what one round came to.
type result struct {
	expected, lost, doubled, disordered, strange int // deliveries, the warm-up's too

	ended                int     // sockets that ended before their time
	cut                  int     // stuck sockets that the server parted with
	begin                int64   // when the measured part began, in nanoseconds since 1970
	perSecond            float64 // deliveries
	p50, p99, max        float64 // latency in milliseconds
	cpu                  float64 // for a delivery, in microseconds
	post                 float64 // publishing one post where nobody is, in microseconds of CPU
	net                  float64 // cpu without the publishing
	memory               float64 // for a socket, in KiB
	empty, open, closing int     // resident memory in KiB: no sockets, all of them, after the posts
	peak                 int     // the most that was resident, in KiB
	idle                 float64 // CPU while nothing is published, in percent of a core
	frame                float64 // bytes of a post's frame
}

// column is a number of the table.
type column struct {
	title  string
	format string
	of     func(result) float64
	spread bool // whether the least and the most are told too
}

func mebibytes(kibibytes int) float64 { return float64(kibibytes) / 1024 }

// counts are added up over the rounds, figures told by their median.
var (
	counts = []column{
		{title: "expected", of: func(r result) float64 { return float64(r.expected) }},
		{title: "lost", of: func(r result) float64 { return float64(r.lost) }},
		{title: "doubled", of: func(r result) float64 { return float64(r.doubled + r.strange) }},
		{title: "out of order", of: func(r result) float64 { return float64(r.disordered) }},
	}
	figures = []column{
		{"deliveries/s", "%.0f", func(r result) float64 { return r.perSecond }, false},
		{"p50 ms", "%.1f", func(r result) float64 { return r.p50 }, false},
		{"p99 ms", "%.1f", func(r result) float64 { return r.p99 }, true},
		{"max ms", "%.1f", func(r result) float64 { return r.max }, false},
		{"server CPU µs/delivery", "%.2f", func(r result) float64 { return r.cpu }, true},
		{"without publishing", "%.2f", func(r result) float64 { return r.net }, false},
		{"KiB/socket", "%.1f", func(r result) float64 { return r.memory }, true},
		{"RSS MiB without sockets", "%.0f", func(r result) float64 { return mebibytes(r.empty) }, false},
		{"with", "%.0f", func(r result) float64 { return mebibytes(r.open) }, false},
		{"after", "%.0f", func(r result) float64 { return mebibytes(r.closing) }, false},
		{"peak", "%.0f", func(r result) float64 { return mebibytes(r.peak) }, true},
		{"idle CPU %", "%.1f", func(r result) float64 { return r.idle }, false},
	}
	compared = []column{
		{title: "CPU/delivery", of: func(r result) float64 { return r.cpu }},
		{title: "without publishing", of: func(r result) float64 { return r.net }},
		{title: "memory/socket", of: func(r result) float64 { return r.memory }},
		{title: "p99", of: func(r result) float64 { return r.p99 }},
		{title: "peak memory", of: func(r result) float64 { return float64(r.peak) }},
	}
)

func printHead() {
	titles := []string{"server", "sockets", "topics", "events", "frame bytes"}
	for _, c := range slices.Concat(counts, figures) {
		titles = append(titles, c.title)
	}
	fmt.Printf("| %s |\n|---|%s\n", strings.Join(titles, " | "), strings.Repeat("--:|", len(titles)-1))
}

// print prints a row for each side, and answers what is to be said below the
// table.
func (t trial) print(results [][]result) []string {
	var remarks []string
	for i, rounds := range results {
		cells := []string{t.sides[i].name, fmt.Sprint(t.sockets), fmt.Sprint(t.topics), fmt.Sprint(t.events), fmt.Sprintf("%.0f", rounds[0].frame)}
		for _, c := range counts {
			cells = append(cells, fmt.Sprint(int(sum(rounds, c.of))))
		}
		for _, c := range figures {
			cells = append(cells, c.tell(rounds))
		}
		fmt.Printf("| %s |\n", strings.Join(cells, " | "))
		remarks = append(remarks, t.ends(t.sides[i], rounds)...)
	}
	if len(results) == 2 {
		remarks = append(remarks, t.compare(results[0], results[1]))
	}
	return remarks
}

func (c column) tell(rounds []result) string {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = c.of(r)
	}
	return spread(values, c.format, c.spread)
}

// spread is the median, with the least and the most if there are several.
func spread(values []float64, format string, whole bool) string {
	slices.Sort(values)
	text := fmt.Sprintf(format, values[len(values)/2])
	if whole && len(values) > 1 {
		text += fmt.Sprintf(" ("+format+"–"+format+")", values[0], values[len(values)-1])
	}
	return text
}

func sum(rounds []result, of func(result) float64) (total float64) {
	for _, r := range rounds {
		total += of(r)
	}
	return total
}

// ends tells of sockets that ended, wanted or not.
func (t trial) ends(s side, rounds []result) (remarks []string) {
	if n := sum(rounds, func(r result) float64 { return float64(r.ended) }); n > 0 {
		remarks = append(remarks, fmt.Sprintf("- %d sockets, %s: %.0f ended before their time.", t.sockets, s.name, n))
	}
	if s.stuck > 0 {
		n := sum(rounds, func(r result) float64 { return float64(r.cut) })
		remarks = append(remarks, fmt.Sprintf("- %d sockets, %s: the server parted with %.0f of the %.0f stuck ones.",
			t.sockets, s.name, n, float64(len(rounds)*t.sockets)*s.stuck/100))
	}
	return remarks
}

// compare tells how the first side stands to the second: each round to the one
// beside it, for they met the same machine.
func (t trial) compare(first, second []result) string {
	var parts []string
	for _, c := range compared {
		ratios := make([]float64, len(first))
		for i := range first {
			ratios[i] = c.of(first[i]) / c.of(second[i])
		}
		parts = append(parts, c.title+" × "+spread(ratios, "%.2f", true))
	}
	return fmt.Sprintf("- %d sockets, %d topics, %s / %s: %s.", t.sockets, t.topics, t.sides[0].name, t.sides[1].name, strings.Join(parts, ", "))
}

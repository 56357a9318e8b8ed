package observe

import (
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"veche/community"
	"veche/store"
)

// numbers is all that is counted.
type numbers struct {
	registry   *prometheus.Registry
	operations *prometheus.HistogramVec
	reads      *prometheus.HistogramVec
	answers    *prometheus.CounterVec
	store      *prometheus.HistogramVec
	failures   *prometheus.CounterVec
	shelves    sync.Map // *store.Spec to *shelf
}

func newNumbers() *numbers {
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	n := &numbers{
		registry: prometheus.NewRegistry(),
		operations: histogram("veche_operation_seconds", "GraphQL operations by type and gravest code.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}, "type", "code"),
		reads: histogram("veche_operation_store_reads", "Reads of the store for one operation.",
			[]float64{0, 1, 2, 5, 10, 15, 20, 30, 50, 100, 300}, "type"),
		answers: counter("veche_http_answers_total", "Answers of /graphql by HTTP status, sockets aside.", "status"),
		store: histogram("veche_store_seconds", "What was done with documents; do is a whole transaction.",
			[]float64{.00001, .0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5}, "collection", "operation"),
		failures: counter("veche_store_failures_total", "Errors of the store that are no answer, such as a lost connection.", "collection", "operation"),
	}
	n.registry.MustRegister(n.operations, n.reads, n.answers, n.store, n.failures, build(),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return n
}

// build says what runs.
func build() prometheus.Collector {
	labels := prometheus.Labels{"version": "", "revision": "", "modified": "", "go": ""}
	if info, ok := debug.ReadBuildInfo(); ok {
		labels["version"], labels["go"] = info.Main.Version, info.GoVersion
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				labels["revision"] = s.Value
			case "vcs.modified":
				labels["modified"] = s.Value
			}
		}
	}
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "veche_build_info", Help: "What runs; always 1.", ConstLabels: labels})
	g.Set(1)
	return g
}

// told are all that the label code may say.
var told = []string{
	codeOK, codeCancelled, string(community.KindBadInput), string(community.KindUnauthenticated), string(community.KindForbidden),
	string(community.KindNotFound), string(community.KindConflict), string(community.KindRateLimited), string(community.KindTooComplex),
	string(community.KindUnavailable), string(community.KindInternal), "PERSISTED_QUERY_NOT_FOUND",
}

// settle counts an operation.
func (n *numbers) settle(d *deed, out outcome) {
	code := out.code()
	if !slices.Contains(told, code) {
		code = "OTHER"
	}
	n.operations.WithLabelValues(d.kind, code).Observe(out.took.Seconds())
	if d.reads != nil {
		n.reads.WithLabelValues(d.kind).Observe(float64(d.reads.Load()))
	}
}

func (n *numbers) answered(status int) {
	n.answers.WithLabelValues(strconv.Itoa(status)).Inc()
}

// tally counts the reads of one operation.
type tally struct{ atomic.Int64 }

type tallyKey struct{}

// shelf is the numbers of one collection by verb, each looked up once: labels
// are dear to find.
type shelf struct {
	collection string
	took       [verbs]atomic.Pointer[prometheus.Observer]
}

// shelf is that of the collection; nil stands for whole transactions.
func (n *numbers) shelf(c *store.Spec) *shelf {
	if found, ok := n.shelves.Load(c); ok {
		return found.(*shelf)
	}
	s := &shelf{}
	if c != nil {
		s.collection = c.Name
	}
	found, _ := n.shelves.LoadOrStore(c, s)
	return found.(*shelf)
}

// acted counts what was done with documents.
func (n *numbers) acted(a act, failed bool) {
	took := a.shelf.took[a.verb].Load()
	if took == nil {
		found := n.store.WithLabelValues(a.shelf.collection, a.verb.String())
		took = &found
		a.shelf.took[a.verb].Store(took)
	}
	(*took).Observe(time.Since(a.began).Seconds())
	if failed {
		n.failures.WithLabelValues(a.shelf.collection, a.verb.String()).Inc()
	}
}

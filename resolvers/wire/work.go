package wire

import "sync/atomic"

// idlers is how many goroutines may wait for work.
const idlers = 256

var (
	waiting atomic.Int32
	offers  = make(chan func())
)

// work has fn run beside the caller, by a goroutine that waits for work if
// there is one. A page takes some forty short goroutines, and one fifth of its
// cost went into growing their stacks: those that have worked before have grown.
func work(fn func()) {
	select {
	case offers <- fn:
	default:
		go worker(fn)
	}
}

func worker(fn func()) {
	for {
		fn()
		if waiting.Add(1) > idlers {
			waiting.Add(-1)
			return
		}
		fn = <-offers
		waiting.Add(-1)
	}
}

package imports

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter draws how far a job has come, in bytes; a nil bar draws nothing.
type meter struct{ bar *progressbar.ProgressBar }

func newMeter(w io.Writer, what string, bytes int64) *meter {
	if w == nil {
		return &meter{}
	}
	return &meter{progressbar.NewOptions64(bytes,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionOnCompletion(func() { io.WriteString(w, "\n") }),
	)}
}

func (m *meter) add(n int64) {
	if m.bar != nil && n > 0 {
		_ = m.bar.Add64(n) // a bar that cannot be drawn is no reason to stop
	}
}

func (m *meter) finish() {
	if m.bar != nil {
		_ = m.bar.Finish()
	}
}

// reader counts what is read through it.
func (m *meter) reader(r io.Reader) io.Reader { return meteredReader{r, m} }

type meteredReader struct {
	io.Reader
	meter *meter
}

func (r meteredReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.meter.add(int64(n))
	return n, err
}

package server

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestReadinessWhileItStops has a client that takes its time to part hold up the
// stop: nothing more is to be sent here meanwhile, and the process still lives.
func TestReadinessWhileItStops(t *testing.T) {
	h := open(t, inFolder(t.TempDir()))
	w, err := h.dial("guest")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	done := make(chan error, 1)
	go func() { done <- h.stop() }()
	<-h.server.draining.Done()
	for path, want := range map[string]int{"readyz": http.StatusServiceUnavailable, "healthz": http.StatusOK} {
		if got, text := h.look(t, path); got != want {
			t.Errorf("/%s answers %d %s", path, got, text)
		} else if path == "readyz" && !strings.Contains(text, "stopping") {
			t.Errorf("/%s says %q", path, text)
		}
	}
	w.Close()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("the server does not stop")
	}
}

func (h *house) look(t *testing.T, path string) (int, string) {
	t.Helper()
	response, err := http.Get(strings.TrimSuffix(h.url, "graphql") + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}

package server

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestInsideShowsOnThePrivateAddressAlone runs the server as its command does.
func TestInsideShowsOnThePrivateAddressAlone(t *testing.T) {
	c := inFolder(t.TempDir())
	c.Listen, c.DebugListen, c.S3Listen, c.S3Bucket, c.S3Region = freeAddress(t), freeAddress(t), "127.0.0.1:0", "veche", "us-east-1"
	h := &house{t: t, url: "http://" + c.Listen + "/graphql", client: &http.Client{}}
	r := start(t, c)
	h.firstAnswer(t)
	for path, want := range map[string]string{"/metrics": "\nveche_operation_seconds_count{code=\"OK\",type=\"query\"} ", "/debug/pprof/": "goroutine", "/debug/pprof/heap?debug=1": "heap profile"} {
		if text := look(t, "http://"+c.DebugListen+path); !strings.Contains(text, want) {
			t.Errorf("%s does not say %s but %.300s", path, want, text)
		}
		if text := look(t, "http://"+c.Listen+path); strings.Contains(text, want) {
			t.Errorf("%s is shown to everybody", path)
		}
	}
	r.stop()
	r.wantEnd(t)
	if _, err := http.Get("http://" + c.DebugListen + "/metrics"); err == nil {
		t.Error("the private address answers after the end")
	}
	c.DebugListen = "127.0.0.1:99999"
	r = start(t, c)
	if err := <-r.done; err == nil || !strings.Contains(err.Error(), "looks inside") {
		t.Errorf("with an address that is none the server ended with %v", err)
	}
}

func look(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return string(text)
}

package graphiql_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/server/graphiql"
)

var page = graphiql.Page("/graphql")

// answer is what the page answers, body included. Headers come in pairs.
func answer(t *testing.T, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

var link = regexp.MustCompile(`(?:href|src)="([^"]+)"`)

// linked are the addresses that the page names, by the names of their files.
func linked(t *testing.T) map[string]string {
	t.Helper()
	_, html := answer(t, "GET", "/")
	found := map[string]string{}
	for _, match := range link.FindAllStringSubmatch(html, -1) {
		name := regexp.MustCompile(`^assets/(\w+)\.[0-9a-f]{12}(\.\w+)$`).FindStringSubmatch(match[1])
		if name == nil {
			t.Fatalf("the page links %s, which is no asset", match[1])
		}
		found[name[1]+name[2]] = "/" + match[1]
	}
	return found
}

func TestPage(t *testing.T) {
	res, html := answer(t, "GET", "/")
	if res.StatusCode != http.StatusOK || !strings.Contains(html, `data-endpoint="/graphql"`) {
		t.Errorf("GET / = %d:\n%s", res.StatusCode, html)
	}
	want := map[string]string{
		"Content-Type":  "text/html; charset=utf-8",
		"Cache-Control": "no-cache",
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
			"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = res.Header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if inline := regexp.MustCompile(`<script[^>]*>[^<]|\son\w+=|<style|style=|https?://`).FindString(html); inline != "" {
		t.Errorf("the page has %q in it, which its own policy refuses", inline)
	}
}

func TestEndpointIsEscaped(t *testing.T) {
	w := httptest.NewRecorder()
	graphiql.Page(`/"><script>`).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if strings.Contains(w.Body.String(), `"><script>`) {
		t.Errorf("not escaped:\n%s", w.Body)
	}
}

func TestAssets(t *testing.T) {
	types := map[string]string{
		"graphiql.js":  "text/javascript; charset=utf-8",
		"graphiql.css": "text/css; charset=utf-8",
		"boot.js":      "text/javascript; charset=utf-8",
		"page.css":     "text/css; charset=utf-8",
		"icon.svg":     "image/svg+xml",
		"LICENSES.txt": "text/plain; charset=utf-8",
	}
	links := linked(t)
	if len(links) != len(types) {
		t.Errorf("the page links %v", links)
	}
	for name, contentType := range types {
		t.Run(name, func(t *testing.T) {
			res, body := answer(t, "GET", links[name])
			if res.StatusCode != http.StatusOK || body == "" {
				t.Fatalf("%d, %d bytes", res.StatusCode, len(body))
			}
			if got := res.Header.Get("Content-Type"); got != contentType {
				t.Errorf("type %q", got)
			}
			if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("caching %q", got)
			}
			if got := res.Header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("sniffing %q", got)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	path := linked(t)["graphiql.js"]
	plain, want := answer(t, "GET", path)
	if !strings.Contains(want, "graphiqlParts") {
		t.Fatal("the script does not define graphiqlParts")
	}
	cases := []struct {
		accepts string
		zipped  bool
	}{
		{"", false},
		{"gzip", true},
		{"gzip, deflate, br, zstd", true},
		{"br;q=1.0, GZIP;q=0.5, *;q=0", true},
		{"x-gzip", true},
		{"*", true},
		{"deflate", false},
		{"identity", false},
		{"gzip;q=0", false},
		{"gzip; q=0.000", false},
		{"*, gzip;q=0", false},
		{"*;q=0", false},
		{"gzip;q=much", false},
		{"notgzip", false},
	}
	for _, c := range cases {
		t.Run(c.accepts, func(t *testing.T) {
			res, body := answer(t, "GET", path, "Accept-Encoding", c.accepts)
			if zipped := res.Header.Get("Content-Encoding") == "gzip"; zipped != c.zipped {
				t.Fatalf("zipped: %t", zipped)
			}
			if res.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("Vary: %q", res.Header.Get("Vary"))
			}
			if same := res.Header.Get("ETag") == plain.Header.Get("ETag"); same == c.zipped {
				t.Errorf("tag %s, and %s of the plain form", res.Header.Get("ETag"), plain.Header.Get("ETag"))
			}
			if c.zipped {
				body = unzip(t, body)
			}
			if body != want {
				t.Error("not the same script")
			}
		})
	}
}

func unzip(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := io.Copy(&plain, z); err != nil {
		t.Fatal(err)
	}
	return plain.String()
}

func TestNotModified(t *testing.T) {
	paths := []string{"/"}
	for _, path := range linked(t) {
		paths = append(paths, path)
	}
	for _, path := range paths {
		for _, encoding := range []string{"gzip", ""} {
			res, _ := answer(t, "GET", path, "Accept-Encoding", encoding)
			tag := res.Header.Get("ETag")
			again, body := answer(t, "GET", path, "Accept-Encoding", encoding, "If-None-Match", tag)
			if again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("ETag") != tag {
				t.Errorf("%s with %s: %d, %d bytes", path, tag, again.StatusCode, len(body))
			}
			changed, _ := answer(t, "GET", path, "Accept-Encoding", encoding, "If-None-Match", `"older"`)
			if changed.StatusCode != http.StatusOK {
				t.Errorf("%s with another tag: %d", path, changed.StatusCode)
			}
		}
	}
}

func TestMethodsAndPaths(t *testing.T) {
	script := linked(t)["graphiql.js"]
	cases := []struct {
		method, path string
		status       int
	}{
		{"GET", "/", http.StatusOK},
		{"HEAD", "/", http.StatusOK},
		{"HEAD", script, http.StatusOK},
		{"POST", "/", http.StatusMethodNotAllowed},
		{"OPTIONS", "/", http.StatusMethodNotAllowed},
		{"DELETE", script, http.StatusMethodNotAllowed},
		{"GET", "/index.html", http.StatusNotFound},
		{"GET", "/assets", http.StatusNotFound},
		{"GET", "/assets/", http.StatusNotFound},
		{"GET", "/assets/graphiql.js", http.StatusNotFound},
		{"GET", "/assets/graphiql.js.gz", http.StatusNotFound},
		{"GET", "/assets/graphiql.000000000000.js", http.StatusNotFound},
		{"GET", "/assets/../page.html", http.StatusNotFound},
		{"GET", "/assets/%2e%2e/page.html", http.StatusNotFound},
		{"GET", script + "/", http.StatusNotFound},
		{"POST", "/none", http.StatusNotFound},
	}
	for _, c := range cases {
		res, body := answer(t, c.method, c.path)
		if res.StatusCode != c.status {
			t.Errorf("%s %s = %d, want %d", c.method, c.path, res.StatusCode, c.status)
		}
		if c.method == "HEAD" && body != "" {
			t.Errorf("HEAD %s has a body", c.path)
		}
		if allow := res.Header.Get("Allow"); (allow == "GET, HEAD") != (c.status == http.StatusMethodNotAllowed) {
			t.Errorf("%s %s allows %q", c.method, c.path, allow)
		}
		if res.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s has no policy", c.method, c.path)
		}
	}
}

// The page has to stay light, and to name the licence of what it carries.
func TestWhatIsCarried(t *testing.T) {
	size := 0
	err := fs.WalkDir(os.DirFS("assets"), ".", func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		size += int(info.Size())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if size > 600_000 {
		t.Errorf("%d bytes of assets", size)
	}
	_, licenses := answer(t, "GET", linked(t)["LICENSES.txt"])
	for _, name := range []string{"graphiql 3.8.3, MIT", "react 18.3.1, MIT", "graphql-ws 5.16.2, MIT", "--- MIT ---"} {
		if !strings.Contains(licenses, name) {
			t.Errorf("the licences do not name %s", name)
		}
	}
}

package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed assets
var files embed.FS

const forever = "public, max-age=31536000, immutable"

// The types are told by hand: the system's table, which package mime would ask,
// is wrong on some machines, and with nosniff a wrong type is a blank page.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// asset is a file to serve, as it is or compressed.
type asset struct {
	file    string // its name, without .gz
	content []byte
	zipped  bool
	caching string
	hash    string
}

// loadAssets answers the embedded files by the names under which they are
// served, which have the content in them: boot.js is boot.0a1b2c3d4e5f.js.
func loadAssets() map[string]*asset {
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic(fmt.Errorf("graphiql: list the assets: %w", err))
	}
	assets := make(map[string]*asset, len(entries))
	for _, entry := range entries {
		content, err := files.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(fmt.Errorf("graphiql: read the asset %s: %w", entry.Name(), err))
		}
		a := newAsset(entry.Name(), content, forever)
		extension := path.Ext(a.file)
		assets[strings.TrimSuffix(a.file, extension)+"."+a.hash[:12]+extension] = a
	}
	return assets
}

func newAsset(name string, content []byte, caching string) *asset {
	sum := sha256.Sum256(content)
	file, zipped := strings.CutSuffix(name, ".gz")
	return &asset{file: file, content: content, zipped: zipped, caching: caching, hash: hex.EncodeToString(sum[:])}
}

// serve writes the asset in the form that the client takes. Each form has its
// own tag, as RFC 9110 section 8.8.3.3 wants it.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", contentTypes[path.Ext(a.file)])
	h.Set("Cache-Control", a.caching)
	content, tag := a.content, a.hash
	if a.zipped {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Values("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			tag += "-gzip"
		} else {
			content = a.unzipped()
		}
	}
	h.Set("ETag", strconv.Quote(tag))
	http.ServeContent(w, r, a.file, time.Time{}, bytes.NewReader(content))
}

// unzipped is made anew for the rare client that asks for it.
func (a *asset) unzipped() []byte {
	z, err := gzip.NewReader(bytes.NewReader(a.content))
	if err != nil {
		panic(fmt.Errorf("graphiql: open %s: %w", a.file, err))
	}
	content, err := io.ReadAll(z)
	if err != nil {
		panic(fmt.Errorf("graphiql: unpack %s: %w", a.file, err))
	}
	return content
}

// takesGzip reads Accept-Encoding as RFC 9110 section 12.5.3 has it: gzip, or *
// where gzip is not named, and no weight of zero.
func takesGzip(headers []string) bool {
	takes := false
	for coding := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameters, _ := strings.Cut(strings.ToLower(strings.TrimSpace(coding)), ";")
		weight, weighted := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		wanted := !weighted || err == nil && q > 0
		switch strings.TrimSpace(name) {
		case "gzip", "x-gzip":
			return wanted
		case "*":
			takes = wanted
		}
	}
	return takes
}

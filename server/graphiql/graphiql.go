// Package graphiql is the page on which people explore the API by hand: GraphiQL,
// whole, from this binary, with no other host involved.
//
// Promises:
//
//   - The page loads, runs and connects to nothing but the host that it came
//     from; its Content-Security-Policy has the browser refuse the rest.
//   - Assets are named after their content and may be kept for ever; the page
//     itself is asked for again each time.
//   - Other people's code lies in assets/ as build.sh makes it, with its licences
//     beside it, and nobody changes it by hand.
package graphiql

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed page.html
var pageHTML string

// policy has scripts and styles come from files alone. Images in data: are in the
// style sheet. A WebSocket to the same host is 'self' too.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page serves the HTML at its root and the assets under assets/, to GET and
// HEAD; everything else is 404 or 405. The endpoint is where the API answers, a
// path on this host or a URL that the page can reach by the policy: POST for
// queries and mutations, graphql-transport-ws for subscriptions. All links are
// relative, so the page may stand under any path that ends in a slash.
func Page(endpoint string) http.Handler {
	assets := loadAssets()
	page := renderPage(assets, endpoint)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asset, ok := page, r.URL.Path == "/" || r.URL.Path == ""
		if name, under := strings.CutPrefix(r.URL.Path, "/assets/"); under {
			asset, ok = assets[name]
		}
		protect(w.Header())
		switch {
		case !ok:
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		default:
			asset.serve(w, r)
		}
	})
}

func protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// renderPage fills the page with the endpoint and the names of the assets. What
// can go wrong here was wrong when the binary was built, hence the panics.
func renderPage(assets map[string]*asset, endpoint string) *asset {
	find := func(file string) (string, error) {
		for name, a := range assets {
			if a.file == file {
				return "assets/" + name, nil
			}
		}
		return "", fmt.Errorf("no asset %s", file)
	}
	var html bytes.Buffer
	page := template.Must(template.New("page").Funcs(template.FuncMap{"asset": find}).Parse(pageHTML))
	if err := page.Execute(&html, endpoint); err != nil {
		panic(fmt.Errorf("graphiql: render the page: %w", err))
	}
	return newAsset("page.html", html.Bytes(), "no-cache")
}

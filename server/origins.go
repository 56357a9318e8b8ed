package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// origins are those of the web pages that may call this server, beside its own.
type origins map[string]bool

// parseOrigins reads origins as browsers write them: scheme, host and, if it is
// not the scheme's own, port.
func parseOrigins(list []string) (o origins, err error) {
	o = origins{}
	for _, text := range list {
		u, fault := url.Parse(strings.TrimSuffix(text, "/"))
		if fault != nil || u.Host == "" || u.Scheme+"://"+u.Host != strings.TrimSuffix(text, "/") || strings.Contains(text, "*") {
			err = fmt.Errorf("%q is no origin such as https://forum.example", text)
			continue
		}
		o[strings.ToLower(u.Scheme+"://"+bare(u.Scheme, u.Host))] = true
	}
	return o, err
}

// bare is the host without a port that goes without saying.
func bare(scheme, host string) string {
	return strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[scheme])
}

// originAllowed lets browsers call from this server's own pages and from the
// configured ones. Programs that are no browsers send no origin.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || s.origins[origin] {
		return true
	}
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok || !strings.EqualFold(host, bare(scheme, r.Host)) {
		return false
	}
	known := s.proxies.scheme(r)
	return known == "" || known == scheme
}

// What a page of another origin may send, and how long its browser may remember
// so, in seconds: two hours is what browsers take at most.
const (
	corsHeaders = "Authorization, Content-Type, Last-Event-ID, " + sessionHeader
	corsAge     = "7200"
)

// shared tells browsers which pages may call (CORS), and answers OPTIONS. A page
// of an unknown origin is told nothing, upon which its browser keeps the answer,
// and all but the simplest requests, from it.
func (s *Server) shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, origin := w.Header(), r.Header.Get("Origin")
		header.Add("Vary", "Origin")
		known := origin != "" && s.originAllowed(r)
		if known {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Allow-Credentials", "true")
			header.Set("Access-Control-Expose-Headers", "Retry-After")
		}
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		if known && r.Header.Get("Access-Control-Request-Method") != "" {
			header.Set("Access-Control-Allow-Methods", "GET, POST")
			header.Set("Access-Control-Allow-Headers", corsHeaders)
			header.Set("Access-Control-Max-Age", corsAge)
		}
		header.Set("Allow", methods)
		w.WriteHeader(http.StatusNoContent)
	})
}

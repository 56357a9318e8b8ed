package server

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"veche/community"
)

// A browser's session lives in a cookie that no script can read. The client asks
// for it, and shows with each POST that it is no page of somebody else's, by the
// same header: a browser lets another origin send it only after asking us.
// Decision 013 says why this is enough.
const (
	sessionHeader = "X-Veche-Session"
	inCookie      = "cookie"
)

// The names of the cookie. That with the prefix cannot be set by a neighbouring
// host; browsers take it by TLS alone, so on this machine it has the other.
const (
	secureCookie = "__Host-veche_session"
	plainCookie  = "veche_session"
)

// cookieLife is the most that browsers grant. A session ends by the server's
// word, which a client learns when it uses it.
const cookieLife = 400 * 24 * time.Hour

// sessionCookie is the token in the request's cookie; empty if there is none.
func (s *Server) sessionCookie(r *http.Request) string {
	if c, err := r.Cookie(secureCookie); err == nil {
		return c.Value
	}
	if c, err := r.Cookie(plainCookie); err == nil && plainLoopback(s.proxies.scheme(r), r.Host) {
		return c.Value
	}
	return ""
}

func plainLoopback(scheme, host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	addr, err := netip.ParseAddr(name)
	return scheme != "https" && (name == "localhost" || err == nil && addr.IsLoopback())
}

// onThisMachine says whether the client speaks plain HTTP to its own machine.
// Browsers tell by their origin, which no proxy changes.
func (s *Server) onThisMachine(r *http.Request) bool {
	if origin, err := url.Parse(r.Header.Get("Origin")); err == nil && origin.Host != "" {
		return plainLoopback(origin.Scheme, origin.Host)
	}
	return plainLoopback(s.proxies.scheme(r), r.Host)
}

// setCookie gives the client a session's token, or with none takes it away.
func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{
		Name: secureCookie, Value: token, Path: "/", MaxAge: int(cookieLife.Seconds()),
		HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	}
	plain := s.onThisMachine(r)
	if token == "" {
		c.MaxAge = -1
		_, err := r.Cookie(secureCookie)
		plain = err != nil // whichever it came with
	}
	if plain {
		c.Name, c.Secure = plainCookie, false
	}
	w.Header().Set("Set-Cookie", c.String()) // there is no other: the last word counts
}

// asksForCookie says whether the client keeps sessions in cookies.
func asksForCookie(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get(sessionHeader), inCookie)
}

// forged refuses what another's page may have had a browser send: a cookie goes
// with it whether its reader meant it or not.
func (s *Server) forged(r *http.Request) error {
	if !s.originAllowed(r) {
		return community.Forbidden("Pages of the origin %s may not use a session here.", r.Header.Get("Origin"))
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !safe && !asksForCookie(r) {
		return community.Forbidden("A request with a session cookie needs the header %s: %s.", sessionHeader, inCookie)
	}
	return nil
}

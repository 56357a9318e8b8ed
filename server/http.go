package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"veche/community"
	"veche/community/members"
	"veche/resolvers"
	"veche/server/graphiql"
	"veche/server/limits"
)

// The bounds of one request.
const (
	maxBody  = 1 << 20
	maxQuery = 32 << 10 // of the URL
	bodyTime = 30 * time.Second
	// answerTime is how long the answer may take until its client has it; event
	// streams have their own.
	answerTime = time.Minute
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", s.parts.Lookout.HTTP(s.shared(s.recovered(s.known(s.bounded(s.api()))))))
	mux.Handle(exportPath, s.parts.Lookout.HTTP(s.shared(s.recovered(s.known(http.HandlerFunc(s.export))))))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("/", graphiql.Page("/graphql"))
	return protected(mux)
}

// protected puts the headers on every answer that keep browsers from making more
// of it than it is. GraphiQL has a policy of its own.
func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("X-Frame-Options", "DENY")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// ready says whether both stores answer and the server is to stay.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.draining.Err() != nil {
		http.Error(w, "not ready: the server is stopping", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	_, err := s.parts.Log.Moment(ctx)
	if shelf := s.media(); err == nil && shelf == nil {
		err = errors.New("the media store is not open yet")
	} else if err == nil {
		err = shelf.Ready(ctx)
	}
	if err != nil {
		http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

// recovered tells of a panic before or instead of an operation.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p == http.ErrAbortHandler {
				panic(p) // an answer that cannot be finished
			} else if p != nil {
				s.refuse(w, r, resolvers.Recover(r.Context(), p))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// bounded reads the whole body first, within its bounds, so that no transport
// waits on a slow client.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.Method == http.MethodPost {
			if err := s.mayRead(r); err != nil {
				w.Header().Set("Connection", "close") // what comes is not read
				s.refuse(w, r, err)
				return
			}
			_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // not every writer has deadlines
			body, err := bodyOf(w, r)
			if err != nil {
				w.Header().Set("Connection", "close") // what comes is not read
				s.refuse(w, r, unread(err))
				return
			}
			_ = control.SetReadDeadline(time.Time{})
			if err := limits.JSON(body, 1); err != nil {
				s.refuse(w, r, err)
				return
			}
			r.Body = whole{bytes.NewReader(body), body}
		}
		if r.Header.Get("Upgrade") == "" {
			_ = control.SetWriteDeadline(time.Now().Add(answerTime))
			defer control.SetWriteDeadline(time.Time{})
		}
		next.ServeHTTP(w, r)
	})
}

// bodyOf reads the body; of one that says that it is too long, nothing.
func bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, &http.MaxBytesError{Limit: maxBody}
	}
	var body bytes.Buffer // grows by twice, where io.ReadAll copies five times as much
	if r.ContentLength > 0 {
		body.Grow(int(min(r.ContentLength, believed)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	return body.Bytes(), err
}

// believed is how long a body that a client announces has room at once.
const believed = 64 << 10

// whole is a body that was read.
type whole struct {
	*bytes.Reader
	text []byte
}

// Close has nothing to close.
func (whole) Close() error { return nil }

// known finds out who asks, by the bearer token or else by the cookie. A token
// that is not valid is refused rather than taken for a guest's.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := s.who(w, r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(resolvers.WithRequest(r.Context(), request)))
	})
}

func (s *Server) who(w http.ResponseWriter, r *http.Request) (*resolvers.Request, error) {
	device := members.Device{UserAgent: r.UserAgent(), Address: s.proxies.address(r)}
	authorization, cookie := r.Header.Get("Authorization"), s.sessionCookie(r)
	if authorization != "" {
		cookie = ""
	}
	if cookie != "" || asksForCookie(r) {
		if err := s.forged(r); err != nil {
			return nil, err
		}
	}
	if cookie != "" {
		authorization = bearer + " " + cookie
	}
	request, err := s.request(r.Context(), authorization, device)
	if cookie != "" && err != nil && community.KindOf(err) == community.KindUnauthenticated {
		s.setCookie(w, r, "") // so that the next request is a guest's
	}
	if err != nil || s.sockets.Supports(r) { // a socket's answers have no headers
		return request, err
	}
	if asksForCookie(r) {
		request.Keep = func(token string) { s.setCookie(w, r, token) }
	}
	if cookie != "" {
		request.Forget = func() { s.setCookie(w, r, "") }
	}
	return request, nil
}

const bearer = "Bearer"

// request is who comes with the authorization: a guest if there is none.
func (s *Server) request(ctx context.Context, authorization string, d members.Device) (*resolvers.Request, error) {
	if authorization == "" {
		return &resolvers.Request{Device: d, Watcher: nobody}, nil
	}
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, bearer) || token == "" {
		return nil, community.Unauthenticated("Authorization is written as Bearer and a token (RFC 6750).")
	}
	watcher := func(ctx context.Context) (community.Viewer, error) { return s.parts.Roll.Authenticate(ctx, token) }
	viewer, err := watcher(ctx)
	if err != nil {
		return nil, err
	}
	return &resolvers.Request{Viewer: viewer, Watcher: watcher, Device: d}, nil
}

func nobody(context.Context) (community.Viewer, error) { return community.Viewer{}, nil }

// Handler answers HTTP; for programs that bring a server of their own.
func (s *Server) Handler() http.Handler { return s.http.Handler }

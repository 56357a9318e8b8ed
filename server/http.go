package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/community/members"
	"veche/resolvers"
	"veche/server/graphiql"
)

// The bounds of one request.
const (
	maxBody  = 1 << 20
	bodyTime = 30 * time.Second
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", s.parts.Lookout.HTTP(s.known(bounded(s.api()))))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("/", graphiql.Page("/graphql"))
	return mux
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

// bounded reads the whole body first, within its bounds, so that no transport
// waits on a slow client.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			control := http.NewResponseController(w)
			_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // not every writer has deadlines
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil {
				refuse(w, http.StatusRequestEntityTooLarge, community.BadInput("", "The body was cut off, or is longer than %d bytes.", maxBody))
				return
			}
			_ = control.SetReadDeadline(time.Time{})
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		next.ServeHTTP(w, r)
	})
}

// known finds out who asks, by the bearer token. A token that is not valid is
// refused rather than taken for a guest's.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		device := members.Device{UserAgent: r.UserAgent(), Address: address(r)}
		request, err := s.request(r.Context(), r.Header.Get("Authorization"), device)
		if err != nil {
			refuse(w, statusOf(err), err)
			return
		}
		next.ServeHTTP(w, r.WithContext(resolvers.WithRequest(r.Context(), request)))
	})
}

// request is who comes with the authorization: a guest if there is none.
func (s *Server) request(ctx context.Context, authorization string, d members.Device) (*resolvers.Request, error) {
	if authorization == "" {
		return &resolvers.Request{Device: d, Watcher: nobody}, nil
	}
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
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

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func statusOf(err error) int {
	if community.KindOf(err) == community.KindUnauthenticated {
		return http.StatusUnauthorized
	}
	return http.StatusInternalServerError
}

// refuse answers with a GraphQL error before there is a GraphQL request.
func refuse(w http.ResponseWriter, status int, err error) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", responseJSON+"; charset=utf-8")
	}
	w.WriteHeader(status)
	out := struct {
		Errors gqlerror.List `json:"errors"`
	}{gqlerror.List{resolvers.Present(context.Background(), err)}}
	_ = json.NewEncoder(w).Encode(out) // the client may have gone
}

// Handler answers HTTP; for programs that bring a server of their own.
func (s *Server) Handler() http.Handler { return s.http.Handler }

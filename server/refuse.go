package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
	"veche/resolvers"
	"veche/server/limits"
)

// refusal is an error with a status of its own.
type refusal struct {
	status int
	error
}

// Unwrap is the error without its status.
func (r refusal) Unwrap() error { return r.error }

// statuses are those of errors that kept an operation from being executed.
var statuses = map[community.Kind]int{
	community.KindBadInput:        http.StatusBadRequest,
	community.KindUnauthenticated: http.StatusUnauthorized,
	community.KindForbidden:       http.StatusForbidden,
	community.KindRateLimited:     http.StatusTooManyRequests,
	community.KindUnavailable:     http.StatusServiceUnavailable,
	community.KindInternal:        http.StatusInternalServerError,
}

func statusOf(told *gqlerror.Error, err error) int {
	var own refusal
	if errors.As(err, &own) {
		return own.status
	}
	kind, _ := told.Extensions["code"].(community.Kind)
	if status, ok := statuses[kind]; ok {
		return status
	}
	return http.StatusBadRequest
}

// refuse answers with a GraphQL error before there is a GraphQL request; late,
// if the client hears one after the other.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.entrance.Patience().Answer(r.Context(), limits.Network(s.proxies.address(r)), r.ContentLength, err)
	refused(w, r, err)
}

// refused answers with the error.
func refused(w http.ResponseWriter, r *http.Request, err error) {
	kind, ok := accepted(r.Header.Values("Accept"), responseJSON, plainJSON)
	if !ok {
		kind = responseJSON
	}
	told := resolvers.Present(r.Context(), err)
	status, header := statusOf(told, err), w.Header()
	header.Set("Content-Type", kind+"; charset=utf-8")
	switch status {
	case http.StatusMethodNotAllowed:
		header.Set("Allow", allowed(r))
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Bearer")
	}
	delay(header, told)
	w.WriteHeader(status)
	out := struct {
		Errors gqlerror.List `json:"errors"`
	}{gqlerror.List{told}}
	_ = json.NewEncoder(w).Encode(out) // the client may have gone
}

// delay says in the header when to come again, if that is what the error is
// about.
func delay(header http.Header, told *gqlerror.Error) {
	if after, ok := told.Extensions["retryAfter"].(float64); ok {
		header.Set("Retry-After", strconv.Itoa(int(after)))
	}
}

// allowed are the methods to try instead: POST, where a mutation came by GET.
func allowed(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return http.MethodPost
	}
	return methods
}

// unread says why the body could not be read.
func unread(err error) error {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return refusal{http.StatusRequestEntityTooLarge, community.BadInput("", "The body is longer than %d bytes.", long.Limit)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refusal{http.StatusRequestTimeout, community.BadInput("", "The body took longer than %s.", bodyTime)}
	}
	return community.BadInput("", "The body was cut off.")
}

package server

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers.
const (
	responseJSON = "application/graphql-response+json"
	plainJSON    = "application/json"
	eventStream  = "text/event-stream"
)

// accepted is the one of the offered media types that the client likes best, as
// its Accept headers say (RFC 9110, section 12.5.1). Of those it likes equally
// it gets what it lists first, and of those it does not tell apart what is
// offered first. A client that says nothing takes anything.
func accepted(accept []string, offered ...string) (kind string, ok bool) {
	ranges := mediaRanges(accept)
	if len(ranges) == 0 {
		return offered[0], true
	}
	var best mediaRange
	for _, offer := range offered {
		fit, fits := fitting(ranges, offer)
		if !fits || fit.quality <= 0 {
			continue
		}
		if !ok || fit.quality > best.quality || fit.quality == best.quality && fit.place < best.place {
			kind, best, ok = offer, fit, true
		}
	}
	return kind, ok
}

// mediaRange is what a client accepts: a media type, or type/* or */*.
type mediaRange struct {
	name    string
	quality float64
	place   int // in the list
}

func mediaRanges(accept []string) (ranges []mediaRange) {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		r := mediaRange{quality: 1, place: len(ranges)}
		name, options, err := mime.ParseMediaType(part)
		if err == nil {
			r.name = name
		}
		if charset, ok := options["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
			r.name = "" // there is no other that we could answer in
		}
		if q, ok := options["q"]; ok {
			if r.quality, err = strconv.ParseFloat(q, 64); err != nil {
				r.quality = 0
			}
		}
		ranges = append(ranges, r)
	}
	return ranges
}

// fitting is the range that says most exactly how much the media type is liked.
func fitting(ranges []mediaRange, kind string) (fit mediaRange, ok bool) {
	family, _, _ := strings.Cut(kind, "/")
	for _, wanted := range []string{kind, family + "/*", "*/*"} {
		for _, r := range ranges {
			if r.name == wanted {
				return r, true
			}
		}
	}
	return fit, false
}

// acceptsStream says whether the client names event streams among what it
// accepts, in whatever place.
func acceptsStream(accept []string) bool {
	for _, r := range mediaRanges(accept) {
		if r.name == eventStream && r.quality > 0 {
			return true
		}
	}
	return false
}

package text

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nameless is the handle made of a name that has nothing to make one of.
const nameless = "member"

// HandleFrom makes a handle of a display name, for members that come from
// elsewhere: lower case, a dash for whatever no handle takes, and Latin letters
// throughout when the name mixes alphabets. Handle accepts every handle that it
// makes. Two names may give the same one.
func HandleFrom(name string) string {
	lower := strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(name, " ")))
	handle := joinHandle(lower)
	if mixed(handle) {
		handle = joinHandle(strings.Join(latinWords(lower), "-"))
	}
	switch utf8.RuneCountInString(handle) {
	case 0:
		return nameless
	case 1:
		return handle + "-1"
	}
	if slices.Contains(reserved, handleKey(handle)) {
		return handle + "-1"
	}
	return handle
}

// joinHandle keeps what a handle takes of the text, up to its length. Between
// two kept letters a single _ - or . stays; anything else there becomes a dash.
func joinHandle(s string) string {
	var b strings.Builder
	var gap rune
	for length := 0; length < MaxHandle; {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 {
			break
		}
		s = s[size:]
		a, ok := alphabetOf(r)
		switch {
		case isMark(r):
		case !ok || a == punctuation:
			gap = widen(gap, r, ok)
		case gap != 0 && length > 0:
			if length+2 > MaxHandle {
				return b.String()
			}
			b.WriteRune(gap)
			b.WriteRune(r)
			gap, length = 0, length+2
		default:
			b.WriteRune(r)
			gap, length = 0, length+1
		}
	}
	return b.String()
}

// widen adds a rune to what stands between two kept letters.
func widen(gap, r rune, kept bool) rune {
	if gap == 0 && kept {
		return r
	}
	return '-'
}

func mixed(handle string) bool {
	var found alphabet
	for _, r := range handle {
		a, _ := alphabetOf(r)
		found |= a
	}
	return found&letters == letters
}

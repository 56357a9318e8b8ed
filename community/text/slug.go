package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"veche/community"
)

// The bounds of a slug, in characters.
const (
	MinSlug = 2
	MaxSlug = 64
)

// Slug makes the part of an address that stands for a title: Latin letters
// without their accents and digits, in lower case, Cyrillic letters written in
// Latin ones, and one dash for any run of other characters. It is at most max
// bytes long and cut after a whole word where one fits.
//
// A title without a Latin or Cyrillic letter or a digit has the slug "", and a
// title of one letter one that CheckSlug refuses: the caller puts something
// of its own instead.
func Slug(s string, max int) string {
	slug := strings.Join(latinWords(s), "-")
	if len(slug) <= max {
		return slug
	}
	cut := slug[:max]
	if slug[max] != '-' {
		if end := strings.LastIndexByte(cut, '-'); end > 0 {
			cut = cut[:end]
		}
	}
	return strings.TrimRight(cut, "-")
}

// CheckSlug checks a slug that somebody chose: MinSlug to MaxSlug of a-z, 0-9
// and single dashes between them.
func CheckSlug(field, s string) error {
	if len(s) < MinSlug || len(s) > MaxSlug {
		return community.BadInput(field, "This takes %d to %d characters.", MinSlug, MaxSlug)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
		case c == '-' && i > 0 && i < len(s)-1 && s[i-1] != '-':
		default:
			return community.BadInput(field, "This takes the letters a to z, digits and single dashes between them.")
		}
	}
	return nil
}

// latinWords answers the words of the text in a-z and 0-9 alone. What cannot be
// written with these parts words.
func latinWords(s string) []string {
	s = strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, " ")))
	var b strings.Builder
	for _, r := range s {
		switch written, ok := inLatin[r]; {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteByte(byte(r))
		case ok:
			b.WriteString(written)
		case isMark(r):
		default:
			b.WriteByte(unaccented(r))
		}
	}
	return strings.Fields(b.String())
}

// unaccented is the a-z letter under the accents of r, or a space.
func unaccented(r rune) byte {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Latin, r) {
		return ' '
	}
	base := strings.ToLower(norm.NFD.String(string(r)))[0]
	if base < 'a' || base > 'z' {
		return ' '
	}
	return base
}

package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Markdown checks text of many lines: it comes back in normal form C, with LF
// for every line end and without white space at its end. It takes min to max
// runes; text in which nothing can be seen counts as empty.
//
// Control characters other than LF and TAB, and direction overrides, are
// BAD_INPUT.
func Markdown(field, s string, min, max int) (string, error) {
	if err := checkUTF8(field, s); err != nil {
		return "", err
	}
	s = strings.TrimRightFunc(norm.NFC.String(unixLines(s)), unicode.IsSpace)
	for _, r := range s {
		switch {
		case ' ' <= r && r < '\u007F' || r == '\n' || r == '\t':
		case unicode.Is(unicode.Cc, r):
			return "", refuse(field, r, "a control character")
		case isBidi(r):
			return "", refuse(field, r, "a character that turns the direction of text")
		}
	}
	if looksEmpty(s) {
		s = ""
	}
	if err := checkLength(field, s, min, max); err != nil {
		return "", err
	}
	return s, nil
}

// unixLines drops the byte order mark that some editors put first, and makes
// LF of CR LF and of CR.
func unixLines(s string) string {
	s = strings.TrimLeft(s, "\uFEFF")
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

func looksEmpty(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !isInvisible(r) {
			return false
		}
	}
	return true
}

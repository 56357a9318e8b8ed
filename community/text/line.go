package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Line checks text of one line, such as a name or a title: it comes back in
// normal form C, without space around it and with every run of white space
// within folded to one space. It takes min to max runes.
//
// Control characters, line breaks, direction overrides, characters that nobody
// sees (but for those that emoji and some scripts need), characters without a
// meaning that all share, and heaps of combining marks are BAD_INPUT.
func Line(field, s string, min, max int) (string, error) {
	if err := checkUTF8(field, s); err != nil {
		return "", err
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	if err := checkLine(field, s); err != nil {
		return "", err
	}
	s = foldSpace(s)
	if err := checkLength(field, s, min, max); err != nil {
		return "", err
	}
	return s, nil
}

// checkLine refuses what no line may hold. An emoji is open between a joiner
// and the pictograph that must follow it.
func checkLine(field, s string) error {
	var before rune
	marks, open := 0, false
	for _, r := range s {
		if what := lineFault(before, r); what != "" {
			return refuse(field, r, what)
		}
		if open && !isPictograph(r) {
			break
		}
		open = r == joiner && !unicode.In(before, joining...)
		if isMark(r) {
			marks++
		} else {
			marks = 0
		}
		if marks > maxMarks {
			return refuse(field, r, "so many combining marks in a row")
		}
		before = r
	}
	if open {
		return refuse(field, joiner, "an invisible character")
	}
	return nil
}

// lineFault names what is wrong with a rune after the rune before (0 at the
// start); empty when nothing is.
func lineFault(before, r rune) string {
	switch {
	case ' ' <= r && r < '\u007F' || r == '\t':
		return ""
	case isLineBreak(r):
		return "a line break"
	case unicode.Is(unicode.Cc, r):
		return "a control character"
	case isBidi(r):
		return "a character that turns the direction of text"
	case isInvisible(r):
		if !belongs(before, r) {
			return "an invisible character"
		}
	case isMark(r) && before == 0:
		return "a combining mark with nothing before it"
	case unicode.Is(unicode.Co, r):
		return "a private character"
	case !unicode.IsGraphic(r) && !inEmojiBlocks(r) && !unicode.Is(unicode.Cf, r):
		return "a character that Unicode does not know"
	}
	return ""
}

// foldSpace makes one space of every run of white space.
func foldSpace(s string) string {
	plain := true
	for i, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || i > 0 && s[i-1] == ' ') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

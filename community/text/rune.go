package text

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"veche/community"
)

// maxMarks is how many combining marks may follow one another. Vietnamese and
// polytonic Greek take up to three, pointed Hebrew up to four.
const maxMarks = 4

// isBidi says whether the rune embeds, overrides or isolates the direction of
// what follows (Unicode Standard Annex 9, section 2), by which text can be
// made to read as something else.
func isBidi(r rune) bool {
	return '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}

// isLineBreak says whether the rune starts a new line anywhere.
func isLineBreak(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// isInvisible says whether the rune shows nothing of itself and is no space.
func isInvisible(r rune) bool {
	switch {
	case r < '\u034F':
		return r == '\u00AD'
	case '\u0370' <= r && r < '\u0600':
		return false
	case r == '\u2800': // the empty Braille pattern
		return true
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// isMark says whether the rune combines with the one before it and takes no
// width of its own.
func isMark(r rune) bool {
	return r >= '\u0300' && unicode.In(r, unicode.Mn, unicode.Me)
}

// inEmojiBlocks covers the planes' blocks of pictographs as a whole: new emoji
// arrive in phones years before they arrive in the unicode package.
func inEmojiBlocks(r rune) bool { return 0x1F000 <= r && r <= 0x1FAFF }

// isPictograph says whether the rune may be part of an emoji: a symbol, or one
// of the four punctuation marks that are emoji too.
func isPictograph(r rune) bool {
	switch {
	case r < '\u00A9':
		return false
	case r == '\u203C' || r == '\u2049' || r == '\u3030' || r == '\u303D':
		return true
	}
	return inEmojiBlocks(r) || unicode.In(r, unicode.So, unicode.Sm, unicode.Sk)
}

// joining lists the scripts that are spelled with zero-width joiners and
// non-joiners.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Adlam,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
	unicode.Tibetan, unicode.Balinese, unicode.Javanese,
}

const (
	nonJoiner  = '\u200C'
	joiner     = '\u200D'
	blackFlag  = '\U0001F3F4'
	textStyle  = '\uFE0E'
	emojiStyle = '\uFE0F'
	firstTag   = '\U000E0020'
	lastTag    = '\U000E007F'
	firstGlyph = '\U000E0100' // of the variation selectors for ideographs
	lastGlyph  = '\U000E01EF'
)

// belongs says whether an invisible rune has its use after the rune before:
// in an emoji sequence (Unicode Technical Standard 51), in a script that joins
// its letters, or to choose the shape of an ideograph.
func belongs(before, r rune) bool {
	switch {
	case r == joiner:
		return isPictograph(before) || before == emojiStyle || unicode.In(before, joining...)
	case r == nonJoiner:
		return unicode.In(before, joining...)
	case r == emojiStyle || r == textStyle:
		return isPictograph(before) || '0' <= before && before <= '9' || before == '#' || before == '*'
	case firstTag <= r && r <= lastTag:
		return before == blackFlag || firstTag <= before && before < lastTag
	case firstGlyph <= r && r <= lastGlyph:
		return unicode.Is(unicode.Han, before)
	}
	return false
}

// refuse is the error for a rune that a field may not hold.
func refuse(field string, r rune, what string) error {
	return community.BadInput(field, "This may not hold %s (U+%04X).", what, r)
}

// checkUTF8 refuses text that is not UTF-8.
func checkUTF8(field, s string) error {
	if !utf8.ValidString(s) {
		return community.BadInput(field, "This is not valid UTF-8.")
	}
	return nil
}

// checkLength refuses text of fewer than least or more than most runes.
func checkLength(field, s string, least, most int) error {
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0 && least > 0:
		return community.BadInput(field, "This must not be empty.")
	case n < least:
		return community.BadInput(field, "This is too short: it takes at least %s.", characters(least))
	case n > most:
		return community.BadInput(field, "This is too long: it takes at most %s.", characters(most))
	}
	return nil
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

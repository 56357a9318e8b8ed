package imports

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"veche/community/text"
)

// What was mended in things that were brought.
const (
	mendedEmpty  = "an empty text, which is shown as …"
	mendedSigns  = "a text with characters that may not stand here, which were left out"
	mendedLength = "a text that was too long, which was shortened"
	mendedTags   = "a tag that cannot be one here, which was left out"
	mendedAnswer = "a second accepted answer of one topic, which keeps the last"
)

// nothing stands for a text that says nothing.
const nothing = "…"

// markdown makes of any text one that text.Markdown takes, of 1 to most
// characters, and counts what it had to change.
func (r *Report) markdown(s string, most int) string {
	if checked, err := text.Markdown("body", s, 1, most); err == nil {
		return checked
	}
	return r.mend(s, most, allowed, func(s string) (string, error) { return text.Markdown("body", s, 1, most) })
}

// line does the same for a text of one line.
func (r *Report) line(s string, most int) string {
	check := func(s string) (string, error) { return text.Line("line", s, 1, most) }
	if checked, err := check(s); err == nil {
		return checked
	}
	return r.mend(strings.Join(strings.Fields(s), " "), most, plain, check)
}

func (r *Report) mend(s string, most int, keep func(rune) bool, check func(string) (string, error)) string {
	kept := r.only(s, keep)
	if short := shortened(kept, most); short != kept {
		r.Mended[mendedLength]++
		kept = short
	}
	if checked, err := check(kept); err == nil {
		return checked
	}
	r.Mended[mendedEmpty]++
	return nothing
}

// only keeps characters of one kind.
func (r *Report) only(s string, keep func(rune) bool) string {
	kept := strings.Map(func(c rune) rune {
		if keep(c) {
			return c
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	if kept != s {
		r.Mended[mendedSigns]++
	}
	return kept
}

// allowed are the characters of a post: see text.Markdown.
func allowed(c rune) bool {
	turns := '\u202A' <= c && c <= '\u202E' || '\u2066' <= c && c <= '\u2069'
	return c == '\n' || c == '\t' || c == '\r' || !unicode.Is(unicode.Cc, c) && !turns
}

// plain are characters that a line takes wherever they stand; a line that is
// refused keeps these alone.
func plain(c rune) bool {
	return c == ' ' || unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.Sc, unicode.Sm, unicode.So) && c != '\u2800'
}

// shortened cuts after a line, or a word, near the end of what fits.
func shortened(s string, most int) string {
	s = norm.NFC.String(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	head := string([]rune(s)[:most-2])
	for _, gap := range []string{"\n", " "} {
		if at := strings.LastIndex(head, gap); at > len(head)*3/4 {
			return head[:at] + gap + nothing
		}
	}
	return head + nothing
}

// tags keeps those that can be tags here, at most max.
func (r *Report) tags(found []string, max int) []string {
	var kept []string
	for _, tag := range found {
		checked, err := text.Tags("tags", append(kept[:len(kept):len(kept)], tag), max)
		if err != nil {
			r.Mended[mendedTags]++
			continue
		}
		kept = checked
	}
	return kept
}

var tagStart = regexp.MustCompile(`<([A-Za-z/!?])`)

// comment makes a comment of a Stack Exchange site, which is Markdown without
// HTML, safe from being taken for HTML: what looks like a tag is escaped, but
// in code.
func comment(s string) string {
	parts := strings.Split(s, "`")
	for i, part := range parts {
		if inCode := i%2 == 1 && i < len(parts)-1; !inCode {
			parts[i] = tagStart.ReplaceAllString(part, `\<$1`)
		}
	}
	return strings.Join(parts, "`")
}

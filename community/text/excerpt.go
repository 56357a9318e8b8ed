package text

import (
	"html"
	"strings"
	"unicode/utf8"
)

// excerptLength is how many runes an excerpt has at most, the dots after it
// not counted.
const excerptLength = 200

// excerpt answers the first words of HTML as the renderer and balance write it,
// in one line, without references to footnotes.
func excerpt(page string) string {
	const enough = 8 * excerptLength // bytes, as an entity may stand for a rune
	var b strings.Builder
	for page != "" && b.Len() < enough {
		start := strings.IndexByte(page, '<')
		if start < 0 {
			start = len(page)
		}
		b.WriteString(page[:min(start, enough)])
		page = page[start:]
		if strings.HasPrefix(page, `<div role="doc-endnotes"`) {
			break
		}
		if strings.HasPrefix(page, `<a id="fnref-`) {
			page = page[strings.Index(page, "</a>"):]
		}
		if end := strings.IndexByte(page, '>') + 1; end > 0 {
			if name, _ := tagName(page[:end]); !isPhrase(name) {
				b.WriteByte(' ')
			}
			page = page[end:]
		}
	}
	return firstWords(strings.ToValidUTF8(html.UnescapeString(b.String()), ""))
}

// firstWords answers the whole words that fit into an excerpt, and dots when
// there are more.
func firstWords(s string) string {
	var b strings.Builder
	length := 0
	for word := range strings.FieldsSeq(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case length == 0 && n > excerptLength:
			return string([]rune(word)[:excerptLength]) + "…"
		case length > 0 && length+1+n > excerptLength:
			return b.String() + "…"
		case length > 0:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += n
	}
	return b.String()
}

// isPhrase says whether the element stands within a line of text.
func isPhrase(name string) bool {
	switch name {
	case "a", "em", "strong", "b", "i", "u", "s", "strike", "del", "ins", "small", "mark", "sub", "sup",
		"code", "kbd", "samp", "var", "tt", "cite", "dfn", "q", "abbr", "wbr", "ruby", "rb", "rt", "rp":
		return true
	}
	return false
}

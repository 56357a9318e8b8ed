package text

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"veche/community"
)

// MaxTag is how long one tag may be, in runes.
const MaxTag = 35

// Tags checks tags: 1 to MaxTag letters and digits of any script and -._+#,
// with at least one letter or digit. They come back in lower case without the
// # that people put before them, each once, in the order given; at most max.
func Tags(field string, tags []string, max int) ([]string, error) {
	checked := make([]string, 0, min(len(tags), max))
	for _, s := range tags {
		tag, err := checkTag(field, s)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(checked, tag) {
			checked = append(checked, tag)
		}
		if len(checked) > max {
			return nil, community.BadInput(field, "At most %d tags, please.", max)
		}
	}
	return checked, nil
}

func checkTag(field, s string) (string, error) {
	if err := checkUTF8(field, s); err != nil {
		return "", err
	}
	tag := norm.NFKC.String(strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))))
	tag = strings.TrimLeft(tag, "#")
	if err := checkLength(field, tag, 1, MaxTag); err != nil {
		return "", err
	}
	marks, named := 0, false
	for _, r := range tag {
		switch {
		case unicode.IsLetter(r) && !isInvisible(r) || unicode.IsDigit(r):
			marks, named = 0, true
		case named && unicode.IsMark(r) && !isInvisible(r) && marks < maxMarks:
			marks++
		case strings.ContainsRune("-._+#", r):
			marks = maxMarks
		default:
			return "", community.BadInput(field, "A tag takes letters, digits and -._+#, not U+%04X.", r)
		}
	}
	if !named {
		return "", community.BadInput(field, "A tag takes at least one letter or digit.")
	}
	return tag, nil
}

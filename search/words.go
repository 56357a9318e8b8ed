package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
	"golang.org/x/text/unicode/norm"
)

// longestWord is how many letters of a word count.
const longestWord = 40

// word is a word of a text.
type word struct {
	// form is in lower case, without accents, with е for ё.
	form string
	// stem is what its forms have in common, in Russian or in English as its
	// letters are.
	stem string
}

// words answers the words of the text. Those of one with a hyphen come one by
// one and as a whole, so that "e-mail" is found by "email".
func words(text string) []word { return split(text, true) }

// asked answers the words of a question: of one with a hyphen the whole if it
// has a very short part, such as "e-mail", and else the parts.
func asked(text string) []word { return split(text, false) }

func split(text string, all bool) []word {
	var out []word
	for text := fold(text); text != ""; {
		parts, rest := compound(text)
		text = rest
		whole := len(parts) == 2 || len(parts) == 3
		if whole && (all || hasStub(parts)) {
			out = append(out, newWord(strings.Join(parts, "")))
		}
		if !whole || all || !hasStub(parts) {
			for _, part := range parts {
				out = append(out, newWord(part))
			}
		}
	}
	return out
}

func hasStub(parts []string) bool {
	for _, part := range parts {
		if utf8.RuneCountInString(part) <= 2 {
			return true
		}
	}
	return false
}

// compound cuts the next word off a folded text, in the parts that hyphens
// join, and answers the rest. Without a word there are no parts.
func compound(text string) (parts []string, rest string) {
	for text != "" && !startsWord(text) {
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	for startsWord(text) {
		n := wordLength(text)
		parts, text = append(parts, text[:n]), text[n:]
		if after, ok := strings.CutPrefix(text, "-"); ok && startsWord(after) {
			text = after
			continue
		}
		break
	}
	return parts, text
}

func startsWord(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && isLetter(r)
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// wordLength is how many bytes the word has with which the text starts. Signs
// of scripts that are written without spaces are words by themselves, and "c++"
// and "c#" are.
func wordLength(text string) int {
	end := 0
	for i, r := range text {
		switch {
		case isSign(r) && i == 0:
			return utf8.RuneLen(r)
		case isLetter(r) && !isSign(r):
			end = i + utf8.RuneLen(r)
		case r == '\'' && i == end && startsWord(text[i+1:]):
			end = i + 1
		case (r == '+' || r == '#') && i == end && text[0] < utf8.RuneSelf && strings.Trim(text[:i], "+#") == text[:1]:
			end = i + 1
		default:
			return end
		}
	}
	return end
}

func isSign(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

func newWord(text string) word {
	if utf8.RuneCountInString(text) > longestWord {
		text = string([]rune(text)[:longestWord])
	}
	bare := strings.ReplaceAll(text, "'", "")
	return word{form: bare, stem: strings.ReplaceAll(stem(text), "'", "")}
}

// stem cuts the endings off a word, by the rules of Russian if it has Cyrillic
// letters and of English if it has Latin ones.
func stem(text string) string {
	var by func(*snowballstem.Env) bool
	for _, r := range text {
		if unicode.Is(unicode.Cyrillic, r) {
			by = russian.Stem
			break
		}
		if r >= 'a' && r <= 'z' {
			by = english.Stem
		}
	}
	if by == nil {
		return text
	}
	env := snowballstem.NewEnv(text)
	by(env)
	if env.Current() == "" {
		return text
	}
	return withoutFleeting(env.Current())
}

// withoutFleeting makes one of Russian stems between which the stemmer leaves a
// vowel that comes and goes: кнопк and кнопок, отц and отец, иде and ид.
func withoutFleeting(stem string) string {
	r := []rune(stem)
	n := len(r)
	switch {
	case n > 2 && r[n-1] == 'е':
		return string(r[:n-1])
	case n > 3 && (r[n-1] == 'к' && (r[n-2] == 'о' || r[n-2] == 'е') || r[n-1] == 'ц' && r[n-2] == 'е') && !strings.ContainsRune("аеиоуыэюя", r[n-3]):
		return string(append(r[:n-2:n-2], r[n-1]))
	}
	return stem
}

// fold makes alike what readers take for the same letter: case, accents, ё and
// е, full-width and ligatured forms, the apostrophes and the hyphens. й is a
// letter of its own, and the marks of scripts that live by them stay.
func fold(text string) string {
	out := make([]rune, 0, len(text))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(text, " ")) {
		last := rune(0)
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		switch r = unicode.ToLower(r); {
		case r == '\u0306' && last == 'и':
			out[len(out)-1] = 'й'
		case unicode.Is(unicode.Mn, r) && unicode.In(last, unicode.Latin, unicode.Cyrillic, unicode.Greek), r == '\u00ad':
		case r == '’' || r == 'ʼ' || r == '`':
			out = append(out, '\'')
		case r == '‐' || r == '‑':
			out = append(out, '-')
		default:
			out = append(out, r)
		}
	}
	return norm.NFC.String(string(out))
}

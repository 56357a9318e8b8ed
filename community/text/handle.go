package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"veche/community"
)

// The bounds of a handle, in runes.
const (
	MinHandle = 2
	MaxHandle = 32
)

// reserved are the keys that nobody may take: they speak for the community, for
// everybody, or for nobody.
var reserved = strings.Fields(`
	admin admins administrator administrators mod mods moderator moderators owner owners
	root staff team system support help security official bot veche
	all here everyone everybody channel community me you nobody anyone
	null nil undefined none anonymous guest unknown deleted new edit settings
	админ админы администратор администраторы администрация модер модератор модераторы
	владелец команда система поддержка помощь безопасность бот вече
	все всем всех здесь сообщество я ты вы никто аноним гость удалён удален
`)

// Handle checks the name by which a member is mentioned: MinHandle to MaxHandle
// letters of the Latin or of the Cyrillic alphabet, but not of both, digits,
// and between them single underscores, dashes and dots. It comes back in
// normal form KC as the member writes it; key is its case-folded form, which
// is to be unique. Е and Ё differ in keys as they do in names.
//
// Words that speak for the community or for everybody are BAD_INPUT.
func Handle(field, s string) (handle, key string, err error) {
	handle, key, err = AnyHandle(field, s)
	if err == nil && slices.Contains(reserved, key) {
		return "", "", community.BadInput(field, "This handle is reserved.")
	}
	return handle, key, err
}

// AnyHandle is Handle for who runs the community, and so may speak for it.
func AnyHandle(field, s string) (handle, key string, err error) {
	if err := checkUTF8(field, s); err != nil {
		return "", "", err
	}
	handle = norm.NFKC.String(strings.TrimSpace(s))
	if n := utf8.RuneCountInString(handle); n < MinHandle || n > MaxHandle {
		return "", "", community.BadInput(field, "A handle takes %d to %d characters.", MinHandle, MaxHandle)
	}
	if err := checkHandle(field, handle); err != nil {
		return "", "", err
	}
	return handle, handleKey(handle), nil
}

func checkHandle(field, handle string) error {
	var found alphabet
	joined := true
	for _, r := range handle {
		a, ok := alphabetOf(r)
		switch {
		case !ok:
			return community.BadInput(field, "A handle takes letters, digits and single _ - . between them, not U+%04X.", r)
		case a == punctuation && joined:
			return community.BadInput(field, "In a handle _ - . stand alone, between letters or digits.")
		case a&letters != 0 && found&letters&^a != 0:
			return community.BadInput(field, "A handle takes letters of one alphabet, Latin or Cyrillic.")
		}
		found |= a
		joined = a == punctuation
	}
	if joined {
		return community.BadInput(field, "A handle ends in a letter or a digit.")
	}
	return nil
}

// handleKey folds case (Unicode, section 3.13) and keeps the normal form.
func handleKey(handle string) string {
	for i := range len(handle) {
		if handle[i] >= utf8.RuneSelf {
			return norm.NFKC.String(cases.Fold().String(handle))
		}
	}
	return strings.ToLower(handle)
}

// alphabet is what a rune of a handle counts as.
type alphabet int

const (
	latin alphabet = 1 << iota
	cyrillic
	digit
	punctuation

	letters = latin | cyrillic
)

// alphabetOf answers what the rune counts as in a handle; false for the runes
// that no handle takes. Letters beyond those that living languages write their
// names with are left out: many look like other letters.
func alphabetOf(r rune) (alphabet, bool) {
	switch {
	case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
		return latin, true
	case '0' <= r && r <= '9':
		return digit, true
	case r == '_' || r == '-' || r == '.':
		return punctuation, true
	case r < utf8.RuneSelf:
		return 0, false
	case unicode.Is(latinNames, r):
		return latin, true
	case unicode.Is(cyrillicNames, r):
		return cyrillic, true
	}
	return 0, false
}

// latinNames are the letters of the languages of Europe, Turkey, Azerbaijan and
// Vietnam beyond a-z.
var latinNames = &unicode.RangeTable{R16: []unicode.Range16{
	{0x00C0, 0x00D6, 1},
	{0x00D8, 0x00F6, 1},
	{0x00F8, 0x0137, 1},
	{0x0139, 0x0148, 1},
	{0x014A, 0x017E, 1},
	{0x018F, 0x018F, 1},
	{0x01A0, 0x01A1, 1},
	{0x01AF, 0x01B0, 1},
	{0x01CD, 0x01DC, 1},
	{0x01E6, 0x01E7, 1},
	{0x0218, 0x021B, 1},
	{0x0259, 0x0259, 1},
	{0x1E80, 0x1E85, 1},
	{0x1E9E, 0x1E9E, 1},
	{0x1EA0, 0x1EF9, 1},
}}

// cyrillicNames leaves out the numerals and combining marks of old Slavonic.
var cyrillicNames = &unicode.RangeTable{R16: []unicode.Range16{
	{0x0400, 0x0481, 1},
	{0x048A, 0x052F, 1},
}}

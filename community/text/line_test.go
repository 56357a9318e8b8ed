package text_test

import (
	"errors"
	"strings"
	"testing"

	"veche/community"
	"veche/community/text"
)

// wantBadInput fails the test unless err is BAD_INPUT for the field.
func wantBadInput(t *testing.T, err error, field string) {
	t.Helper()
	var e *community.Error
	if !errors.As(err, &e) || e.Kind != community.KindBadInput || e.Field != field || e.Message == "" {
		t.Errorf("got error %v, want BAD_INPUT for %s", err, field)
	}
}

func TestLine(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"plain":             {"How do I propose an idea?", "How do I propose an idea?"},
		"Russian":           {"Как предложить идею?", "Как предложить идею?"},
		"space around":      {"  Вече\t\n", "Вече"},
		"runs of space":     {"Вече \t и\u00a0\u2003  все", "Вече и все"},
		"normal form":       {"е\u0308лка cafe\u0301", "ёлка café"},
		"stressed vowel":    {"за\u0301мок", "за\u0301мок"},
		"typography":        {"«Вече» — это “мы”…", "«Вече» — это “мы”…"},
		"emoji":             {"Ура 🎉❤️👍🏽", "Ура 🎉❤️👍🏽"},
		"family":            {"👨\u200d👩\u200d👧\u200d👦", "👨\u200d👩\u200d👧\u200d👦"},
		"rainbow flag":      {"🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈"},
		"flag of Scotland":  {"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"},
		"keycap":            {"1\ufe0f\u20e3 #\ufe0f\u20e3", "1\ufe0f\u20e3 #\ufe0f\u20e3"},
		"newer emoji":       {"\U0001FAE9", "\U0001FAE9"},
		"Persian":           {"می\u200cخواهم", "می\u200cخواهم"},
		"Hindi":             {"क्\u200dष", "क्\u200dष"},
		"Vietnamese":        {"Việt Nam", "Việt Nam"},
		"pointed Hebrew":    {"שָׁלוֹם", "שָׁלוֹם"},
		"Han":               {"村民大会", "村民大会"},
		"Han variant":       {"葛\U000E0100", "葛\U000E0100"},
		"formula":           {"a ≤ b ∧ c⁻¹", "a ≤ b ∧ c⁻¹"},
		"replacement":       {"a\ufffdb", "a\ufffdb"},
		"Arabic with signs": {"\u06DD١", "\u06DD١"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := text.Line("title", test.in, 1, 40)
			if err != nil || got != test.want {
				t.Fatalf("Line(%q) = %q, %v, want %q", test.in, got, err, test.want)
			}
			if again, err := text.Line("title", got, 1, 40); err != nil || again != got {
				t.Errorf("Line(%q) = %q, %v, want it unchanged", got, again, err)
			}
		})
	}
}

func TestLineRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                "",
		"space alone":            " \t\u00a0 ",
		"too long":               strings.Repeat("ы", 41),
		"bad UTF-8":              "ab\xff",
		"half a rune":            "ab\xd0",
		"NUL":                    "a\x00b",
		"escape":                 "a\x1b[31mb",
		"delete":                 "a\x7fb",
		"C1 control":             "a\u0090b",
		"line feed":              "а\nб",
		"carriage return":        "а\rб",
		"next line":              "а\u0085б",
		"line separator":         "а\u2028б",
		"paragraph separator":    "а\u2029б",
		"override":               "abc\u202Etxt.exe",
		"isolate":                "a\u2066b",
		"direction mark":         "a\u200Fb",
		"zero-width space":       "а\u200Bб",
		"zero-width space alone": "\u200B",
		"byte order mark":        "\ufeffа",
		"soft hyphen":            "а\u00ADб",
		"word joiner":            "а\u2060б",
		"joiner between letters": "а\u200Dб",
		"joiner after an emoji":  "👍\u200Dа",
		"joiner at the end":      "👍\u200D",
		"non-joiner in Russian":  "а\u200Cб",
		"style after a letter":   "а\uFE0F",
		"tags alone":             "\U000E0067",
		"tags after a letter":    "a\U000E0067\U000E0062\U000E007F",
		"Hangul filler":          "\u3164",
		"empty Braille":          "\u2800",
		"grapheme joiner":        "a\u034Fb",
		"private use":            "a\uE000",
		"unassigned":             "a\u0378",
		"noncharacter":           "a\uFFFF",
		"zalgo":                  "z\u0335\u0321\u0322\u031B\u0317",
		"much zalgo":             "z" + strings.Repeat("\u0335", 100),
		"lone mark":              "\u0301a",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := text.Line("title", in, 1, 40)
			if err == nil {
				t.Fatalf("Line(%q) = %q, want an error", in, got)
			}
			wantBadInput(t, err, "title")
		})
	}
}

func TestLineCountsRunes(t *testing.T) {
	for _, test := range []struct {
		in       string
		min, max int
		ok       bool
	}{
		{"ёж", 2, 2, true},
		{"е\u0308ж", 2, 2, true},
		{"е\u0308ж", 3, 9, false},
		{"ёжик", 1, 3, false},
		{"", 0, 3, true},
		{"  ", 0, 3, true},
		{"a  b", 3, 3, true},
	} {
		if _, err := text.Line("name", test.in, test.min, test.max); (err == nil) != test.ok {
			t.Errorf("Line(%q, %d, %d): %v, want ok %v", test.in, test.min, test.max, err, test.ok)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", " a ", "е\u0308", "👨\u200d👩", "a\u202e", "🏴\U000E0067\U000E007F", "\u1161\u11a8", "क्\u200d", "\u0344\u0344"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, err := text.Line("f", s, 1, 100)
		if err != nil {
			wantBadInput(t, err, "f")
			return
		}
		if again, err := text.Line("f", line, 1, 100); err != nil || again != line {
			t.Errorf("Line(%q) = %q, but that gives %q, %v", s, line, again, err)
		}
		if strings.ContainsAny(line, "\n\r\t\x00\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029") {
			t.Errorf("Line(%q) = %q", s, line)
		}
	})
}

package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestStems holds words that must have a stem in common against words that must
// not.
func TestStems(t *testing.T) {
	for _, c := range []struct {
		a, b string
		meet bool
	}{
		{"тёмная", "ТЕМНУЮ", true},
		{"приложение", "приложениями", true},
		{"идея", "идей", true},
		{"кнопка", "кнопок", true},
		{"списки", "список", true},
		{"уроком", "урок", true},
		{"конец", "концы", true},
		{"музеев", "музей", true},
		{"голосование", "голосованиям", true},
		{"уведомлений", "уведомления", true},
		{"ёлка", "елкой", true},
		{"Йогурт", "йогурты", true},
		{"categories", "category", true},
		{"voting", "votes", true},
		{"user’s", "users", true},
		{"naïve", "NAIVE", true},
		{"ﬁle", "files", true},
		{"ｆｕｌｌ", "full", true},
		{"e-mail", "email", true},
		{"wi‑fi", "WiFi", true},
		{"2026", "2026", true},
		{"йод", "иод", false},
		{"тема", "темнота", false},
		{"c++", "c#", false},
		{"c++", "c", false},
		{"notes", "noted", true},
		{"2026", "202", false},
		{"вода", "водка", false},
		{"event", "evening", false},
	} {
		met := false
		for _, a := range words(c.a) {
			for _, b := range words(c.b) {
				met = met || a.stem == b.stem
			}
		}
		if met != c.meet {
			t.Errorf("%s %v and %s %v meet: %v", c.a, words(c.a), c.b, words(c.b), met)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Как сделать e-mail?":      "как сделать email e mail",
		"онлайн-встреча":           "онлайнвстреча онлайн встреча",
		"a-b-c-d-e":                "a b c d e",
		"東京で":                      "東 京 で",
		"don't - 'quoted'":         "dont quoted",
		"#hash, C# и C++!":         "hash c# и c++",
		"не\u00adпере\u00adнос":    "неперенос",
		"-- ?! …":                  "",
		"\xff\xfeмусор\x00":        "мусор",
		strings.Repeat("ж", 50):    strings.Repeat("ж", longestWord),
		"и\u0306од е\u0308лка":     "йод елка",
		"http://vk.com/a_b?c=d&e1": "http vk com a b c d e1",
	} {
		var got []string
		for _, w := range words(text) {
			got = append(got, w.form)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q has the words %q, want %q", text, strings.Join(got, " "), want)
		}
	}
}

func TestTelling(t *testing.T) {
	for text, want := range map[string]string{
		"Добавьте тёмную тему":     "темн тем",
		"Please add dark mode":     "dark mode",
		"Как это сделать":          "сдела", // one that only asks is better than none
		"тема темы темой":          "тем",
		"I would like it to be so": "",
	} {
		var got []string
		for _, w := range telling(words(text), 5, isIdle) {
			got = append(got, w.stem)
		}
		if want != "" && strings.Join(got, " ") != want {
			t.Errorf("%q tells %v, want %s", text, got, want)
		}
		if len(got) == 0 || len(got) > 5 {
			t.Errorf("%q tells %v", text, got)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("Тёмная тема для C++ и wi-fi, user's 東京")
	f.Add("\xff'-''--'а-'b")
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range [][]word{words(text), asked(text)} {
			for _, w := range found {
				for _, s := range []string{w.form, w.stem} {
					if !utf8.ValidString(s) || utf8.RuneCountInString(s) > longestWord || strings.ContainsAny(s, " '-") {
						t.Errorf("%q has the word %q with the stem %q", text, w.form, w.stem)
					}
				}
			}
			if len(found) > 4*utf8.RuneCountInString(text)+4 {
				t.Errorf("%q has %d words", text, len(found))
			}
		}
	})
}

package text_test

import (
	"strings"
	"testing"

	"veche/community/text"
)

func TestMarkdown(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"lines":               {"Раз\nдва\n\nтри", "Раз\nдва\n\nтри"},
		"line ends":           {"a\r\nb\rc\n\rd", "a\nb\nc\n\nd"},
		"space at the end":    {"a  \nb \n\u00a0\n\t", "a  \nb"},
		"space at the start":  {"    code", "    code"},
		"tabs":                {"a\tb", "a\tb"},
		"normal form":         {"е\u0308ж", "ёж"},
		"byte order mark":     {"\ufeff\ufeff# Вече", "# Вече"},
		"joiners":             {"👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		"invisible in a text": {"a\u200bb", "a\u200bb"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := text.Markdown("body", test.in, 1, 40)
			if err != nil || got != test.want {
				t.Errorf("Markdown(%q) = %q, %v, want %q", test.in, got, err, test.want)
			}
		})
	}
}

func TestMarkdownRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":      "",
		"space alone":  " \n\t\r\n",
		"looks empty":  "\u200b\n\u2060\u00ad \ufeff",
		"empty filler": "\u3164 \u2800",
		"too long":     strings.Repeat("ы", 41),
		"bad UTF-8":    "ab\xc3\x28",
		"NUL":          "a\x00b",
		"bell":         "a\ab",
		"form feed":    "a\fb",
		"C1 control":   "a\u0085b",
		"override":     "a\u202Db",
		"isolate":      "a\u2069b",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := text.Markdown("body", in, 1, 40)
			if err == nil {
				t.Fatalf("Markdown(%q) = %q, want an error", in, got)
			}
			wantBadInput(t, err, "body")
		})
	}
}

func TestMarkdownMayBeEmpty(t *testing.T) {
	got, err := text.Markdown("body", " \u200b\n", 0, 40)
	if got != "" || err != nil {
		t.Errorf("got %q, %v, want nothing", got, err)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\ufeff\ufeff", "е\u0308", "\u200b", "a\n\n "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		body, err := text.Markdown("f", s, 1, 1000)
		if err != nil {
			wantBadInput(t, err, "f")
			return
		}
		if again, err := text.Markdown("f", body, 1, 1000); err != nil || again != body {
			t.Errorf("Markdown(%q) = %q, but that gives %q, %v", s, body, again, err)
		}
	})
}

package text_test

import (
	"strings"
	"testing"

	"veche/community/text"
)

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"How to start?":                "how-to-start",
		"  C++ & Go: 10 tips!  ":       "c-go-10-tips",
		"Привет, мир!":                 "privet-mir",
		"Щука, ёж и объезд":            "shchuka-yozh-i-obezd",
		"Съешь ещё этих мягких булок":  "sesh-eshchyo-etikh-myagkikh-bulok",
		"Цех, чай, шум, жук, хор, эра": "tsekh-chay-shum-zhuk-khor-era",
		"Юля, Яна и Вьюга":             "yulya-yana-i-vyuga",
		"Їжак і ґанок, Європа":         "yizhak-i-ganok-yevropa",
		"Воўк":                         "vouk",
		"Вѣче":                         "veche",
		"за\u0301мок":                  "zamok",
		"Crème brûlée, Straße, Łódź":   "creme-brulee-strasse-lodz",
		"Việt Nam":                     "viet-nam",
		"Ｆｕｌｌ ﬁ ①":                     "full-fi-1",
		"снова — здорово":              "snova-zdorovo",
		"Go на практике 2.0":           "go-na-praktike-2-0",
		"日本語":                          "",
		"!!!":                          "",
		"":                             "",
		"a\xffb":                       "a-b",
	} {
		if got := text.Slug(title, text.MaxSlug); got != want {
			t.Errorf("Slug(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestSlugIsCutBetweenWords(t *testing.T) {
	for _, test := range []struct {
		title string
		max   int
		want  string
	}{
		{"one two three", 7, "one-two"},
		{"one two three", 9, "one-two"},
		{"one two three", 8, "one-two"},
		{"one two three", 13, "one-two-three"},
		{"wonderful", 6, "wonder"},
		{"щщщ", 6, "shchsh"},
		{"one", 0, ""},
	} {
		if got := text.Slug(test.title, test.max); got != test.want {
			t.Errorf("Slug(%q, %d) = %q, want %q", test.title, test.max, got, test.want)
		}
	}
}

func TestCheckSlug(t *testing.T) {
	for _, slug := range []string{"go", "42", "a-b", "vopros-dnya-2", strings.Repeat("a", 64)} {
		if err := text.CheckSlug("slug", slug); err != nil {
			t.Errorf("CheckSlug(%q): %v", slug, err)
		}
	}
	for _, slug := range []string{"", "a", "-a", "a-", "a--b", "A1", "вече", "a b", "a_b", "a.b", strings.Repeat("a", 65), "a\x00"} {
		wantBadInput(t, text.CheckSlug("slug", slug), "slug")
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Привет, мир", 10)
	f.Add("one two three", 5)
	f.Fuzz(func(t *testing.T, title string, max int) {
		if max < 0 || max > text.MaxSlug {
			return
		}
		slug := text.Slug(title, max)
		if len(slug) > max {
			t.Errorf("Slug(%q, %d) = %q is too long", title, max, slug)
		}
		if err := text.CheckSlug("slug", slug); len(slug) >= text.MinSlug && err != nil {
			t.Errorf("Slug(%q, %d) = %q: %v", title, max, slug, err)
		}
	})
}

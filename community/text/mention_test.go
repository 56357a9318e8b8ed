package text_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community/text"
)

func TestMentionKeys(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		want []string
	}{
		"none":               {"Привет", nil},
		"at the start":       {"@jon hi", []string{"jon"}},
		"Russian":            {"Спроси @Вася_Пупкин, он знает", []string{"вася_пупкин"}},
		"each once":          {"@jon @Jon @ann @JON", []string{"jon", "ann"}},
		"sentence end":       {"Ask @jon. Or @ann! (@bob) «@вася» @eve's @kim:", []string{"jon", "ann", "bob", "вася", "eve", "kim"}},
		"punctuation within": {"@jon.skeet, @a-b_c --@x1", []string{"jon.skeet", "a-b_c"}},
		"doubled stops":      {"@jon..skeet @ann--eve", []string{"jon", "ann"}},
		"emphasis":           {"**@jon** _@ann_ ~~@bob~~ *@eve*", []string{"jon", "ann", "bob", "eve"}},
		"underscores":        {"@snake_case_name_ _@snake_case_", []string{"snake_case_name", "snake_case"}},
		"brackets":           {"[@jon] (@ann) [x @bob", []string{"jon", "ann", "bob"}},
		"blocks":             {"# @jon\n\n> @ann\n\n- @bob\n\na|b\n-|-\n@eve|c", []string{"jon", "ann", "bob", "eve"}},
		"footnote":           {"a[^1] @ann\n\n[^1]: @jon\n\n[^2]: @bob", []string{"ann", "jon"}},
		"code":               {"`@jon` ``@ann``\n\n```\n@bob\n```\n\n    @eve", nil},
		"links":              {"[@jon](http://a.b) [**@ann**][x] ![@bob](c.png)\n\n[x]: y", nil},
		"addresses":          {"mail jon@ann.com, http://a.b/@bob https://eve@c.d <kim@e.fg> www.x.y/@z1", nil},
		"within words":       {"foo@bar x/@jon a.@ann #@bob @@eve", nil},
		"escaped":            {`\@jon`, nil},
		"HTML block":         {"<p>@jon</p>\n\n<div>\n@ann\n</div>", nil},
		"HTML attributes":    {"a <b title='@jon'>", nil},
		"HTML link and code": {"a <a href=x>@jon</a> <code>@ann</code> <b>@bob</b>", []string{"bob"}},
		"HTML left open":     {"a <code>@jon\n\n@ann", []string{"ann"}},
		"mixed alphabets":    {"@jоn", nil}, // the second letter is Cyrillic
		"alphabets in touch": {"@jonпривет", nil},
		"reserved":           {"@all @admin @все", nil},
		"too short":          {"@a @ @. @_", nil},
		"too long":           {"@" + strings.Repeat("a", 33), nil},
		"other scripts":      {"@田中 @αβγ", nil},
		"e acute":            {"@jose\u0301 @José", []string{"josé"}},
		"broken at the line": {"@jon\nskeet@\nann", []string{"jon"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.MentionKeys(test.in)); diff != "" {
				t.Errorf("%q: %s", test.in, diff)
			}
		})
	}
}

func TestMentionKeysAreBounded(t *testing.T) {
	many := growing(func(i int) string { return fmt.Sprintf("@member%d ", i) })(10_000)
	if n := len(text.MentionKeys(many)); n != text.MaxMentions {
		t.Errorf("%d keys, want %d", n, text.MaxMentions)
	}
}

func TestRenderMentions(t *testing.T) {
	handles := map[string]string{"jon": "Jon", "вася": "Вася", "ann": "Ann"}
	got := text.Render("@JON, @вася и @nobody; `@jon` [@ann](/x) <a href=y>@ann</a> @jon", handles)
	want := `<p><a class="mention" href="/members/Jon">@Jon</a>, ` +
		`<a class="mention" href="/members/%D0%92%D0%B0%D1%81%D1%8F">@Вася</a> и @nobody; <code>@jon</code> ` +
		`<a href="/x"` + rel + `>@ann</a> <a href="y"` + rel + `>@ann</a> <a class="mention" href="/members/Jon">@Jon</a></p>`
	if diff := cmp.Diff(want, got.HTML); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"jon", "вася"}, got.Mentions); diff != "" {
		t.Error(diff)
	}
}

func TestBareLinks(t *testing.T) {
	for in, want := range map[string]string{
		"http://a.b":                                "[http://a.b]",
		"см. https://a.b/c?d=e&f#g, и":              "см. [https://a.b/c?d=e&amp;f#g], и",
		"HTTPS://A.B":                               "[HTTPS://A.B]",
		"https://пример.рф/путь.":                   "[https://пример.рф/путь].",
		"https://ru.wikipedia.org/wiki/Вече_(Русь)": "[https://ru.wikipedia.org/wiki/Вече_(Русь)]",
		"(http://a.b/c)":                            "([http://a.b/c])",
		"(http://a.b/c(d))":                         "([http://a.b/c(d)])",
		"«http://a.b/c»":                            "«[http://a.b/c]»",
		`"http://a.b/c"`:                            `&quot;[http://a.b/c]&quot;`,
		"**http://a.b/c**":                          "<strong>[http://a.b/c]</strong>",
		"*http://a.b*":                              "<em>[http://a.b]</em>",
		"_http://a.b/c_d_":                          "<em>[http://a.b/c_d]</em>",
		"http://a.b/c_d_e*f*g":                      "[http://a.b/c_d_e*f*g]",
		"http://a.b/c&copy;":                        "[http://a.b/c]©",
		"http://a.b/c;":                             "[http://a.b/c];",
		"http://a.b/c!?…":                           "[http://a.b/c]!?…",
		"http://a.b:8080/c":                         "[http://a.b:8080/c]",
		"http://a.b: c":                             "[http://a.b]: c",
		"http://a.b:port/":                          "http://a.b:port/",
		"http://a.b<c":                              "[http://a.b]&lt;c",
		"www.a.b/c":                                 "[www.a.b/c]",
		"x www.a.b.":                                "x [www.a.b].",
		"a@b.cd":                                    "[a@b.cd]",
		"a.b+c@d-e.fg.":                             "[a.b+c@d-e.fg].",
		"пиши на a@b.cd, да":                        "пиши на [a@b.cd], да",
		"http://localhost":                          "http://localhost",
		"http://":                                   "http://",
		"http:/a.b":                                 "http:/a.b",
		"xhttp://a.b":                               "xhttp://a.b",
		"ыhttp://a.b":                               "ыhttp://a.b",
		"ftp://a.b":                                 "ftp://a.b",
		"javascript://a.b":                          "javascript://a.b",
		"wwww.a.b":                                  "wwww.a.b",
		"www.a":                                     "www.a",
		"www..a":                                    "www..a",
		"a_b@c.de":                                  "a_b@c.de",
		"a@b":                                       "a@b",
		"a@b.c_":                                    "a@b.c_",
		"a@b@c.de":                                  "a@b@c.de",
		".a@b.cd":                                   ".a@b.cd",
		"`http://a.b`":                              "<code>http://a.b</code>",
		"[http://a.b](/c)":                          "[http://a.b]",
		`http\://a.b`:                               "http://a.b",
		"2:30, раз.два":                             "2:30, раз.два",
	} {
		page := text.Render(in, nil).HTML
		page = strings.TrimSuffix(strings.TrimPrefix(page, "<p>"), "</p>")
		var b strings.Builder
		for page != "" {
			before, link, ok := strings.Cut(page, "<a ")
			b.WriteString(before)
			if !ok {
				break
			}
			_, link, _ = strings.Cut(link, ">")
			link, page, _ = strings.Cut(link, "</a>")
			b.WriteString("[" + link + "]")
		}
		if got := b.String(); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

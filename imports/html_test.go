package imports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community/text"
)

func TestFromHTML(t *testing.T) {
	for name, test := range map[string]struct {
		html, want string
		kept       bool // as HTML
	}{
		"words": {html: "<p>One <em>two</em> <strong>three</strong>.</p>\n\n<p>Four<br>\nfive.</p>\n", want: "One *two* **three**.\n\nFour  \nfive."},
		"Russian": {
			html: "<h2>Как начать?</h2>\n<p>Съешь <b>ещё</b> этих <code>булок</code> &mdash; «да».</p>",
			want: "## Как начать?\n\nСъешь **ещё** этих `булок` — «да».",
		},
		"code": {
			html: "<p>Run:</p>\n\n<pre><code>if a &lt; b {\n\n\tgo(\"*x*\")\n}\n</code></pre>",
			want: "Run:\n\n```\nif a < b {\n\n\tgo(\"*x*\")\n}\n```",
		},
		"code with backticks": {html: "<p>Write <code>``a`</code>.</p>", want: "Write ``` ``a` ```."},
		"links": {
			html: `<p>See <a href="/help/on-topic" rel="nofollow">help</a> and <a href="https://ya.ru/?q=вече&amp;l=ru">search</a>.</p>`,
			want: "See [help](https://a.example.org/help/on-topic) and [search](https://ya.ru/?q=%D0%B2%D0%B5%D1%87%D0%B5&l=ru).",
		},
		"pictures": {
			html: `<p><a href="https://i.org/b.png"><img src="https://i.org/s.png" alt="a cat"></a></p>`,
			want: "[![a cat](https://i.org/s.png)](https://i.org/b.png)",
		},
		"nested quotes": {
			html: "<blockquote>\n  <p>He said:</p>\n  \n  <blockquote>\n    <p>no</p>\n  </blockquote>\n</blockquote>\n\n<p>Yes.</p>",
			want: "> He said:\n> \n> > no\n\nYes.",
		},
		"lists": {html: "<ol>\n<li>one</li>\n<li>two\n<ul><li>deep</li></ul></li>\n</ol>", want: "1. one\n2. two\n   \n   - deep"},
		"table": {
			html: "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
			want: "| a | b |\n|---|---|\n| 1 | 2 |",
		},
		"struck out":              {html: "<p><s>old</s> <del>older</del></p>", want: "~~old~~ ~~older~~"},
		"no sign in Markdown":     {html: "<p>E = mc<sup>2</sup>, press <kbd>Ctrl</kbd></p>", want: "E = mc<sup>2</sup>, press <kbd>Ctrl</kbd>"},
		"signs of Markdown":       {html: "<p># 1. *a* [b](c) `d` &lt;e&gt; _f_</p>", want: "\\# 1. \\*a* \\[b](c) \\`d\\` &lt;e&gt; \\_f_"},
		"no HTML at all":          {html: "plain words > others", want: "plain words &gt; others"},
		"nothing":                 {html: "", want: ""},
		"a script is not shown":   {html: "<p>a</p><script>alert(1)</script>", want: "a"},
		"an entity spelled out":   {html: "<p>write &amp;lt; for it</p>", want: "<p>write &amp;lt; for it</p>", kept: true},
		"a picture within a code": {html: "<pre>a <img src='https://i.org/s.png'> b</pre>", want: "<pre>a <img src='https://i.org/s.png'> b</pre>", kept: true},
		"HTML that Markdown cuts": {
			html: "<p>&amp;lt;</p>\n\n\t<p>*b*</p>\n\n<pre><code>c\n\n\n*d*</code></pre>",
			want: "<div>\n<p>&amp;lt;</p>\n\t<p>*b*</p>\n<pre><code>c&#10;&#10;\n*d*</code></pre>\n</div>", kept: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, markdown := fromHTML(test.html, "https://a.example.org")
			if diff := cmp.Diff(test.want, got); diff != "" || markdown == test.kept {
				t.Errorf("Markdown %v: %s", markdown, diff)
			}
			want := gistOf(test.html, "https://a.example.org")
			if shown := text.Render(got, nil).HTML; !want.within(gistOf(shown, "https://a.example.org")) {
				t.Errorf("%q is shown as %q", test.html, shown)
			}
		})
	}
}

func TestGistTellsWhatIsLost(t *testing.T) {
	whole := `<p>A <a href="https://a.org/x">link</a>, H<sub>2</sub>O <img src="https://a.org/i.png"></p><pre>a
 b</pre>`
	for name, lost := range map[string][2]string{
		"a word":    {"link", ""},
		"a link":    {"https://a.org/x", ""},
		"a picture": {"i.png", "j.png"},
		"a mark":    {"sub>", "i>"},
		"a line":    {"\n b", " b"},
		"an indent": {"\n b", "\nb"},
	} {
		if gistOf(whole, "").within(gistOf(strings.ReplaceAll(whole, lost[0], lost[1]), "")) {
			t.Errorf("%s is lost and nobody notices", name)
		}
	}
	same := `<div>A
	<a href="https://a.org/%78" title="more">link</a>, H<sub>2</sub>O <img src='https://a.org/i.png'> </div><pre>

a
 b
</pre><script>no</script>`
	if !gistOf(whole, "").within(gistOf(same, "")) {
		t.Error("what looks the same is not taken for it")
	}
}

func TestMending(t *testing.T) {
	for _, test := range []struct {
		name, in, want, counted string
	}{
		{"fine", "Всё хорошо.\n\nДа", "Всё хорошо.\n\nДа", ""},
		{"empty", " \n", "…", mendedEmpty},
		{"control characters", "a\x00b\u202ec\x1b", "abc", mendedSigns},
		{"not UTF-8", "a\xffb", "ab", mendedSigns},
		{"too long", strings.Repeat("слово ", 20), "слово слово слово слово слово …", mendedLength},
		{"one long word", strings.Repeat("ы", 99), strings.Repeat("ы", 31) + "…", mendedLength},
	} {
		r := newReport("")
		got := r.markdown(test.in, 33)
		if _, err := text.Markdown("body", got, 1, 33); err != nil || got != test.want || test.counted != "" && r.Mended[test.counted] != 1 {
			t.Errorf("%s: %q, %v, %v", test.name, got, err, r.Mended)
		}
	}
	for in, want := range map[string]string{
		"two\nlines": "two lines", "  ": "…", "z\u0335\u0335\u0335\u0335\u0335\u0335": "z", "a\u200bb": "ab", "\u202e": "…", strings.Repeat("a", 40): strings.Repeat("a", 31) + "…",
	} {
		r := newReport("")
		got := r.line(in, 33)
		if _, err := text.Line("line", got, 1, 33); err != nil || got != want {
			t.Errorf("line %q: %q, %v", in, got, err)
		}
	}
	r := newReport("")
	got := r.tags([]string{"Go", "a b", "c++", "go", "three", "four"}, 3)
	if diff := cmp.Diff([]string{"go", "c++", "three"}, got); diff != "" || r.Mended[mendedTags] != 2 {
		t.Error(diff, r.Mended)
	}
}

func TestCommentIsNoHTML(t *testing.T) {
	for in, want := range map[string]string{
		"List<String> and a < b": `List\<String> and a < b`,
		"in `<code>` <b>":        "in `<code>` \\<b>",
		"one ` and <i>":          "one ` and \\<i>",
		"*fine*":                 "*fine*",
	} {
		if got := comment(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

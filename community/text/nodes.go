package text

import (
	"net/url"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// rel tells search engines that the community does not vouch for a link, and
// keeps the page that it opens from reaching back.
const rel = ` rel="nofollow ugc noopener"`

// maxEmphasis is how deep emphasis shows in emphasis.
const maxEmphasis = 16

// nodes renders the nodes that carry more than text, so that the page is safe by
// the way it is written: every tag and attribute name is a constant, every
// value is an address that was checked or is escaped.
type nodes struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (nodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	for kind, write := range map[ast.NodeKind]func(*page, ast.Node, bool) ast.WalkStatus{
		ast.KindLink:              writeLink,
		ast.KindAutoLink:          writeAutoLink,
		ast.KindImage:             writeImage,
		ast.KindEmphasis:          writeEmphasis,
		east.KindStrikethrough:    writeEmphasis,
		ast.KindFencedCodeBlock:   writeCode,
		ast.KindHTMLBlock:         writeHTMLBlock,
		ast.KindRawHTML:           writeRawHTML,
		kindMention:               writeMention,
		east.KindFootnoteLink:     writeNoteLink,
		east.KindFootnoteBacklink: writeNoteBacklink,
		east.KindFootnote:         writeNote,
		east.KindFootnoteList:     writeNotes,
	} {
		reg.Register(kind, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
			return write(w.(*page), node, entering), nil
		})
	}
}

func writeLink(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if !entering {
		if p.anchor {
			p.write("</a>")
		}
		p.anchor = false
		return ast.WalkContinue
	}
	n := node.(*ast.Link)
	if !p.affords(n.Reference, n.Destination, n.Title) {
		return ast.WalkContinue
	}
	if address, ok := linkAddress(resolve(n.Destination)); ok {
		p.openLink(address)
		p.writeTitle(n.Title)
		p.write(">")
		p.anchor = true
	}
	return ast.WalkContinue
}

// openLink writes the start of a link up to where more attributes may follow.
func (p *page) openLink(address string) {
	p.addLink(address)
	p.write(`<a href="`)
	p.escape([]byte(address))
	p.write(`"`, rel)
}

func (p *page) writeTitle(title []byte) {
	if len(title) > 0 {
		p.write(` title="`)
		html.DefaultWriter.Write(p, title)
		p.write(`"`)
	}
}

func writeAutoLink(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if !entering {
		return ast.WalkContinue
	}
	n := node.(*ast.AutoLink)
	destination := util.URLEscape(n.URL(p.source), false)
	if n.AutoLinkType == ast.AutoLinkEmail {
		destination = append([]byte("mailto:"), destination...)
	}
	address, ok := linkAddress(destination)
	if ok = ok && !p.anchor; ok {
		p.openLink(address)
		p.write(">")
	}
	p.escape(n.Label(p.source))
	if ok {
		p.write("</a>")
	}
	return ast.WalkContinue
}

func writeImage(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if !entering {
		return ast.WalkContinue
	}
	n := node.(*ast.Image)
	address, ok := "", p.affords(n.Reference, n.Destination, n.Title)
	if ok {
		address, ok = imageAddress(resolve(n.Destination))
	}
	if !ok {
		writeAlt(p, node)
		return ast.WalkSkipChildren
	}
	p.write(`<img src="`)
	p.escape([]byte(address))
	p.write(`" alt="`)
	writeAlt(p, node)
	p.write(`"`)
	p.writeTitle(n.Title)
	p.write(">")
	return ast.WalkSkipChildren
}

// writeAlt writes the text of a node's children without their markup.
func writeAlt(p *page, node ast.Node) {
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Text:
			if n.IsRaw() {
				html.DefaultWriter.RawWrite(p, n.Value(p.source))
			} else {
				html.DefaultWriter.Write(p, n.Value(p.source))
			}
			if n.SoftLineBreak() || n.HardLineBreak() {
				p.write("\n")
			}
		case *ast.AutoLink:
			p.escape(n.Label(p.source))
		default:
			writeAlt(p, child)
		}
	}
}

func writeEmphasis(p *page, node ast.Node, entering bool) ast.WalkStatus {
	tag := "del>"
	if n, ok := node.(*ast.Emphasis); ok && n.Level == 2 {
		tag = "strong>"
	} else if ok {
		tag = "em>"
	}
	if entering {
		p.emphasis++
	}
	if p.emphasis <= maxEmphasis {
		if entering {
			p.write("<", tag)
		} else {
			p.write("</", tag)
		}
	}
	if !entering {
		p.emphasis--
	}
	return ast.WalkContinue
}

func writeCode(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if !entering {
		p.write("</code></pre>\n")
		return ast.WalkContinue
	}
	p.write("<pre><code")
	if language := node.(*ast.FencedCodeBlock).Language(p.source); languagePattern.Match(language) {
		p.write(` class="language-`, string(language), `"`)
	}
	p.write(">")
	for _, line := range node.Lines().Sliced(0, node.Lines().Len()) {
		html.DefaultWriter.RawWrite(p, line.Value(p.source))
	}
	return ast.WalkContinue
}

func writeMention(p *page, node ast.Node, entering bool) ast.WalkStatus {
	m := node.(*mention)
	handle := p.handles[m.key]
	if m.mute || handle == "" {
		return ast.WalkContinue
	}
	if entering {
		p.write(`<a class="mention" href="/members/`, url.PathEscape(handle), `">@`)
		p.escape([]byte(handle))
		p.write(`</a>`)
	}
	return ast.WalkSkipChildren
}

package text

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// Footnotes are written with ids of their own text and without classes; roles
// (DPUB-ARIA 1.1) tell what they are.

func writeNoteLink(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if entering && !p.anchor {
		n := node.(*east.FootnoteLink)
		p.write(`<sup><a id="`, p.noteID("fnref", n.Index, n.RefIndex), `" href="#`, p.noteID("fn", n.Index))
		p.write(`" role="doc-noteref">`, strconv.Itoa(n.Index), `</a></sup>`)
	}
	return ast.WalkContinue
}

func writeNoteBacklink(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if entering {
		n := node.(*east.FootnoteBacklink)
		p.write(` <a href="#`, p.noteID("fnref", n.Index, n.RefIndex), `" role="doc-backlink">↩`, "\uFE0E", `</a>`)
	}
	return ast.WalkContinue
}

func writeNote(p *page, node ast.Node, entering bool) ast.WalkStatus {
	if entering {
		p.write(`<li id="`, p.noteID("fn", node.(*east.Footnote).Index), "\">\n")
	} else {
		p.write("</li>\n")
	}
	return ast.WalkContinue
}

func writeNotes(p *page, _ ast.Node, entering bool) ast.WalkStatus {
	if entering {
		p.write("<div role=\"doc-endnotes\">\n<hr>\n<ol>\n")
	} else {
		p.write("</ol>\n</div>\n")
	}
	return ast.WalkContinue
}

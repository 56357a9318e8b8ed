package text

import (
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// commonmark parses CommonMark with the tables, strikethrough, task lists and
// bare links of GitHub, footnotes and mentions. The parsers that take more than
// linear time, or nest without end, stand behind the bounds of bounds.go. The
// numbers order them as goldmark does.
var commonmark = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(nested{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(nested{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewHTMLBlockParser(), 900),
		util.Prioritized(notes{nested{extension.NewFootnoteBlockParser()}}, 999),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(extension.NewFootnoteParser(), 101),
		util.Prioritized(links{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(delimiters{parser.NewEmphasisParser()}, 500),
		util.Prioritized(delimiters{extension.NewStrikethroughParser()}, 500),
		util.Prioritized(bareLinks{}, 998),
		util.Prioritized(mentions{}, 999),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(references{parser.LinkReferenceParagraphTransformer}, 100),
		util.Prioritized(tables{extension.NewTableParagraphTransformer()}, 200),
	),
	parser.WithASTTransformers(
		util.Prioritized(extension.NewTableASTTransformer(), 0),
		util.Prioritized(extension.NewFootnoteASTTransformer(), 999),
	),
)

// reading is the state of one parse: what it found and what it has spent of
// its bounds.
type reading struct {
	parser.Context
	source   []byte
	document ast.Node
	mentions int

	brackets   int // open link labels in the block
	delimiters int // marks of emphasis in the block
	lookahead  int // bytes looked through for labels and ends of links
	pipes      int // escaped pipes in tables
	notes      int // footnotes
}

func read(markdown string) *reading {
	if !utf8.ValidString(markdown) {
		markdown = strings.ToValidUTF8(markdown, "\uFFFD")
	}
	r := &reading{Context: parser.NewContext(), source: []byte(markdown)}
	r.document = commonmark.Parse(source.NewReader(r.source), parser.WithContext(r))
	return r
}

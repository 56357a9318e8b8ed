package text

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
)

// The bounds of one document. Markup beyond them is not refused but stays the
// text that it is. Measured with goldmark 1.8.7: without them each of the
// parsers below takes quadratic time, or worse, on input that repeats one sign.
const (
	maxNesting    = 24      // lists, quotes and footnotes in one another
	maxBrackets   = 64      // open link labels in a block
	maxDelimiters = 2000    // marks of emphasis in a block
	maxLookahead  = 1 << 20 // bytes looked through for labels and ends of links
	maxPipes      = 1000    // escaped pipes in tables
	maxNotes      = 500     // footnotes
	maxReferences = 5000    // lines of a paragraph that may define links
	freeCells     = 1000    // cells of a table beyond one for every byte
)

// nested bounds how deep a block that holds blocks may lie.
type nested struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (n nested) Open(parent ast.Node, block source.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for above := parent; above != nil && depth < maxNesting; above = above.Parent() {
		switch above.Kind() {
		case ast.KindList, ast.KindBlockquote, east.KindFootnote:
			depth++
		}
	}
	if depth == maxNesting {
		return nil, parser.NoChildren
	}
	return n.BlockParser.Open(parent, block, pc)
}

// notes bounds the number of footnotes, each of which is compared with every
// reference to one.
type notes struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (n notes) Open(parent ast.Node, block source.Reader, pc parser.Context) (ast.Node, parser.State) {
	r := pc.(*reading)
	if r.notes == maxNotes {
		return nil, parser.NoChildren
	}
	node, state := n.BlockParser.Open(parent, block, pc)
	if node != nil {
		r.notes++
	}
	return node, state
}

// links bounds the labels that are open at once, as every closing one looks
// through what follows its opening one, and the searches for a label's text
// and for the end of a link's destination, which go on to the end of the line.
type links struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (l links) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	r := pc.(*reading)
	line, _ := block.PeekLine()
	if line[0] != ']' {
		if r.brackets == maxBrackets {
			return nil
		}
		node := l.InlineParser.Parse(parent, block, pc)
		if node != nil {
			r.brackets++
		}
		return node
	}
	number, _ := block.Position()
	if r.brackets == 0 || !r.affords(line[1:], number) {
		return nil
	}
	r.brackets--
	return l.InlineParser.Parse(parent, block, pc)
}

// CloseBlock ends a block: brackets and delimiters are counted anew.
func (l links) CloseBlock(parent ast.Node, block source.Reader, pc parser.Context) {
	r := pc.(*reading)
	r.brackets, r.delimiters = 0, 0
	l.InlineParser.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}

// affords pays for the search for the text of a label, which counts through
// the lines of its block up to its own number, and for the search for the end
// of the destination that a parenthesis after the label starts.
func (r *reading) affords(line []byte, number int) bool {
	const linesForByte = 4
	r.lookahead += number / linesForByte
	if r.lookahead < maxLookahead && len(line) > 0 && line[0] == '(' {
		r.lookahead += destinationEnd(line[1:min(len(line), maxLookahead-r.lookahead+1)])
	}
	return r.lookahead < maxLookahead
}

func destinationEnd(line []byte) int {
	if bytes.HasPrefix(line, []byte("<")) {
		if end := bytes.IndexByte(line, '>'); end >= 0 {
			return end
		}
		return len(line)
	}
	depth := 0
	for i, c := range line {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if depth < 0 || i > 0 && c <= ' ' {
			return i
		}
	}
	return len(line)
}

// delimiters bounds the marks of emphasis in a block: each that might close is
// compared with those before it.
type delimiters struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (d delimiters) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	r := pc.(*reading)
	if r.delimiters == maxDelimiters {
		return nil
	}
	r.delimiters++
	return d.InlineParser.Parse(parent, block, pc)
}

// references bounds the paragraphs that are searched for definitions of links,
// as each definition found moves all lines after it.
type references struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t references) Transform(node *ast.Paragraph, block source.Reader, pc parser.Context) {
	if node.Lines().Len() <= maxReferences {
		t.ParagraphTransformer.Transform(node, block, pc)
	}
}

// tables bounds the cells of a table by the bytes it was written with: a row
// of one byte gets as many cells as the header has. It bounds escaped pipes
// too, each of which is compared with every other.
type tables struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t tables) Transform(node *ast.Paragraph, block source.Reader, pc parser.Context) {
	lines := node.Lines()
	if lines.Len() < 2 {
		return
	}
	r := pc.(*reading)
	columns, size := 0, 0
	for _, line := range lines.Sliced(0, lines.Len()) {
		text := line.Value(r.source)
		columns = max(columns, bytes.Count(text, []byte{'|'})+1)
		size += len(text)
		r.pipes += bytes.Count(text, []byte(`\|`))
	}
	if columns*lines.Len() <= size+freeCells && r.pipes <= maxPipes {
		t.ParagraphTransformer.Transform(node, block, pc)
	}
}

package text

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
)

// MaxMentions is how many members one text can mention.
const MaxMentions = 50

// MentionKeys answers the keys of the handles that the Markdown mentions as
// @handle, each once, in order, MaxMentions at most. Code, links, pictures and
// HTML mention nobody, nor do reserved words. Whether anybody has such a handle
// the caller finds out, and tells Render.
func MentionKeys(markdown string) []string {
	if strings.IndexByte(markdown, '@') < 0 {
		return nil
	}
	return read(markdown).settleMentions()
}

// mention is an inline node: @ and a handle. Its one child is the text of it,
// for where it mentions nobody.
type mention struct {
	ast.BaseInline
	key string
	// mute is set where a mention is only text, as in a link.
	mute bool
}

var kindMention = ast.NewNodeKind("Mention")

// Kind implements ast.Node.
func (m *mention) Kind() ast.NodeKind { return kindMention }

// Dump implements ast.Node.
func (m *mention) Dump(source []byte, level int) {
	ast.DumpHelper(m, source, level, map[string]string{"key": m.key}, nil)
}

// mentions parses @handle.
type mentions struct{}

// Trigger implements parser.InlineParser.
func (mentions) Trigger() []byte { return []byte{'@'} }

// Parse implements parser.InlineParser.
func (mentions) Parse(_ ast.Node, block source.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	r := pc.(*reading)
	length := handleLength(line[1:])
	if length == 0 || !startsWord(r.source[:segment.Start]) {
		return nil
	}
	_, key, err := Handle("", string(line[1:1+length]))
	if err != nil {
		return nil
	}
	r.mentions++
	m := &mention{key: key}
	m.AppendChild(m, ast.NewTextSegment(segment.WithStop(segment.Start+1+length)))
	block.Advance(1 + length)
	return m
}

// handleLength is how many bytes at the start of the line may be a handle; 0
// when there are too many. The full stop after a mention is none of it.
func handleLength(line []byte) int {
	end, runes, joined := 0, 0, true
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRune(line[at:])
		a, ok := alphabetOf(r)
		if !ok && !unicode.IsLetter(r) && !unicode.IsMark(r) || a == punctuation && joined {
			break
		}
		at, runes = at+size, runes+1
		if runes > 2*MaxHandle {
			return 0
		}
		if joined = a == punctuation; !joined {
			end = at
		}
	}
	return end
}

// startsWord says whether a mention may follow the text before it: not within
// a word, an address of mail or of the web. Marks of emphasis do not count.
func startsWord(before []byte) bool {
	before = bytes.TrimRight(before, "*_~")
	r, size := utf8.DecodeLastRune(before)
	switch {
	case size == 0:
		return true
	case strings.ContainsRune(`/.@=&#+-%\:`, r):
		return false
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// settleMentions mutes the mentions that stand in links, pictures or HTML and
// answers the keys of the others.
func (r *reading) settleMentions() []string {
	if r.mentions == 0 {
		return nil
	}
	var keys []string
	links, tags := 0, 0
	_ = ast.Walk(r.document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if node.Type() == ast.TypeBlock {
			tags = 0
		}
		switch n := node.(type) {
		case *ast.Link, *ast.Image:
			links += step(entering)
		case *ast.RawHTML:
			if entering {
				tags = max(0, tags+muting(n.Segments.Value(r.source)))
			}
		case *mention:
			if n.mute = links+tags > 0; entering && !n.mute && len(keys) < MaxMentions && !slices.Contains(keys, n.key) {
				keys = append(keys, n.key)
			}
		}
		return ast.WalkContinue, nil
	})
	return keys
}

func step(entering bool) int {
	if entering {
		return 1
	}
	return -1
}

// muting is 1 for a tag that opens a link or code, -1 for one that closes it,
// and 0 for all others.
func muting(tag []byte) int {
	name, way := strings.ToLower(string(tag[1:])), 1
	if rest, ok := strings.CutPrefix(name, "/"); ok {
		name, way = rest, -1
	}
	switch name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz0123456789"))] {
	case "a", "code", "pre", "kbd", "samp":
		return way
	}
	return 0
}

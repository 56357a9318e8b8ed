package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
)

// bareLinks parses addresses of the web and of mail that stand in the text
// without any markup, as GitHub does (GFM, section 6.9), but with letters of
// any script in them. It is called at the sign that tells them, so what comes
// before that is looked up in the text already parsed.
type bareLinks struct{}

// Trigger implements parser.InlineParser.
func (bareLinks) Trigger() []byte { return []byte{':', '.', '@'} }

// Parse implements parser.InlineParser.
func (bareLinks) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	all := pc.(*reading).source
	before := textBefore(parent, segment.Start, all)
	start, length := 0, 0
	switch {
	case len(before) == 0:
	case line[0] == ':':
		start, length = webLink(before, line)
	case line[0] == '.':
		start, length = wwwLink(before, line)
	case line[0] == '@':
		start, length = mailLink(all, segment.Start, before, line)
	}
	if length == 0 || pc.IsInLinkLabel() {
		return nil
	}
	last := parent.LastChild().(*ast.Text)
	last.Segment = last.Segment.WithStop(segment.Start - start)
	if last.Segment.IsEmpty() {
		parent.RemoveChild(parent, last)
	}
	block.Advance(length)
	kind := ast.AutoLinkURL
	if line[0] == '@' {
		kind = ast.AutoLinkEmail
	}
	link := ast.NewAutoLink(ast.AutoLinkType(kind), ast.NewTextSegment(source.NewSegment(segment.Start-start, segment.Start+length)))
	if line[0] == '.' {
		link.Protocol = []byte("http")
	}
	return link
}

// textBefore is the end of the text node that the sign at the offset follows,
// as much of it as an address may start with.
func textBefore(parent ast.Node, offset int, all []byte) []byte {
	last, ok := parent.LastChild().(*ast.Text)
	if !ok || last.Segment.Stop != offset || last.SoftLineBreak() || last.HardLineBreak() {
		return nil
	}
	return all[max(last.Segment.Start, offset-maxLocal-1):offset]
}

// webLink answers how many bytes before the colon and from it on are an
// address that starts with http:// or https://; length 0 when none.
func webLink(before, line []byte) (start, length int) {
	if !bytes.HasPrefix(line, []byte("://")) {
		return 0, 0
	}
	for _, scheme := range []string{"http", "https"} {
		if endsInWord(before, scheme) {
			return len(scheme), addressLength(line, len("://"))
		}
	}
	return 0, 0
}

func wwwLink(before, line []byte) (start, length int) {
	if !endsInWord(before, "www") {
		return 0, 0
	}
	return len("www"), addressLength(line, len("."))
}

// endsInWord says whether the text ends in the word, in any case, with no
// letter or digit before it.
func endsInWord(text []byte, word string) bool {
	at := len(text) - len(word)
	if at < 0 || !strings.EqualFold(string(text[at:]), word) {
		return false
	}
	r, _ := utf8.DecodeLastRune(text[:at])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// addressLength is how many bytes of the line are an address whose host starts
// at the given place; 0 when that is no host with a dot in it.
func addressLength(line []byte, host int) int {
	end, dotted := host, false
	for end < len(line) && end-host < 255 {
		r, size := utf8.DecodeRune(line[end:])
		if r == '.' && end > host && end+1 < len(line) && isHostRune(line[end+1:]) {
			dotted = true
		} else if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		end += size
	}
	if !dotted {
		return 0
	}
	if end < len(line) && bytes.IndexByte([]byte("/?#:"), line[end]) >= 0 {
		for end < len(line) {
			r, size := utf8.DecodeRune(line[end:])
			if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`|«»“”„", r) {
				break
			}
			end += size
		}
	}
	return trimmedLength(line[:end])
}

func isHostRune(b []byte) bool {
	r, _ := utf8.DecodeRune(b)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// trimmedLength leaves off what belongs to the sentence around the address:
// stops, marks of emphasis, entities, and closing parentheses that it does not
// open.
func trimmedLength(address []byte) int {
	extra := bytes.Count(address, []byte{')'}) - bytes.Count(address, []byte{'('})
	for len(address) > 0 {
		r, size := utf8.DecodeLastRune(address)
		switch {
		case r == ')' && extra > 0:
			extra--
		case r == ';':
			size = max(1, entityLength(address))
		case !strings.ContainsRune("?!.,:*_~'…—–", r):
			return len(address)
		}
		address = address[:len(address)-size]
	}
	return 0
}

// entityLength is the length of the HTML entity that the text, which ends in a
// semicolon, ends in; 0 when it ends in none.
func entityLength(text []byte) int {
	for n := 2; n <= min(len(text), 32); n++ {
		switch c := text[len(text)-n]; {
		case c == '&' && n > 2:
			return n
		case isAlphanumeric(c):
		default:
			return 0
		}
	}
	return 0
}

const localRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_"

// mailLink is webLink for addresses of mail, where the sign at the offset is
// the @. An address with an underscore in it has been taken apart for emphasis
// by then: better no link than half of one.
func mailLink(all []byte, offset int, before, line []byte) (start, length int) {
	local := before[len(bytes.TrimRight(before, localRunes)):]
	if len(local) == 0 || len(local) > maxLocal || local[0] == '.' || local[len(local)-1] == '.' {
		return 0, 0
	}
	r, _ := utf8.DecodeLastRune(all[:offset-len(local)])
	if unicode.IsLetter(r) || strings.ContainsRune("/:_@", r) {
		return 0, 0
	}
	return len(local), domainLength(line)
}

// domainLength is how many bytes of a line that starts with @ are that and a
// domain with a dot in it; 0 when none are.
func domainLength(line []byte) int {
	end, dots := 1, 0
	for end < min(len(line), 255) {
		c := line[end]
		if c == '.' && line[end-1] != '.' && end > 1 {
			dots++
		} else if c != '-' && !isAlphanumeric(c) {
			break
		}
		end++
	}
	for line[end-1] == '.' {
		end--
		dots--
	}
	if dots < 1 || line[end-1] == '-' || end < len(line) && (line[end] == '_' || line[end] == '@') {
		return 0
	}
	return end
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

package text

import "strings"

// maxOpen is how many elements may be open at once; what lies deeper loses its
// tags, not its text.
const maxOpen = 128

// open is an element whose end has not come. A hidden one was not written.
type open struct {
	name   string
	hidden bool
}

// balancer writes HTML so that every element in it is closed, in order.
type balancer struct {
	strings.Builder
	stack   []open
	named   map[string]int // how many of the stack have the name
	visible int
}

// balance closes the elements that an author's HTML left open and drops the
// ends of those that it did not open, and links within links. It takes HTML
// as sanitise and the renderer write it: < and > stand for tags alone.
func balance(html string) string {
	b := &balancer{named: make(map[string]int)}
	b.Grow(len(html))
	for {
		start := strings.IndexByte(html, '<')
		if start < 0 {
			break
		}
		b.WriteString(html[:start])
		html = html[start:]
		end := strings.IndexByte(html, '>') + 1
		b.tag(html[:end])
		html = html[end:]
	}
	b.WriteString(html)
	for len(b.stack) > 0 {
		b.pop()
	}
	return b.String()
}

func (b *balancer) tag(tag string) {
	name, closing := tagName(tag)
	if before, ok := strings.CutSuffix(tag, "/>"); ok {
		tag = before + ">" // HTML ignores the slash
	}
	switch {
	case isVoid(name):
		if !closing {
			b.WriteString(tag)
		}
	case !closing:
		b.push(name, tag)
	case b.named[name] > 0:
		for b.pop() != name {
		}
	}
}

func (b *balancer) push(name, tag string) {
	hidden := b.visible == maxOpen || name == "a" && b.named["a"] > 0
	b.stack = append(b.stack, open{name, hidden})
	b.named[name]++
	if !hidden {
		b.visible++
		b.WriteString(tag)
	}
}

// pop ends the innermost element and answers its name.
func (b *balancer) pop() string {
	last := b.stack[len(b.stack)-1]
	b.stack = b.stack[:len(b.stack)-1]
	b.named[last.name]--
	if !last.hidden {
		b.visible--
		b.WriteString("</" + last.name + ">")
	}
	return last.name
}

func tagName(tag string) (name string, closing bool) {
	name = strings.Trim(tag, "<>")
	if end := strings.IndexAny(name, " /"); end > 0 {
		name = name[:end]
	}
	return strings.CutPrefix(name, "/")
}

// isVoid says whether the element has no end (HTML, section 13.1.2).
func isVoid(name string) bool {
	switch name {
	case "br", "hr", "img", "input", "wbr":
		return true
	}
	return false
}

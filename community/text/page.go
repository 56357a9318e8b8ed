package text

import (
	"bytes"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// page is the HTML being written. It is what goldmark's renderer writes to, so
// every node can find it.
type page struct {
	bytes.Buffer
	source  []byte
	handles map[string]string
	links   []string
	seen    map[string]bool // links, once there are many

	anchor   bool // within a link
	emphasis int  // marks of emphasis open
	expanded int  // bytes written for links that are defined elsewhere
	mixed    bool // with HTML of the author's
	notes    string
}

// Buffered implements util.BufWriter: nothing waits to be written.
func (p *page) Buffered() int { return 0 }

// Flush implements util.BufWriter.
func (p *page) Flush() error { return nil }

// write writes constants and numbers; what people wrote goes through escape.
func (p *page) write(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

func (p *page) escape(s []byte) { p.Write(util.EscapeHTML(s)) }

// manyLinks is from when on a map finds doubles faster than a look at all.
const manyLinks = 32

// addLink keeps an address of the web once. One without a scheme but with a
// host is taken for https.
func (p *page) addLink(address string) {
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return
	}
	if len(p.links) < manyLinks {
		if !slices.Contains(p.links, address) {
			p.links = append(p.links, address)
		}
		return
	}
	if p.seen == nil {
		p.seen = make(map[string]bool)
		for _, link := range p.links {
			p.seen[link] = true
		}
	}
	if !p.seen[address] {
		p.seen[address] = true
		p.links = append(p.links, address)
	}
}

// known are the keys that have a handle.
func (p *page) known(keys []string) []string {
	return slices.DeleteFunc(keys, func(key string) bool { return p.handles[key] == "" })
}

// freeExpansion is how much the definitions of links may add to a page beyond
// the length of its source: one long address can be referred to everywhere.
const freeExpansion = 64 << 10

// affords pays for a link that may be defined elsewhere (reference is nil when
// it is not).
func (p *page) affords(reference *ast.ReferenceLink, destination, title []byte) bool {
	if reference == nil {
		return true
	}
	p.expanded += len(destination) + len(title)
	return p.expanded <= len(p.source)+freeExpansion
}

// noteID is the id of a footnote or of a reference to it, different for
// different texts: a page shows many of them.
func (p *page) noteID(kind string, numbers ...int) string {
	if p.notes == "" {
		h := fnv.New32a()
		h.Write(p.source)
		p.notes = strconv.FormatUint(uint64(h.Sum32()), 36)
	}
	id := kind + "-" + p.notes
	for _, n := range numbers {
		id += "-" + strconv.Itoa(n)
	}
	return id
}

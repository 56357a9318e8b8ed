package imports

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// gistOf reads what HTML shows. Addresses are told from the page at origin.
func gistOf(source, origin string) gist {
	r := gistReader{z: html.NewTokenizer(strings.NewReader(source)), origin: origin}
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			r.words.WriteString(lettersOf(r.code.String()))
			r.g.words = norm.NFC.String(r.words.String())
			return r.g
		case html.TextToken:
			r.text(string(r.z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			r.open(r.z.Token())
		case html.EndTagToken:
			r.closeTag(r.z.Token())
		}
	}
}

type gistReader struct {
	z      *html.Tokenizer
	origin string
	g      gist
	words  strings.Builder
	code   strings.Builder // the preformatted text that is open
	inPre  int
	hidden int // in elements that no page shows
}

func (r *gistReader) text(s string) {
	switch {
	case r.hidden > 0:
	case r.inPre > 0:
		r.code.WriteString(s)
	default:
		r.words.WriteString(lettersOf(s))
	}
}

func (r *gistReader) open(t html.Token) {
	switch t.DataAtom {
	case atom.Pre:
		r.inPre++
	case atom.Br:
		r.text("\n")
	case atom.Script, atom.Style:
		r.hidden++
	case atom.A:
		if to := r.address(attribute(t, "href")); to != "" {
			r.g.links = append(r.g.links, to)
		}
	case atom.Img:
		if of := r.address(attribute(t, "src")); of != "" {
			r.g.pictures = append(r.g.pictures, of)
		}
	default:
		if slices.Contains(keptTags, t.Data) {
			r.g.marks = append(r.g.marks, t.Data)
		}
	}
}

func (r *gistReader) closeTag(t html.Token) {
	switch t.DataAtom {
	case atom.Pre:
		if r.inPre--; r.inPre <= 0 {
			r.inPre = 0
			r.endCode()
		}
	case atom.Script, atom.Style:
		r.hidden = max(0, r.hidden-1)
	}
}

func (r *gistReader) endCode() {
	code := r.code.String()
	r.code.Reset()
	r.words.WriteString(lettersOf(code))
	lines := strings.Split(norm.NFC.String(strings.ReplaceAll(code, "\r\n", "\n")), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	r.g.code = append(r.g.code, strings.Trim(strings.Join(lines, "\n"), "\n"))
}

// address brings the ways to write one address together: whole, and without
// percent signs. What leads nowhere on the web is none.
func (r *gistReader) address(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if from, err := url.Parse(r.origin); err == nil && r.origin != "" {
		u = from.ResolveReference(u)
	}
	whole := strings.ReplaceAll(u.String(), "+", "%20")
	if plain, err := url.PathUnescape(whole); err == nil {
		return plain
	}
	return whole
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

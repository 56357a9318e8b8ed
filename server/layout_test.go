package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// width is how long a line of laid out JSON may be, in characters.
const width = 120

// part is a piece of JSON with its keys in the order in which they came.
type part struct {
	key   string // with its colon
	text  string // of a scalar
	open  string // of an object or a list
	parts []part
}

// layout writes JSON for people to read: in the order of its keys, and each
// thing on one line if it fits.
func layout(data []byte) string {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	p, err := parsePart(d)
	if err != nil {
		return fmt.Sprintf("not JSON: %v: %s", err, data)
	}
	var b strings.Builder
	p.write(&b, "")
	return b.String()
}

func parsePart(d *json.Decoder) (part, error) {
	token, err := d.Token()
	if err != nil {
		return part{}, err
	}
	mark, ok := token.(json.Delim)
	if !ok {
		return part{text: scalar(token)}, nil
	}
	p := part{open: mark.String()}
	for d.More() {
		key := ""
		if mark == '{' {
			name, err := d.Token()
			if err != nil {
				return part{}, err
			}
			key = scalar(name) + ": "
		}
		kid, err := parsePart(d)
		if err != nil {
			return part{}, err
		}
		kid.key = key
		p.parts = append(p.parts, kid)
	}
	_, err = d.Token()
	return p, err
}

func scalar(token json.Token) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(token) // a scalar of parsed JSON
	return strings.TrimSpace(b.String())
}

func (p part) shut() string { return map[string]string{"{": "}", "[": "]"}[p.open] }

func (p part) line() string {
	if p.open == "" {
		return p.key + p.text
	}
	kids := make([]string, len(p.parts))
	for i, kid := range p.parts {
		kids[i] = kid.line()
	}
	return p.key + p.open + strings.Join(kids, ", ") + p.shut()
}

func (p part) write(b *strings.Builder, indent string) {
	line := p.line()
	if p.open == "" || utf8.RuneCountInString(indent+line) <= width {
		b.WriteString(line)
		return
	}
	b.WriteString(p.key + p.open)
	if len(p.parts) == 1 && p.parts[0].open != "" { // one in another needs no lines of its own
		p.parts[0].write(b, indent)
		b.WriteString(p.shut())
		return
	}
	b.WriteString("\n")
	for i, kid := range p.parts {
		b.WriteString(indent + "  ")
		kid.write(b, indent+"  ")
		if i < len(p.parts)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString(indent + p.shut())
}

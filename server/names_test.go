package server

import (
	"fmt"
	"regexp"
	"time"
)

// names stand in stories for what is different at every run. Each id, token and
// cursor is named by its kind and by which of the kind came first: $topic1,
// $post2, $cursor3; members and spaces that were there from the start have their
// own names, $anna. A time of these days is $time.
type names struct {
	values map[string]string // by name
	names  map[string]string // by value
	count  map[string]int
}

func newNames(h *house) *names {
	n := &names{map[string]string{}, map[string]string{}, map[string]int{}}
	for name, r := range h.residents {
		n.bind(name, string(r.id))
	}
	for name, id := range h.spaces {
		n.bind(name, string(id))
	}
	return n
}

func (n *names) bind(name, value string) { n.values[name], n.names[value] = value, name }

var (
	random = regexp.MustCompile(`"((member|space|topic|post|poll|board|idea|calendar|event|occurrence|session|token)_[0-9a-z]{26}(?:_[0-9T]{15}(?:_\d+)?)?|(veche)_[st]_[\w-]{43}|(ey)J[\w-]{20,}|[0-9a-z]{26}(\.)[A-Z2-7]{26})"`)
	moment = regexp.MustCompile(`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"`)
	quoted = regexp.MustCompile(`"\$([\pL\d]+)"`)
)

// kinds of values whose beginning does not say it.
var kinds = map[string]string{"veche": "secret", "ey": "cursor", ".": "ticket"}

// hide puts names for values, in JSON as it came.
func (n *names) hide(text []byte) []byte {
	text = random.ReplaceAllFunc(text, func(found []byte) []byte {
		m := random.FindSubmatch(found)
		value, kind := string(m[1]), string(m[2])+string(m[3])+string(m[4])+string(m[5])
		if k, ok := kinds[kind]; ok {
			kind = k
		}
		if _, known := n.names[value]; !known {
			n.count[kind]++
			n.bind(fmt.Sprintf("%s%d", kind, n.count[kind]), value)
		}
		return []byte(`"$` + n.names[value] + `"`)
	})
	return moment.ReplaceAllFunc(text, func(found []byte) []byte {
		at, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(found))
		if err != nil || time.Since(at).Abs() > 100*24*time.Hour {
			return found
		}
		return []byte(`"$time"`)
	})
}

// show puts values for names, where they stand in quotes.
func (n *names) show(text string) (string, error) {
	var missing error
	out := quoted.ReplaceAllStringFunc(text, func(found string) string {
		name := quoted.FindStringSubmatch(found)[1]
		value, ok := n.values[name]
		if !ok {
			missing = fmt.Errorf("nothing is called $%s yet", name)
		}
		return `"` + value + `"`
	})
	return out, missing
}

package limits

import (
	"encoding/json"
	"math"
	"reflect"
)

// price is what a selection costs in points: flat whatever the variables are,
// and terms that depend on them. It is made once for a document.
type price struct {
	flat  int
	terms []term
}

// term is a price as often as a variable says.
type term struct {
	times counter
	each  *price
}

// of is the price with the variables.
func (p *price) of(variables map[string]any) int {
	sum := p.flat
	for _, t := range p.terms {
		sum = plus(sum, times(t.times.of(variables), t.each.of(variables)))
	}
	return sum
}

// add takes another price so many times.
func (p *price) add(n counter, each *price) {
	switch {
	case n.variable == "" && len(each.terms) == 0:
		p.flat = plus(p.flat, times(n.fixed, each.flat))
	case n.variable == "" && n.fixed == 1:
		p.flat = plus(p.flat, each.flat)
		p.terms = append(p.terms, each.terms...)
	default:
		p.terms = append(p.terms, term{n, each})
	}
}

// counter is how often something comes.
type counter struct {
	fixed    int    // if no variable decides
	variable string // which decides
	by       reading
}

// reading is how a variable's value becomes a number.
type reading int

const (
	byNumber reading = iota // a whole number; fixed if it is null
	byLength                // the length of a list
	ifTrue                  // once or not at all
	ifFalse
)

var once = counter{fixed: 1}

func (c counter) of(variables map[string]any) int {
	if c.variable == "" {
		return c.fixed
	}
	value := variables[c.variable]
	switch c.by {
	case byLength:
		return length(value)
	case ifTrue, ifFalse:
		if is, _ := value.(bool); is != (c.by == ifTrue) {
			return 0
		}
		return 1
	}
	if n, ok := whole(value); ok {
		return pageOf(n)
	}
	return c.fixed
}

// length is that of a list; one value stands for a list of one.
func length(value any) int {
	if value == nil {
		return 0
	}
	if list, ok := value.([]any); ok {
		return len(list)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice {
		return v.Len()
	}
	return 1
}

func whole(value any) (int, bool) {
	switch n := value.(type) {
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	case int64:
		return int(n), true
	case int:
		return n, true
	case float64:
		return int(n), n == math.Trunc(n) && math.Abs(n) < countless
	}
	return 0, false
}

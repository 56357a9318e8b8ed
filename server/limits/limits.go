// Package limits keeps one client from taking what is everybody's: it refuses
// what would cost too much before it costs anything, and has each client pay for
// what it asks out of a budget that fills again.
//
// A document goes through three gates, each cheaper than what it guards. Its
// brackets are counted before the parser sees it, which recurses. Its shape
// (depth, aliases, fragments, how often fields are repeated) is measured before
// validation, which compares fields in pairs. What it costs is reckoned before
// it is executed. Promises:
//
//   - A refusal is a community.Error of kind TOO_COMPLEX that says which limit,
//     what it is, and what the document has; or RATE_LIMITED, which says when to
//     come again.
//   - A document that was measured before is not measured again, and its cost is
//     an addition of what its variables decide.
//   - Of long documents that are not known, few are read at a time, and of what is
//     wrong with one no more is found out than is told.
//   - Who keeps sending what is refused is answered later and later, to a second.
//   - The budget of an actor holds across all nodes on one store, to what a node
//     has taken in advance: a twentieth of it.
//   - What is kept of clients is bounded in number, and forgotten when it is of
//     no use.
package limits

import (
	"strconv"
	"strings"

	"veche/community"
)

// Bounds are what is allowed. What is zero takes the default beside it.
type Bounds struct {
	// Cost is what one operation may cost, in points; 10,000.
	Cost int
	// Depth is how deep fields may stand in each other; 15. Introspection has
	// its own, introspectionDepth.
	Depth int
	// Member and Guest are how many points a member (or an API token), and an
	// address without one, may spend in a minute; 60,000 and 30,000.
	Member, Guest int
	// Open is how many of a kind a client may have open at a time: sockets and
	// streams, subscriptions, connections; 1,000.
	Open int
}

// The limits that nobody has a reason to set. Fragments are counted as often as
// they are spread.
const (
	// maxText is how long a document may be, in bytes, and how long it may be
	// written in JSON: long texts belong into variables.
	maxText = 256 << 10
	// maxTokens bounds a document, brackets and comments included.
	maxTokens = 5000
	// maxNesting is how deep brackets of any kind may stand in each other, in a
	// document and in variables: parser, validator and executor all recurse.
	maxNesting         = 60
	introspectionDepth = 20
	maxSelections      = 2000
	maxAliases         = 200
	maxRoots           = 100
	maxDirectives      = 200
	maxFragments       = 200
	maxVariables       = 200
	// maxValues is how many values the variables may hold in all.
	maxValues = 10_000
	// maxReading is how many selections validation may walk through, over all
	// operations and fragments.
	maxReading = 20_000
	// maxComparisons is how many pairs of fields validation may compare to see
	// whether those with one name can be one.
	maxComparisons = 20_000
)

// WithDefaults puts the defaults in the place of what is zero.
func (b Bounds) WithDefaults() Bounds {
	orDefault(&b.Cost, 10_000)
	orDefault(&b.Depth, 15)
	orDefault(&b.Member, 60_000)
	orDefault(&b.Guest, 30_000)
	orDefault(&b.Open, 1000)
	return b
}

func orDefault(field *int, value int) {
	if *field <= 0 {
		*field = value
	}
}

// over refuses more than limit of what; has may be the least that is known.
func over(what string, limit, has int) error {
	if has <= limit {
		return nil
	}
	return community.TooComplex("Too much for one operation: %s %s, where %s is the limit.", thousands(has), what, thousands(limit))
}

// thousands writes a number for people; one that was not counted to its end
// says so.
func thousands(n int) string {
	if n >= countless {
		return "countless"
	}
	text := strconv.Itoa(n)
	var out strings.Builder
	for i, digit := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	return out.String()
}

// countless is where counting stops: no limit is as high, and sums and products
// of what is below fit an int.
const countless = 1 << 30

func plus(a, b int) int { return min(a+b, countless) }

func times(a, b int) int { return min(a*b, countless) }

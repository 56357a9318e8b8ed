package ideas

import (
	"math"
	"slices"
	"time"
)

// A vote weighs twice as much as one that is a half-life older. So instead of
// having all votes fade, each weighs 2^(its time in half-lives) for ever, and
// the order of their sums never changes by time alone.
//
// The sums are whole numbers, one for each age of 16 half-lives, in which a
// vote weighs between 1 and 2^16 times the least: so what is taken back leaves
// nothing behind, after however many votes and years. Heat is the binary
// logarithm of the whole.
const (
	// halfLife is how long it takes for a vote to weigh half.
	halfLife = 48 * time.Hour
	// ageLength is how many half-lives an age has.
	ageLength = 16
	// unit is what a vote weighs at the beginning of its age.
	unit = 1 << 16
	// heatSteps is how finely Heat tells: a step is 1/16 of a doubling, so that most
	// votes for an idea that has many move nothing in the indexes.
	heatSteps = 16
	// coldest is how many half-lives an idea can fall below a new one of its age
	// that nobody has voted for.
	coldest = 16
)

// glow is what the votes given in one age weigh together.
type glow struct {
	Age int   `bson:"age"`
	Sum int64 `bson:"sum"`
}

// lightOf answers the age of the time, and what a vote weighs that is given then.
func lightOf(at time.Time) (age int, light int64) {
	const length = int64(ageLength * halfLife / time.Millisecond)
	ms := at.UnixMilli()
	n := floorDiv(ms, length)
	within := float64(ms-n*length) / float64(halfLife/time.Millisecond)
	return int(n), int64(math.Round(math.Exp2(within) * unit))
}

// shine adds what votes count that were given at the time; less than nothing
// for those that are taken back.
func (i *Idea) shine(counted int, at time.Time) {
	if counted == 0 {
		return
	}
	age, light := lightOf(at)
	n, found := slices.BinarySearchFunc(i.Glows, age, func(g glow, age int) int { return g.Age - age })
	if !found {
		i.Glows = slices.Insert(i.Glows, n, glow{Age: age})
	}
	if i.Glows[n].Sum += int64(counted) * light; i.Glows[n].Sum == 0 {
		i.Glows = slices.Delete(i.Glows, n, n+1)
	}
}

// warm sets Heat. An idea counts as if its author had given it a vote when it
// was published, so that a new one stands among those that were voted for.
func (i *Idea) warm() { i.Heat = heatOf(i.CreatedAt, i.Glows) }

func heatOf(created time.Time, glows []glow) float64 {
	first, light := lightOf(created)
	newest := first
	for _, g := range glows {
		newest = max(newest, g.Age)
	}
	part := func(age int, sum int64) float64 {
		return math.Ldexp(float64(sum), ageLength*(age-newest))
	}
	own := part(first, light)
	sum := own
	for _, g := range glows {
		sum += part(g.Age, g.Sum)
	}
	if sum <= math.Ldexp(own, -coldest) {
		return stepped(float64(ageLength*first-coldest) + math.Log2(float64(light)/unit))
	}
	return stepped(float64(ageLength*newest) + math.Log2(sum/unit))
}

func stepped(heat float64) float64 { return math.Floor(heat*heatSteps) / heatSteps }

// floorDiv is a/b, rounded down.
func floorDiv[N int | int64](a, b N) N {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

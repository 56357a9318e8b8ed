package ideas

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// Heat is what its definition says, to a sixteenth, over ten years.
func TestHeatIsTheSumOfFadingVotes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	i := &Idea{CreatedAt: start}
	type given struct {
		at    time.Time
		count int
	}
	var all []given
	at := start
	for range 2000 {
		at = at.Add(time.Duration(r.Int64N(int64(90 * time.Hour))))
		g := given{at, 1 + r.IntN(5)}
		if len(all) > 3 && r.IntN(3) == 0 {
			n := r.IntN(len(all))
			i.shine(-all[n].count, all[n].at)
			all = slices.Delete(all, n, n+1)
		}
		i.shine(g.count, g.at)
		all = append(all, g)
		i.warm()
		half := func(t time.Time) float64 { return float64(t.Sub(at)) / float64(halfLife) }
		sum := math.Exp2(half(start))
		for _, g := range all {
			sum += float64(g.count) * math.Exp2(half(g.at))
		}
		want := math.Log2(sum) + float64(at.UnixMilli())/float64(halfLife.Milliseconds())
		if i.Heat > want+1e-4 || i.Heat < want-1./heatSteps-1e-4 {
			t.Fatalf("after %s the heat is %f, want %f", at.Sub(start), i.Heat, want)
		}
	}
}

// What is taken back leaves nothing behind, however much heavier it was.
func TestHeatForgets(t *testing.T) {
	i := &Idea{CreatedAt: start}
	for n := range 50 {
		i.shine(1, start.Add(time.Duration(n)*time.Hour))
	}
	i.warm()
	was, later := i.Heat, start.AddDate(8, 0, 0)
	for n := range 1000 {
		i.shine(3, later.Add(time.Duration(n)*time.Hour))
	}
	for n := range 1000 {
		i.shine(-3, later.Add(time.Duration(n)*time.Hour))
	}
	if i.warm(); i.Heat != was {
		t.Errorf("the heat is %f, was %f before votes that were taken back", i.Heat, was)
	}
}

func TestHeatOrders(t *testing.T) {
	idea := func(age time.Duration, votes int, voted time.Duration) *Idea {
		i := &Idea{CreatedAt: start.Add(-age)}
		i.shine(votes, start.Add(-voted))
		i.warm()
		return i
	}
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	for name, pair := range map[string][2]*Idea{
		"new above one with a vote of two weeks ago":   {idea(0, 0, 0), idea(days(15), 1, days(14))},
		"a vote above none":                            {idea(days(1), 1, 0), idea(0, 0, 0)},
		"none above a vote against":                    {idea(days(1), 0, 0), idea(days(1), -1, 0)},
		"newer above older, both voted down":           {idea(days(1), -9, 0), idea(days(2), -9, 0)},
		"a hundred of yesterday above ten of today":    {idea(days(9), 100, days(1)), idea(days(9), 10, 0)},
		"voted for once above one that lies for years": {idea(days(4000), 1, 0), idea(days(1000), 0, 0)},
		"any above years of votes against":             {idea(days(4000), 0, 0), idea(days(4000), -1000, 0)},
	} {
		if pair[0].Heat <= pair[1].Heat {
			t.Errorf("%s: %f and %f", name, pair[0].Heat, pair[1].Heat)
		}
	}
}

package ideas

import (
	"strings"
	"time"
)

// apart marks the periods of an idea that is not listed, so that no list of a
// period has it.
const apart = "~"

// inSpans are an idea's fields of the spans, in the order of spans.
func (i *Idea) inSpans() (in [5]*string, score [5]*int) {
	return [5]*string{&i.DayIn, &i.WeekIn, &i.MonthIn, &i.QuarterIn, &i.YearIn},
		[5]*int{&i.DayScore, &i.WeekScore, &i.MonthScore, &i.QuarterScore, &i.YearScore}
}

// refresh sets where the idea is listed, and its heat, after what these depend
// on.
func (i *Idea) refresh() {
	i.Listed = string(i.BoardID)
	if i.Draft || i.DeletedAt != nil || i.MergedInto != "" {
		i.Listed = ""
	}
	ins, _ := i.inSpans()
	for _, in := range ins {
		name := strings.TrimPrefix(*in, apart)
		if i.Listed == "" && name != "" {
			name = apart + name
		}
		*in = name
	}
	i.warm()
}

// weigh counts a member's vote as it is now, in place of what it was. What
// follows from that, refresh sets.
func (i *Idea) weigh(was, is *Vote) {
	i.Score += is.Counted - was.Counted
	i.VoterCount += is.voters() - was.voters()
	i.shine(-was.Counted, was.At)
	i.shine(is.Counted, is.At)
	ins, scores := i.inSpans()
	for n, span := range spans {
		in, score := ins[n], scores[n]
		name := strings.TrimPrefix(*in, apart)
		if was.Value != 0 && periodKey(i.BoardID, span, was.At) == name {
			*score -= was.Counted
		}
		if is.Value == 0 {
			continue
		}
		switch given := periodKey(i.BoardID, span, is.At); {
		case given == name:
			*score += is.Counted
		case given > name: // the first vote in it
			*in, *score = given, is.Counted
		}
	}
}

// placeIn is where the idea stands in the ranking of a period; not ok if that
// does not have it.
func (i *Idea) placeIn(p Period, now time.Time) (at place, ok bool) {
	if i.Listed == "" {
		return place{}, false
	}
	ins, scores := i.inSpans()
	for n, span := range spans {
		if span != p {
			continue
		}
		// One that is ahead of our clock is that of another server.
		if *ins[n] < periodKey(i.BoardID, span, now) {
			return place{}, false
		}
		until := now.Add(spanLengths[n] + ladderKept)
		return place{ranking: *ins[n], score: *scores[n], until: &until}, true
	}
	return place{ranking: i.Listed, score: i.Score}, true
}

// ladderKept is how long the ladder of a period is kept behind its end, and
// spanLengths is more than any of the spans lasts.
const ladderKept = 48 * time.Hour

var spanLengths = [5]time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour, 92 * 24 * time.Hour, 366 * 24 * time.Hour}

// places are where the idea stands by now. Rankings of periods that are over
// stay as they were.
func (i *Idea) places(now time.Time) []place {
	var all []place
	for _, p := range append([]Period{All}, spans...) {
		if at, ok := i.placeIn(p, now); ok {
			all = append(all, at)
		}
	}
	return all
}

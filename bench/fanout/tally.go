package main

// tally is what one socket heard, by the numbers of its topic's posts: 1, 2, 3 …
// are to come once each, in order.
type tally struct {
	seen       []uint64 // a bit for each number
	highest    int
	doubled    int
	disordered int // came after a later one
	strange    int // numbers that nobody published
}

func newTally(posts int) tally { return tally{seen: make([]uint64, posts/64+1)} }

// note says whether the post is a new one.
func (t *tally) note(number int) bool {
	if number < 1 || number/64 >= len(t.seen) {
		t.strange++
		return false
	}
	bit := uint64(1) << (number % 64)
	if t.seen[number/64]&bit != 0 {
		t.doubled++
		return false
	}
	t.seen[number/64] |= bit
	if number < t.highest {
		t.disordered++
	}
	t.highest = max(t.highest, number)
	return true
}

// lost is how many of the posts did not come.
func (t *tally) lost(posts int) int {
	lost := 0
	for number := 1; number <= posts; number++ {
		if t.seen[number/64]&(1<<(number%64)) == 0 {
			lost++
		}
	}
	return lost
}

package ideas

import (
	"fmt"
	"strings"

	"veche/community"
)

// row is an idea in a standing.
type row struct {
	idea        community.IdeaID
	rank, score int
}

// ranked are the ideas, which come by their scores from the highest, with their
// ranks: those of one score share one.
func ranked(found []*Idea, score func(*Idea) int) []row {
	rows := make([]row, len(found))
	for n, i := range found {
		rows[n] = row{idea: i.ID, rank: n + 1, score: score(i)}
		if n > 0 && rows[n-1].score == rows[n].score {
			rows[n].rank = rows[n-1].rank
		}
	}
	return rows
}

// move is how an idea stands by now, and how it stood; a rank of 0 is none.
type move struct {
	row
	was int
}

// moves are what happened between two standings: first of those that stand in
// the later one, from the highest, and then of those that left.
func moves(from, to []row) (found []move) {
	before := make(map[community.IdeaID]row, len(from))
	for _, r := range from {
		before[r.idea] = r
	}
	for _, r := range to {
		if b := before[r.idea]; b != r {
			found = append(found, move{row: r, was: b.rank})
		}
		delete(before, r.idea)
	}
	for _, r := range from {
		if b, left := before[r.idea]; left {
			found = append(found, move{row: row{idea: r.idea}, was: b.rank})
		}
	}
	return found
}

// written are the moves as the words of an entry.
func written(found []move) []string {
	words := make([]string, len(found))
	for i, m := range found {
		words[i] = fmt.Sprintf("%s %d %d %d", m.idea, m.rank, m.was, m.score)
	}
	return words
}

// read are the moves that an entry was made of.
func read(words []string) ([]move, error) {
	found := make([]move, len(words))
	for i, word := range words {
		m := &found[i]
		if _, err := fmt.Fscan(strings.NewReader(word), &m.idea, &m.rank, &m.was, &m.score); err != nil {
			return nil, fmt.Errorf("read the move %q: %w", word, err)
		}
	}
	return found, nil
}

package imports

import (
	"cmp"
	"slices"
	"time"
)

// item is what is known of a question, an answer or a comment before it is
// brought: little, since all of an archive's are held at once.
type item struct {
	id   int64
	post int64 // what a comment is on, or the question that an answer is to
	at   int64 // milliseconds since 1970
	file int
	span
	topic    int // the place among threads.topics
	author   int // the place among the authors of an archive of JSON lines
	comment  bool
	accepted bool
	second   bool // accepted, but another one took the mark
}

// span is where a row stands in its file, in bytes.
type span struct {
	offset int64
	size   int
}

// threads are topics, and the replies to them in the order in which they are
// brought.
type threads struct{ topics, replies []item }

// settle orders the replies by topic and date, answers before comments of the
// same instant; of several accepted answers the last keeps the mark.
func (t *threads) settle() {
	slices.SortFunc(t.replies, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.topic, b.topic), cmp.Compare(a.at, b.at), compareBool(a.comment, b.comment), cmp.Compare(a.id, b.id))
	})
	last := map[int]int{}
	for i, reply := range t.replies {
		if !reply.accepted {
			continue
		}
		if before, ok := last[reply.topic]; ok {
			t.replies[before].accepted, t.replies[before].second = false, true
		}
		last[reply.topic] = i
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// each hands on every topic, and after it its replies.
func (t *threads) each(topic func(item) error, reply func(topic, reply item) error) error {
	next := 0
	for i, q := range t.topics {
		if err := topic(q); err != nil {
			return err
		}
		for ; next < len(t.replies) && t.replies[next].topic == i; next++ {
			if err := reply(q, t.replies[next]); err != nil {
				return err
			}
		}
	}
	return nil
}

func millis(t time.Time) int64 { return t.UnixMilli() }

package forum

import (
	"context"
	"fmt"
	"slices"

	"veche/community"
	"veche/live"
)

// Bounds of what is counted as new.
const (
	// MaxNewTopics is how far is counted.
	MaxNewTopics = 1000
	// MaxOnScreen is how many topics a client may say that it shows.
	MaxOnScreen = 100
	// farthest is how many entries of the log are gone through to count. A reader
	// who is farther behind does better to fetch the page.
	farthest = 10_000
)

// sieve is which topics of a space somebody asks about.
type sieve struct {
	space  community.SpaceID
	tag    string
	screen map[community.TopicID]bool
}

func newSieve(id community.SpaceID, look SpaceLook) (*sieve, error) {
	tag, err := tagOf(look.Tag)
	if err != nil {
		return nil, err
	}
	if len(look.OnScreen) > MaxOnScreen {
		return nil, community.BadInput("onScreen", "At most %d topics, please.", MaxOnScreen)
	}
	s := &sieve{id, tag, make(map[community.TopicID]bool, len(look.OnScreen))}
	for _, id := range look.OnScreen {
		s.screen[id] = true
	}
	return s, nil
}

// shows says whether the topic has the tag or is on the screen.
func (s *sieve) shows(t *Topic) bool {
	return s.tag == "" || slices.Contains(t.Tags, s.tag) || s.screen[t.ID]
}

// news counts the topics that are new or newly active behind a number. It holds
// for all who see the space: it counts nothing that only some of them see.
type news struct {
	*sieve
	load func(ctx context.Context, ids []string) (map[string]*Topic, error)
	// most is how many topics are remembered that count, and that do not.
	most int

	at int64 // the entry up to which is counted
	// active are the topics that something happened to, and whether they count;
	// one that does not may by another tag.
	active map[community.TopicID]bool
	count  int
	over   bool // there are more than most
	// changed is the entry that last changed what counts, for whoever was told
	// before it.
	changed int64
}

func (h *Hall) newNews(s *sieve, since int64, most int) *news {
	load := func(ctx context.Context, ids []string) (map[string]*Topic, error) {
		return topics.GetMany(ctx, h.store, ids)
	}
	return &news{sieve: s, load: load, most: most, at: since, active: map[community.TopicID]bool{}}
}

// topicOf is the topic to which an entry of a space says that something
// happened.
func topicOf(e *live.Entry) (community.TopicID, bool) {
	switch e.Kind {
	case TopicAdded, TopicChanged, TopicActive, TopicRemoved:
		return community.TopicID(e.About[0]), true
	}
	return "", false
}

// take counts the entries and answers those that are about something else: the
// space, or topics on the screen.
func (n *news) take(ctx context.Context, found []*live.Entry) (others []*live.Entry, err error) {
	var ids []string
	for _, e := range found {
		if id, ok := topicOf(e); ok && !n.screen[id] {
			ids = append(ids, string(id))
		}
	}
	var loaded map[string]*Topic
	if len(ids) > 0 {
		if loaded, err = n.load(ctx, ids); err != nil {
			return nil, fmt.Errorf("look up topics that something happened to: %w", err)
		}
	}
	for _, e := range found {
		if id, ok := topicOf(e); ok && !n.screen[id] {
			n.weigh(e, id, n.counts(loaded[string(id)]))
		} else {
			others = append(others, e)
		}
		n.at = e.Seq
	}
	return others, nil
}

// counts says whether the topic is there for all who see the space.
func (n *news) counts(t *Topic) bool {
	return t != nil && t.SpaceID == n.space && t.DeletedAt == nil && n.shows(t)
}

// weigh counts the topic, or counts it no more.
func (n *news) weigh(e *live.Entry, id community.TopicID, counts bool) {
	was, known := n.active[id]
	switch {
	case e.Kind == TopicRemoved:
		counts = false
		delete(n.active, id)
	case known:
		n.active[id] = counts
	case e.Kind == TopicChanged: // which is no activity
		return
	case counts && n.count == n.most:
		n.over = true
		return
	case counts || len(n.active)-n.count < n.most:
		n.active[id] = counts
	}
	// A topic is judged as it stands by now: who was told in between may have been
	// told otherwise, though here it never changed.
	retagged := n.tag != "" && known && e.Kind == TopicChanged
	if was != counts || retagged || e.Kind == TopicRemoved {
		n.changed = e.Seq
	}
	n.count += worth(counts) - worth(was)
}

func worth(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

// told is the count as it is told.
func (n *news) told() int {
	if n.over {
		return MaxNewTopics
	}
	return min(n.count, MaxNewTopics)
}

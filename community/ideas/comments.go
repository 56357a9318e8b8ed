package ideas

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Consumers are what derives things from the log for the boards.
func (a *Assembly) Consumers() []live.Consumer {
	return []live.Consumer{{Name: "ideas.comments", Handle: a.countComments}, a.settling()}
}

const topicStreams = community.TopicPrefix + ":"

// countComments has each idea know how many posts its topic has. It takes the
// number from the topic as that stands and adds nothing up: so it is right
// however often an entry comes, and a number that was wrong is right again with
// the next one.
func (a *Assembly) countComments(ctx context.Context, tx store.Tx, found []*live.Entry) error {
	about := map[community.TopicID]*live.Entry{}
	for _, e := range found {
		if id, ok := strings.CutPrefix(string(e.Stream), topicStreams); ok {
			about[community.TopicID(id)] = e
		}
	}
	if len(about) == 0 {
		return nil
	}
	counts, err := a.comments.TalkCounts(ctx, tx, slices.Sorted(maps.Keys(about)))
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		if err := a.countOf(ctx, tx, id, counts[id]); err != nil {
			return fmt.Errorf("count the comments on %s: %w", id, err)
		}
	}
	return nil
}

// countOf keeps the number of an idea's comments, and tells of it if it is
// another one.
func (a *Assembly) countOf(ctx context.Context, tx store.Tx, id community.IdeaID, count int) error {
	was, now, err := a.change(ctx, tx, id, func(i *Idea) error { i.CommentCount = count; return nil })
	if errors.Is(err, store.ErrNotFound) {
		return nil // an engine without transactions lost the idea, and kept its topic
	}
	if err != nil || was.CommentCount == count || now.Listed == "" {
		return err
	}
	return a.log.Append(ctx, tx, live.Event{Stream: community.Stream(now.BoardID), Kind: IdeaActive, About: []string{string(id)}})
}

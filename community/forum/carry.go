package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// Ended is how a topic ended whose thing became part of another. What was said
// before goes on in that one's topic.
type Ended struct {
	// Number is that of the farewell: the posts before it are carried over, those
	// behind it stay.
	Number int `bson:"number"`
	// AskedID is the post that says there with what this topic opened. It was
	// chosen when the topic ended, so that it is written once.
	AskedID community.PostID `bson:"asked"`
}

// tracesAtOnce is how many traces are gone through in one read.
const tracesAtOnce = 500

// carriage takes posts from a topic that ended to another, in one commit.
type carriage struct {
	*Hall
	tx       store.Tx
	from, to *Topic
	moved    []*Post // as they were in the topic that ended
	// What the topics are to count more, or less.
	lessPeople, morePeople, added, reactions int
	last                                     *Post // the one with the greatest number there
}

// CarryTalk takes posts of a topic that ended over to another, in their order,
// and before them what the topic opened with, as one more post under the heading.
// room is how many posts and reactions to them may go at once; of more, a post
// goes alone. It says how many went, and whether there are more. The posts
// remain what they are: ids, dates, reactions, bookmarks and revisions go with
// them. Deleted ones and polls stay behind.
func (p Place) CarryTalk(ctx context.Context, tx store.Tx, from, to community.TopicID, heading community.Talk, room int) (used int, more bool, err error) {
	both, err := topics.GetMany(ctx, tx, []string{string(from), string(to)})
	if err != nil {
		return 0, false, fmt.Errorf("look up the topics of a merge: %w", err)
	}
	c := &carriage{Hall: p.hall, tx: tx, from: both[string(from)], to: both[string(to)]}
	if c.from == nil || c.to == nil || c.from.Ended == nil || c.from.Deleted() {
		return 0, false, nil
	}
	if err := c.ask(ctx, heading); err != nil {
		return 0, false, err
	}
	if used, more, err = c.pick(ctx, room-c.added); err != nil {
		return 0, false, err
	}
	used += c.added
	if used == 0 {
		return 0, false, nil
	}
	for _, post := range c.moved {
		if err := c.move(ctx, post); err != nil {
			return 0, false, err
		}
	}
	if err := c.moveTraces(ctx); err != nil {
		return 0, false, err
	}
	return used, more, c.count(ctx)
}

// ask writes what the topic opened with, unless that is there.
func (c *carriage) ask(ctx context.Context, heading community.Talk) error {
	_, err := posts.Get(ctx, c.tx, string(c.from.Ended.AskedID))
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	opening, err := posts.Get(ctx, c.tx, string(c.from.OpeningID))
	if err != nil {
		return fmt.Errorf("look up the opening of a topic that ended: %w", err)
	}
	asked := &Post{
		ID: c.from.Ended.AskedID, AuthorID: opening.AuthorID, CreatedAt: opening.CreatedAt, Source: opening.Source,
		Written: Written{Body: heading.Body + "\n\n" + opening.Body, HTML: heading.HTML + opening.HTML, Mentions: opening.Mentions},
	}
	if err := c.place(ctx, asked); err != nil {
		return err
	}
	if err := posts.Insert(ctx, c.tx, asked); err != nil {
		return fmt.Errorf("keep what was asked: %w", err)
	}
	return c.tell(ctx, c.tx, event(c.to.ID, PostAdded, importer(asked.AuthorID), string(asked.ID)))
}

// pick chooses the next posts that there is room for.
func (c *carriage) pick(ctx context.Context, room int) (used int, more bool, err error) {
	found, err := posts.Find(ctx, c.tx, store.Query{
		Where: []store.Cond{
			store.Eq("topic", c.from.ID), store.Eq("deleted", false),
			store.Between("number", 1, c.from.Ended.Number),
		},
		Sort: []string{"number"}, Limit: max(1, room+1),
	})
	if err != nil {
		return 0, false, fmt.Errorf("list the posts of a topic that ended: %w", err)
	}
	for _, p := range found {
		weight := 1 + p.reactionTotal()
		if used+weight > room && used+c.added > 0 {
			return used, true, nil
		}
		used += weight
		c.moved = append(c.moved, p)
	}
	return used, false, nil
}

// place gives the post the topic's next number, and counts it for its author.
func (c *carriage) place(ctx context.Context, p *Post) error {
	c.added++
	p.TopicID, p.Number = c.to.ID, c.to.LastNumber+c.added
	c.last = p
	there, err := c.leave(ctx, c.tx, c.to.ID, p.AuthorID, func(t *trace) error { t.wrote(1); return nil })
	if err == nil && there.Posts == 1 {
		c.morePeople++
	}
	return err
}

// move takes one post over. The second thing that its entry is about tells who
// counts what members write that the post is not new.
func (c *carriage) move(ctx context.Context, was *Post) error {
	p := *was
	if err := c.place(ctx, &p); err != nil {
		return err
	}
	here, err := c.leave(ctx, c.tx, c.from.ID, p.AuthorID, func(t *trace) error { t.wrote(-1); return nil })
	if err != nil {
		return err
	}
	if here.Posts == 0 {
		c.lessPeople++
	}
	c.reactions += p.reactionTotal()
	_, err = posts.Update(ctx, c.tx, string(p.ID), func(now *Post) error {
		now.TopicID, now.Number = p.TopicID, p.Number
		if now.ReplyTo == c.from.OpeningID {
			now.ReplyTo = c.from.Ended.AskedID
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("move a post: %w", err)
	}
	return c.tell(ctx, c.tx, event(c.to.ID, PostAdded, importer(p.AuthorID), string(p.ID), string(c.from.ID)))
}

// count brings the counts of both topics to what they are by now, and tells of
// it: once, however many posts went.
func (c *carriage) count(ctx context.Context) error {
	_, err := topics.Update(ctx, c.tx, string(c.to.ID), func(t *Topic) error {
		t.LastNumber += c.added
		t.PostCount += c.added
		t.ParticipantCount += c.morePeople
		t.ReactionCount += c.reactions
		t.LastPostID = c.last.ID
		if c.last.CreatedAt.After(t.LastPostAt) { // what was said long ago makes nothing older
			t.LastPostAt = c.last.CreatedAt
		}
		t.refresh()
		return nil
	})
	if err != nil {
		return fmt.Errorf("count posts that were carried: %w", err)
	}
	if err := c.tell(ctx, c.tx, event(c.to.SpaceID, TopicActive, community.Viewer{}, string(c.to.ID), string(c.last.ID))); err != nil || len(c.moved) == 0 {
		return err
	}
	_, err = topics.Update(ctx, c.tx, string(c.from.ID), c.lessen)
	if err != nil {
		return fmt.Errorf("count the posts that stay: %w", err)
	}
	return c.tell(ctx, c.tx,
		event(c.from.ID, TopicChanged, community.Viewer{}, string(c.from.ID)),
		event(c.from.SpaceID, TopicChanged, community.Viewer{}, string(c.from.ID)))
}

// lessen counts the posts no more in the topic that they left.
func (c *carriage) lessen(t *Topic) error {
	t.PostCount -= len(c.moved)
	t.ParticipantCount -= c.lessPeople
	t.ReactionCount -= c.reactions
	for _, p := range c.moved {
		if t.AnswerID == p.ID {
			t.AnswerID = ""
		}
		t.Gaps = append(t.Gaps, p.Number)
	}
	slices.Sort(t.Gaps)
	t.refresh()
	return nil
}

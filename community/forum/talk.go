package forum

import (
	"context"
	"fmt"
	"slices"

	"veche/community"
	"veche/store"
)

// Topics about ideas open with the idea's own text, so that who reads the forum
// can quote, react and answer without going elsewhere. The idea says what that
// text, the title and the tags are, where the topic stands and whether it is
// there; all else goes as in any topic.

// ofIdea refuses to change what the topic has of the idea that it is about.
func ofIdea(t *Topic, field string) error {
	if t.IdeaID == "" {
		return nil
	}
	return community.BadInput(field, "This topic is about an idea: change or delete the idea instead.")
}

// OpenTalk begins a topic about something, in the same commit as that.
func (p Place) OpenTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, talk community.Talk) (community.TopicID, error) {
	now := p.hall.now()
	t := &Topic{
		ID: community.NewID[community.TopicID](community.TopicPrefix), SpaceID: talk.SpaceID, IdeaID: talk.IdeaID,
		AuthorID: viewer.ID, ParticipantCount: 1, CreatedAt: now, LastPostAt: now,
	}
	if err := (TopicChange{Title: &talk.Title, Tags: &talk.Tags}).apply(t); err != nil {
		return "", err
	}
	opening := &Post{
		ID: community.NewID[community.PostID](community.PostPrefix), TopicID: t.ID,
		AuthorID: viewer.ID, CreatedAt: now, Written: writtenIn(talk),
	}
	t.OpeningID, t.LastPostID = opening.ID, opening.ID
	return t.ID, p.hall.openTopic(ctx, tx, viewer, t, opening)
}

func writtenIn(talk community.Talk) Written {
	return Written{Body: talk.Body, HTML: talk.HTML, Mentions: talk.Mentions}
}

// EditTalk has the topic say what the thing says by now.
func (p Place) EditTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, id community.TopicID, talk community.Talk) error {
	t, err := topics.Get(ctx, tx, string(id))
	if err != nil {
		return fmt.Errorf("look up the topic about a thing: %w", err)
	}
	if _, err := p.hall.edit(ctx, tx, viewer, t, t.OpeningID, PostChange{}, writtenIn(talk)); err != nil {
		return err
	}
	if t.Title == talk.Title && slices.Equal(t.Tags, talk.Tags) {
		return nil
	}
	_, err = p.hall.changeTopic(ctx, tx, viewer, t, TopicChange{Title: &talk.Title, Tags: &talk.Tags})
	return err
}

// HideTalk takes the topic out of sight with its thing, or brings it back.
func (p Place) HideTalk(ctx context.Context, tx store.Tx, viewer community.Viewer, id community.TopicID, gone bool) error {
	t, err := topics.Get(ctx, tx, string(id))
	if err != nil {
		return fmt.Errorf("look up the topic about a thing: %w", err)
	}
	if gone == t.Deleted() {
		return nil
	}
	_, err = p.hall.hideTopic(ctx, tx, viewer, t, gone)
	return err
}

// TalkCounts answers how many posts the topics have, by the idea that each is
// about; topics about none are left out.
func (p Place) TalkCounts(ctx context.Context, on store.Ops, ids []community.TopicID) (map[community.IdeaID]int, error) {
	found, err := topics.GetMany(ctx, on, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("count the posts of topics: %w", err)
	}
	out := make(map[community.IdeaID]int, len(found))
	for _, t := range found {
		if t.IdeaID != "" {
			out[t.IdeaID] = t.PostCount
		}
	}
	return out, nil
}

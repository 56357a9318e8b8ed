package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Limits of a poll.
const (
	MaxQuestion    = 200 // characters
	MaxOption      = 120 // characters
	MaxOptions     = 20
	MaxTopicPolls  = 10
	minPollOptions = 2
)

// Poll is a question to the readers of a topic. Who chose what is nobody's to
// see.
type Poll struct {
	ID         community.PollID   `bson:"_id"`
	TopicID    community.TopicID  `bson:"topic"`
	AuthorID   community.MemberID `bson:"author"`
	Question   string             `bson:"question"`
	Options    []PollOption       `bson:"options"`
	MaxChoices int                `bson:"maxChoices"`
	// VoterCount counts the members who chose at least one option.
	VoterCount int        `bson:"voterCount"`
	CreatedAt  time.Time  `bson:"createdAt"`
	ClosesAt   *time.Time `bson:"closesAt,omitempty"`
}

// PollOption is one choice and how many made it.
type PollOption struct {
	ID        string `bson:"id"`
	Text      string `bson:"text"`
	VoteCount int    `bson:"voteCount"`
}

// IsNode marks what node(id:) can answer.
func (*Poll) IsNode() {}

// GetID is the id by which node(id:) finds the poll.
func (p *Poll) GetID() string { return string(p.ID) }

// ballot is what a member chose.
type ballot struct {
	ID      string   `bson:"_id"` // poll/member
	Choices []string `bson:"choices"`
}

var (
	polls   = store.Define[Poll]("polls", store.On("topic", "createdAt"))
	ballots = store.Define[ballot]("ballots")
)

// NewPoll is a poll to be held.
type NewPoll struct {
	TopicID    community.TopicID
	Question   string
	Options    []string
	MaxChoices int
	ClosesAt   *time.Time
}

// HoldPoll adds a poll to a topic, for its author and for who moderates the
// space.
func (h *Hall) HoldPoll(ctx context.Context, viewer community.Viewer, n NewPoll) (*Poll, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	poll, err := h.asked(viewer, n)
	if err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Poll, error) {
		t, s, err := h.topic(ctx, tx, viewer, n.TopicID)
		if err != nil {
			return nil, err
		}
		if err := h.mayChange(ctx, tx, viewer, t, s, false); err != nil {
			return nil, err
		}
		held, err := h.pollsOf(ctx, tx, t.ID)
		if err != nil {
			return nil, err
		}
		if len(held) >= MaxTopicPolls {
			return nil, community.Conflict("A topic has at most %d polls.", MaxTopicPolls)
		}
		if err := polls.Insert(ctx, tx, poll); err != nil {
			return nil, fmt.Errorf("keep a poll: %w", err)
		}
		return poll, h.tell(ctx, tx, event(t.ID, PollChanged, viewer, string(poll.ID)))
	})
}

// asked checks what was given.
func (h *Hall) asked(viewer community.Viewer, n NewPoll) (*Poll, error) {
	p := &Poll{
		ID: community.NewID[community.PollID](community.PollPrefix), TopicID: n.TopicID, AuthorID: viewer.ID,
		MaxChoices: n.MaxChoices, CreatedAt: h.now(), ClosesAt: n.ClosesAt,
	}
	var err error
	if p.Question, err = text.Line("question", n.Question, 1, MaxQuestion); err != nil {
		return nil, err
	}
	if len(n.Options) < minPollOptions || len(n.Options) > MaxOptions {
		return nil, community.BadInput("options", "A poll has %d to %d options.", minPollOptions, MaxOptions)
	}
	for i, option := range n.Options {
		option, err := text.Line("options", option, 1, MaxOption)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p.Options, func(o PollOption) bool { return o.Text == option }) {
			return nil, community.BadInput("options", "Two options are the same.")
		}
		p.Options = append(p.Options, PollOption{ID: strconv.Itoa(i + 1), Text: option})
	}
	if p.MaxChoices < 1 || p.MaxChoices > len(p.Options) {
		return nil, community.BadInput("maxChoices", "Between 1 and %d options can be chosen.", len(p.Options))
	}
	if p.ClosesAt != nil && !p.ClosesAt.After(h.now()) {
		return nil, community.BadInput("closesAt", "This time has passed already.")
	}
	return p, nil
}

// Vote replaces what the viewer chose; no choice takes the vote back. It counts
// if the poll is open at the moment when it is written.
func (h *Hall) Vote(ctx context.Context, viewer community.Viewer, id community.PollID, choices []string) (*Poll, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	choices = slices.Compact(slices.Sorted(slices.Values(choices)))
	return store.Result(ctx, h.store, func(tx store.Tx) (*Poll, error) {
		p, t, err := h.poll(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := p.accepts(choices, t, h.now()); err != nil {
			return nil, err
		}
		before, err := h.ballot(ctx, tx, id, viewer)
		if err != nil || slices.Equal(before, choices) {
			return p, err
		}
		return h.cast(ctx, tx, viewer, p, before, choices)
	})
}

func (p *Poll) accepts(choices []string, t *Topic, now time.Time) error {
	if p.ClosesAt != nil && !now.Before(*p.ClosesAt) {
		return community.Conflict("This poll is closed.")
	}
	if t.Locked || t.DeletedAt != nil {
		return community.Forbidden("This topic is locked.")
	}
	if len(choices) > p.MaxChoices {
		return community.BadInput("optionIds", "At most %d can be chosen.", p.MaxChoices)
	}
	for _, choice := range choices {
		if !slices.ContainsFunc(p.Options, func(o PollOption) bool { return o.ID == choice }) {
			return community.BadInput("optionIds", "The poll has no such option.")
		}
	}
	return nil
}

func (h *Hall) ballot(ctx context.Context, on store.Ops, id community.PollID, viewer community.Viewer) ([]string, error) {
	b, err := ballots.Get(ctx, on, pair(id, viewer.ID))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a ballot: %w", err)
	}
	return b.Choices, nil
}

// cast keeps the ballot and moves the counts from what it was to what it is.
func (h *Hall) cast(ctx context.Context, tx store.Tx, viewer community.Viewer, p *Poll, before, choices []string) (*Poll, error) {
	id := pair(p.ID, viewer.ID)
	_, err := ballots.Upsert(ctx, tx, id, ballot{ID: id}, func(b *ballot) error { b.Choices = choices; return nil })
	if err != nil {
		return nil, fmt.Errorf("keep a ballot: %w", err)
	}
	now, err := polls.Update(ctx, tx, string(p.ID), func(p *Poll) error {
		for i := range p.Options {
			o := &p.Options[i]
			if slices.Contains(before, o.ID) {
				o.VoteCount--
			}
			if slices.Contains(choices, o.ID) {
				o.VoteCount++
			}
		}
		p.VoterCount += min(len(choices), 1) - min(len(before), 1)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count a vote: %w", err)
	}
	return now, h.tell(ctx, tx, event(p.TopicID, PollChanged, viewer, string(p.ID)))
}

// ClosePoll ends a poll now, for its author and for who moderates the space.
func (h *Hall) ClosePoll(ctx context.Context, viewer community.Viewer, id community.PollID) (*Poll, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, h.store, func(tx store.Tx) (*Poll, error) {
		p, t, err := h.poll(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if p.AuthorID != viewer.ID {
			s, err := h.space(ctx, tx, viewer, t.SpaceID)
			if err != nil {
				return nil, err
			}
			if err := h.mustModerate(ctx, tx, viewer, s); err != nil {
				return nil, err
			}
		}
		now := h.now()
		if p.ClosesAt != nil && !now.Before(*p.ClosesAt) {
			return p, nil
		}
		p, err = polls.Update(ctx, tx, string(id), func(p *Poll) error { p.ClosesAt = &now; return nil })
		if err != nil {
			return nil, fmt.Errorf("close a poll: %w", err)
		}
		return p, h.tell(ctx, tx, event(t.ID, PollChanged, viewer, string(id)))
	})
}

// poll answers a poll in a topic that the viewer may see.
func (h *Hall) poll(ctx context.Context, on store.Ops, viewer community.Viewer, id community.PollID) (*Poll, *Topic, error) {
	p, err := polls.Get(ctx, on, string(id))
	if err != nil {
		return nil, nil, community.OrNotFound(err, "poll")
	}
	t, _, err := h.topic(ctx, on, viewer, p.TopicID)
	if err != nil {
		return nil, nil, hidden(err, "poll")
	}
	return p, t, nil
}

// Poll answers a poll in a topic that the viewer may see.
func (h *Hall) Poll(ctx context.Context, viewer community.Viewer, id community.PollID) (*Poll, error) {
	p, _, err := h.poll(ctx, h.store, viewer, id)
	return p, err
}

func (h *Hall) pollsOf(ctx context.Context, on store.Ops, ids ...community.TopicID) ([]*Poll, error) {
	found, err := polls.Find(ctx, on, store.Query{
		Where: []store.Cond{store.In("topic", ids)}, Sort: []string{"createdAt"}, Limit: len(ids) * MaxTopicPolls,
	})
	if err != nil {
		return nil, fmt.Errorf("look up polls: %w", err)
	}
	return found, nil
}

// PollsOf answers the polls of topics that the viewer was let into already, in
// one read.
func (h *Hall) PollsOf(ctx context.Context, ids []community.TopicID) (map[community.TopicID][]*Poll, error) {
	found, err := h.pollsOf(ctx, h.store, ids...)
	if err != nil {
		return nil, err
	}
	out := make(map[community.TopicID][]*Poll)
	for _, p := range found {
		out[p.TopicID] = append(out[p.TopicID], p)
	}
	return out, nil
}

// ChoicesOf answers what the viewer chose in the polls, in one read.
func (h *Hall) ChoicesOf(ctx context.Context, viewer community.Viewer, ids []community.PollID) (map[community.PollID][]string, error) {
	out := make(map[community.PollID][]string)
	if !viewer.SignedIn() {
		return out, nil
	}
	found, err := ballots.GetMany(ctx, h.store, pairs(ids, viewer.ID))
	if err != nil {
		return nil, fmt.Errorf("look up ballots: %w", err)
	}
	for _, id := range ids {
		if b, ok := found[pair(id, viewer.ID)]; ok {
			out[id] = b.Choices
		}
	}
	return out, nil
}

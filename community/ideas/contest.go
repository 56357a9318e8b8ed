package ideas

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"veche/community"
	"veche/store"
)

// Limits of a contest.
const (
	MaxEntries = 100 // of one member
	MaxMark    = 10  // that a juror gives
)

// ContestRules say who enters a contest, and when.
type ContestRules struct {
	// EntriesFrom and EntriesUntil bound the time of entering: from, and up to but
	// without. People vote from EntriesUntil on, or later if the policy says so.
	EntriesFrom  *time.Time `bson:"from,omitempty"`
	EntriesUntil *time.Time `bson:"until,omitempty"`
	// EntrantRole is the least role that may enter.
	EntrantRole community.Role `bson:"role"`
	// EntriesEach is how many entries everybody may have; 0 for any number.
	EntriesEach int `bson:"each,omitempty"`
	// EntriesHidden keeps entries from all but their authors and moderators until
	// EntriesUntil. So long they have no topic of comments.
	EntriesHidden bool `bson:"hidden,omitempty"`
}

// checkRules checks a contest's rules, and fills in what goes without saying.
func checkRules(r *ContestRules) error {
	if r.EntrantRole == "" {
		r.EntrantRole = community.RoleMember
	}
	switch {
	case !r.EntrantRole.Valid() || !r.EntrantRole.AtLeast(community.RoleMember):
		return community.BadInput("contest.entrantRole", "Members enter, and those above them.")
	case r.EntriesEach < 0 || r.EntriesEach > MaxEntries:
		return community.BadInput("contest.entriesEach", "Everybody has between 1 and %d entries, or 0 for any number.", MaxEntries)
	case r.EntriesFrom != nil && r.EntriesUntil != nil && !r.EntriesFrom.Before(*r.EntriesUntil):
		return community.BadInput("contest.entriesUntil", "The term for entries ends after it begins.")
	case r.EntriesHidden && r.EntriesUntil == nil:
		return community.BadInput("contest.entriesUntil", "Say until when entries are hidden.")
	}
	return nil
}

// checkContest checks that the board's rules of entering and of voting fit each
// other.
func (b *Board) checkContest() error {
	if b.Kind != Contest {
		if b.Contest != nil {
			return community.BadInput("contest", "Only a board of the kind CONTEST has rules of entering.")
		}
		return nil
	}
	if b.Contest == nil {
		b.Contest = &ContestRules{EntrantRole: community.RoleMember}
	}
	until := b.Contest.EntriesUntil
	switch {
	case until == nil:
	case b.Policy.OpensAt != nil && b.Policy.OpensAt.Before(*until):
		return community.BadInput("policy.opensAt", "People vote once the term for entries has ended, at %s.", until.Format(time.RFC3339))
	case b.Policy.ClosesAt != nil && !until.Before(*b.Policy.ClosesAt):
		return community.BadInput("policy.closesAt", "Voting closes after the term for entries has ended, at %s.", until.Format(time.RFC3339))
	}
	return nil
}

// hides says whether the board keeps its entries from those who have none.
func (b *Board) hides(now time.Time) bool {
	return b.Contest != nil && b.Contest.EntriesHidden && now.Before(*b.Contest.EntriesUntil)
}

// hiddenFrom says whether the board shows the viewer no list of its ideas yet.
// Authors find their own among those of a member.
func (a *Assembly) hiddenFrom(ctx context.Context, viewer community.Viewer, b *Board) (bool, error) {
	if !b.hides(a.now()) {
		return false, nil
	}
	moderates, err := a.spaces.Moderates(ctx, a.store, viewer, b.SpaceID)
	return !moderates, err
}

// none is what lists of hidden entries find.
func none(store.Query) ([]*Idea, error) { return nil, nil }

// setContest puts the rules in the place of those that were.
func (b *Board) setContest(r *ContestRules, now time.Time) error {
	was := b.Contest
	b.Contest = r
	if was != nil && was.EntriesHidden && !now.Before(*was.EntriesUntil) && b.hides(now) {
		return community.Conflict("The entries were shown at %s and cannot be hidden again.", was.EntriesUntil.Format(time.RFC3339))
	}
	if b.hides(now) && (was == nil || !was.EntriesHidden) && b.IdeaCount > 0 {
		return community.Conflict("There are entries already that everybody sees.")
	}
	if r != nil && r.EntriesHidden {
		b.RevealAt = r.EntriesUntil
	} else if was != nil && was.EntriesHidden {
		b.RevealAt = &now // what was hidden is shown
	}
	return nil
}

// takesEntries says whether the viewer may put an idea on the board now.
func (a *Assembly) takesEntries(ctx context.Context, tx store.Tx, viewer community.Viewer, b *Board) error {
	if err := b.open(); err != nil || b.Contest == nil {
		return err
	}
	now, r := a.now(), b.Contest
	switch {
	case !viewer.Role.AtLeast(r.EntrantRole):
		return community.Forbidden("To enter this contest needs the role %s.", r.EntrantRole)
	case r.EntriesFrom != nil && now.Before(*r.EntriesFrom):
		return community.Conflict("Entries are taken from %s on.", r.EntriesFrom.Format(time.RFC3339))
	case r.EntriesUntil != nil && !now.Before(*r.EntriesUntil):
		return community.Conflict("The term for entries ended at %s.", r.EntriesUntil.Format(time.RFC3339))
	case r.EntriesEach == 0:
		return nil
	}
	part, err := a.partOf(ctx, tx, b.ID, viewer.ID)
	if err != nil {
		return err
	}
	if part.Proposed >= r.EntriesEach {
		return community.Conflict("You have as many entries in this contest as one may have: %d.", r.EntriesEach)
	}
	return nil
}

// settled refuses that an author changes an entry once the term has ended: it is
// judged as it was handed in.
func (b *Board) settled(now time.Time) error {
	if b.Contest == nil || b.Contest.EntriesUntil == nil || now.Before(*b.Contest.EntriesUntil) {
		return nil
	}
	return community.Forbidden("The term for entries ended at %s; only moderators change them now.", b.Contest.EntriesUntil.Format(time.RFC3339))
}

// votes says whether votes on the board count at the time.
func (b *Board) votes(now time.Time) error {
	if b.Contest != nil && b.Contest.EntriesUntil != nil && now.Before(*b.Contest.EntriesUntil) && b.Policy.OpensAt == nil {
		return community.Conflict("Voting opens when the term for entries ends, at %s.", b.Contest.EntriesUntil.Format(time.RFC3339))
	}
	if b.AnnouncedAt != nil {
		return community.Conflict("The winners were announced: votes change no more.")
	}
	return b.Policy.open(now)
}

// revealed is how many entries are shown in one commit.
const revealed = 50

// Reveal shows the entries of contests whose term has ended: each gets its topic,
// and those who watch the board are told. It is called again and again, goes on
// where a call before was cut off, and says how many entries it showed.
func (a *Assembly) Reveal(ctx context.Context) (total int, err error) {
	now := a.now()
	due, err := boards.Find(ctx, a.store, store.Query{
		Where: []store.Cond{store.Between("revealAt", time.Time{}, now.Add(time.Millisecond))}, Sort: []string{"revealAt"}, Limit: 100,
	})
	if err != nil {
		return 0, fmt.Errorf("look for contests: %w", err)
	}
	for _, b := range due {
		n, err := a.reveal(ctx, b.ID)
		if total += n; err != nil {
			return total, fmt.Errorf("show the entries of %s: %w", b.Slug, err)
		}
	}
	return total, nil
}

func (a *Assembly) reveal(ctx context.Context, id community.BoardID) (total int, err error) {
	var after []any
	for {
		q := by(store.Eq("listed", id), "createdAt", func(i *Idea) any { return i.CreatedAt }).Query
		q.Desc, q.After, q.Limit = false, after, revealed
		found, err := ideas.Find(ctx, a.store, q)
		if err != nil {
			return total, err
		}
		if len(found) == 0 {
			return total, a.store.Do(ctx, func(tx store.Tx) error { return a.shown(ctx, tx, id) })
		}
		mentions := map[community.IdeaID][]community.MemberID{}
		for _, i := range found {
			w, err := a.written(ctx, "body", i.Body, 0, MaxBody)
			if err != nil {
				return total, err
			}
			mentions[i.ID] = w.mentions
		}
		n, err := store.Result(ctx, a.store, func(tx store.Tx) (int, error) { return a.showAll(ctx, tx, id, mentions) })
		if total += n; err != nil {
			return total, err
		}
		last := found[len(found)-1]
		after = []any{last.CreatedAt, string(last.ID)}
	}
}

// shown remembers that all was shown, unless the contest has another term by now.
func (a *Assembly) shown(ctx context.Context, tx store.Tx, id community.BoardID) error {
	_, err := boards.Update(ctx, tx, string(id), func(b *Board) error {
		if b.RevealAt != nil && !a.now().Before(*b.RevealAt) {
			b.RevealAt = nil
		}
		return nil
	})
	return err
}

func (a *Assembly) showAll(ctx context.Context, tx store.Tx, id community.BoardID, found map[community.IdeaID][]community.MemberID) (n int, err error) {
	b, err := boards.Get(ctx, tx, string(id))
	if err != nil || b.hides(a.now()) {
		return 0, err
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		i, err := ideas.Get(ctx, tx, string(key))
		if err != nil {
			return n, err
		}
		if i.TopicID != "" || i.Listed == "" {
			continue
		}
		if err := a.show(ctx, tx, b, i, found[key]); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// show opens the topic about an entry in its author's name.
func (a *Assembly) show(ctx context.Context, tx store.Tx, b *Board, i *Idea, mentions []community.MemberID) error {
	author := community.Viewer{ID: i.AuthorID, Role: community.RoleMember}
	topic, err := a.comments.OpenTalk(ctx, tx, author, i.talk(b, mentions))
	if err != nil {
		return err
	}
	if _, _, err := a.change(ctx, tx, i.ID, func(i *Idea) error { i.TopicID = topic; return nil }); err != nil {
		return err
	}
	return a.log.Append(ctx, tx, told(b.ID, IdeaAdded, author, string(i.ID)))
}

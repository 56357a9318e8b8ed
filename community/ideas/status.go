package ideas

import (
	"context"
	"slices"

	"veche/community"
	"veche/store"
)

// Limits of what is answered to an idea.
const (
	MaxAnswer  = 5000 // characters
	MaxAnswers = 50
)

// NewStatus is what becomes of an idea.
type NewStatus struct {
	IdeaID community.IdeaID
	Status Status
	Answer *string
	// ReleaseNote tells what was done, of an idea that is implemented.
	ReleaseNote *string
}

// settable are the statuses that are set by hand. An idea becomes a duplicate by
// merging it.
var settable = []Status{Proposed, UnderReview, Planned, InProgress, Implemented, Declined}

// SetStatus says what became of an idea, for who moderates its space. An idea
// that was closed may be opened again.
func (a *Assembly) SetStatus(ctx context.Context, viewer community.Viewer, n NewStatus) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, _, err := a.idea(ctx, a.store, viewer, n.IdeaID); err != nil {
		return nil, err
	}
	switch {
	case n.Status == Duplicate:
		return nil, community.BadInput("status", "An idea becomes a duplicate when it is merged into another.")
	case !slices.Contains(settable, n.Status):
		return nil, community.BadInput("status", "There is no status %q.", n.Status)
	case n.ReleaseNote != nil && n.Status != Implemented:
		return nil, community.BadInput("releaseNote", "Only an idea that is implemented has a release note.")
	}
	said, err := a.saying(ctx, n.Answer, n.ReleaseNote)
	if err != nil {
		return nil, err
	}
	return a.answer(ctx, viewer, n.IdeaID, &n.Status, said)
}

// AnswerIdea says something to an idea on behalf of the community's team, for who
// moderates its space; the status stays.
func (a *Assembly) AnswerIdea(ctx context.Context, viewer community.Viewer, id community.IdeaID, body string) (*Idea, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if _, _, err := a.idea(ctx, a.store, viewer, id); err != nil {
		return nil, err
	}
	said, err := a.saying(ctx, nil, nil)
	if err == nil {
		said.answer, err = a.written(ctx, "body", body, 1, MaxAnswer)
	}
	if err != nil {
		return nil, err
	}
	return a.answer(ctx, viewer, id, nil, said)
}

// saying is what is said with a status, rendered.
type saying struct{ answer, release wording }

func (s saying) empty() bool { return s.answer.body == "" && s.release.body == "" }

func (a *Assembly) saying(ctx context.Context, answer, release *string) (s saying, err error) {
	if answer != nil {
		if s.answer, err = a.written(ctx, "answer", *answer, 0, MaxAnswer); err != nil {
			return s, err
		}
	}
	if release != nil {
		s.release, err = a.written(ctx, "releaseNote", *release, 1, MaxAnswer)
	}
	return s, err
}

// answer sets the status, unless it is nil, and keeps what was said.
func (a *Assembly) answer(ctx context.Context, viewer community.Viewer, id community.IdeaID, status *Status, said saying) (*Idea, error) {
	return store.Result(ctx, a.store, func(tx store.Tx) (*Idea, error) {
		i, b, err := a.idea(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if err := a.mayAnswer(ctx, tx, viewer, i, b); err != nil {
			return nil, err
		}
		to := i.Status
		if status != nil {
			to = *status
		}
		if to == i.Status && said.empty() {
			return i, nil
		}
		return a.keepAnswer(ctx, tx, viewer, i, to, said)
	})
}

func (a *Assembly) mayAnswer(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, b *Board) error {
	if err := a.mustModerate(ctx, tx, viewer, b.SpaceID); err != nil {
		return err
	}
	switch {
	case i.Draft:
		return community.Conflict("This is a draft; publish it first.")
	case i.Deleted():
		return community.Conflict("This idea was deleted; restore it first.")
	case i.MergedInto != "":
		return community.Conflict("This idea was merged into another; answer that.")
	case len(i.Answers) >= MaxAnswers:
		return community.Conflict("This idea has %d answers, which is as many as one may have.", MaxAnswers)
	}
	return b.open()
}

func (a *Assembly) keepAnswer(ctx context.Context, tx store.Tx, viewer community.Viewer, i *Idea, to Status, said saying) (*Idea, error) {
	at := a.now()
	was, now, err := a.change(ctx, tx, i.ID, func(i *Idea) error {
		if i.Status != to {
			i.Status, i.StatusAt = to, at
		}
		switch {
		case said.release.body != "":
			i.ReleaseNote, i.ReleaseHTML = said.release.body, said.release.html
		case to != Implemented:
			i.ReleaseNote, i.ReleaseHTML = "", "" // its answer still has it
		}
		i.Answers = append(slices.Clip(i.Answers), Answer{
			Status: to, Body: said.answer.body, HTML: said.answer.html, ReleaseNote: said.release.body, ByID: viewer.ID, At: at,
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if was.Status != to {
		return now, a.log.Append(ctx, tx, told(i.BoardID, IdeaStatus, viewer, string(i.ID), string(to)))
	}
	return now, a.log.Append(ctx, tx, told(i.BoardID, IdeaAnswered, viewer, string(i.ID)))
}

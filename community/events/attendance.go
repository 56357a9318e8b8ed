package events

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// Attendance is how one member stands to one occurrence.
type Attendance struct {
	ID           string                 `bson:"_id"` // pair of occurrence and member
	OccurrenceID community.OccurrenceID `bson:"occurrence"`
	MemberID     community.MemberID     `bson:"member"`
	Status       AttendanceStatus       `bson:"status"`
	Guests       int                    `bson:"guests,omitempty"`
	// Approved says that who runs the event let the member in, so that they need
	// not ask again.
	Approved bool `bson:"approved,omitempty"`
	// Secret is what the member's ticket proves.
	Secret      string             `bson:"secret"`
	At          time.Time          `bson:"at"` // of the first answer
	ChangedAt   time.Time          `bson:"changedAt"`
	CheckedInAt *time.Time         `bson:"checkedInAt,omitempty"`
	CheckedInBy community.MemberID `bson:"checkedInBy,omitempty"`
}

var attendances = store.Define[Attendance]("attendances",
	store.On("occurrence", "at"),
	store.On("occurrence", "status", "at"),
)

func (a *Attendance) seats() int { return 1 + a.Guests }

// GuestCount is how many the member brings.
func (a *Attendance) GuestCount() int { return a.Guests }

// attendance answers how the member stands, or that they do in no way.
func (a *Almanac) attendance(ctx context.Context, on store.Ops, id community.OccurrenceID, member community.MemberID) (*Attendance, error) {
	found, err := attendances.Get(ctx, on, pair(id, member))
	if errors.Is(err, store.ErrNotFound) {
		return &Attendance{ID: pair(id, member), OccurrenceID: id, MemberID: member, Secret: rand.Text()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up an answer: %w", err)
	}
	copied := *found
	return &copied, nil
}

// Reply is what a member answers to an occurrence.
type Reply struct {
	OccurrenceID community.OccurrenceID
	Answer       AttendanceStatus // GOING, MAYBE or NO
	Guests       int
}

// Answer says whether the viewer comes. Who wishes to go gets a seat, or waits
// for one, or for who decides.
func (a *Almanac) Answer(ctx context.Context, viewer community.Viewer, r Reply) (*Occurrence, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	err := store.Once(ctx, a.store, func(tx store.Tx) error {
		o, runs, err := a.occurrence(ctx, tx, viewer, r.OccurrenceID)
		if err != nil {
			return err
		}
		if err := r.check(o, a.now()); err != nil {
			return err
		}
		mine, err := a.attendance(ctx, tx, o.ID, viewer.ID)
		if err != nil {
			return err
		}
		wish := r.Answer
		if wish == Going && o.event.Approval && !mine.Approved && !runs {
			if wish = Pending; mine.Status == Refused {
				return community.Forbidden("Who runs the event has declined.")
			}
		}
		return a.stand(ctx, tx, viewer, o, mine, wish, r.Guests)
	})
	if err != nil {
		return nil, err
	}
	return a.Occurrence(ctx, viewer, r.OccurrenceID)
}

func (r Reply) check(o *Occurrence, now time.Time) error {
	switch {
	case r.Answer != Going && r.Answer != Maybe && r.Answer != NotGoing:
		return community.BadInput("answer", "Answer GOING, MAYBE or NO.")
	case r.Guests < 0 || r.Guests > o.event.GuestLimit:
		return community.BadInput("guests", "Between 0 and %d guests may come along.", o.event.GuestLimit)
	case r.Guests > 0 && r.Answer != Going:
		return community.BadInput("guests", "Who does not go brings nobody.")
	}
	return o.takesAnswers(now)
}

// takesAnswers says why nobody can answer any more, or yet.
func (o *Occurrence) takesAnswers(now time.Time) error {
	switch {
	case o.Status() == Draft:
		return community.Conflict("This event is not published yet.")
	case o.Status() == Cancelled:
		return community.Conflict("This event was cancelled.")
	case o.over(now):
		return community.Conflict("This event is over.")
	}
	return nil
}

// stand changes how a member stands to the occurrence; what becomes free goes to
// who waits.
func (a *Almanac) stand(ctx context.Context, tx store.Tx, viewer community.Viewer, o *Occurrence, who *Attendance, wish AttendanceStatus, guests int) error {
	stays := who.Status == wish || wish == Going && who.Status == Waiting
	if stays && who.Guests == guests {
		return nil
	}
	o, err := a.keep(ctx, tx, o)
	if err != nil {
		return err
	}
	var status AttendanceStatus
	now, seated, err := a.changeRoster(ctx, tx, o, func(r *Roster) (err error) {
		if stays && (who.Status == Going || who.Status == Waiting) {
			status = who.Status
			return r.resize(who, 1+guests)
		}
		r.leave(who)
		status, err = r.enter(who.MemberID, wish, 1+guests)
		return err
	})
	if err != nil {
		return err
	}
	if i := slices.Index(seated, who.MemberID); i >= 0 {
		status, seated = Going, slices.Delete(seated, i, i+1)
	}
	if err := a.note(ctx, tx, who, status, guests); err != nil {
		return err
	}
	if err := a.tell(ctx, tx, o.toldOf(viewer, who.MemberID, status)...); err != nil {
		return err
	}
	return a.seat(ctx, tx, viewer, now, seated)
}

// note keeps how a member stands.
func (a *Almanac) note(ctx context.Context, tx store.Tx, who *Attendance, status AttendanceStatus, guests int) error {
	at := a.now()
	fresh := *who
	fresh.At = at
	_, err := attendances.Upsert(ctx, tx, who.ID, fresh, func(n *Attendance) error {
		if status != Going {
			n.CheckedInAt, n.CheckedInBy = nil, ""
		}
		n.Status, n.Guests, n.Approved, n.ChangedAt = status, guests, who.Approved, at
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	return nil
}

// changeRoster changes who comes, and has who waits advance. It answers who got
// a seat by that.
func (a *Almanac) changeRoster(ctx context.Context, tx store.Tx, o *Occurrence, change func(*Roster) error) (now *Occurrence, seated []community.MemberID, err error) {
	now, err = occurrences.Update(ctx, tx, string(o.ID), func(o *Occurrence) error {
		if err := change(&o.Roster); err != nil {
			return err
		}
		seated = o.advance()
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return now.of(o.event), seated, nil
}

// seat keeps and tells that members got the seats for which they waited.
func (a *Almanac) seat(ctx context.Context, tx store.Tx, viewer community.Viewer, o *Occurrence, seated []community.MemberID) error {
	for _, member := range seated {
		_, err := attendances.Update(ctx, tx, pair(o.ID, member), func(n *Attendance) error {
			n.Status, n.ChangedAt = Going, a.now()
			return nil
		})
		if err != nil {
			return fmt.Errorf("seat who waited: %w", err)
		}
		if err := a.tell(ctx, tx, o.toldOf(viewer, member, Going)...); err != nil {
			return err
		}
	}
	return nil
}

// toldOf are the entries about how a member stands: where the event is told, and
// to the member if somebody else did it.
func (o *Occurrence) toldOf(viewer community.Viewer, member community.MemberID, status AttendanceStatus) []live.Event {
	about := []string{string(o.ID), string(o.EventID), string(member)}
	if member == viewer.ID {
		return []live.Event{entry(o.event.stream(), Answered, viewer, about...)}
	}
	kind := Seated
	if status != Going {
		kind = Declined
		if status == Waiting {
			kind = Queued
		}
	}
	return []live.Event{entry(o.event.stream(), kind, viewer, about...), entry(community.Stream(member), kind, viewer, about...)}
}

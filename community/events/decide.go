package events

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"veche/community"
	"veche/store"
)

// Decide lets a member in who asked, or refuses one, for who runs the event. Who
// is refused loses the seat that they had.
func (a *Almanac) Decide(ctx context.Context, viewer community.Viewer, id community.OccurrenceID, member community.MemberID, in bool) (*Occurrence, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	err := store.Once(ctx, a.store, func(tx store.Tx) error {
		o, err := a.runOccurrence(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if err := o.takesAnswers(a.now()); err != nil {
			return err
		}
		who, err := a.attendance(ctx, tx, o.ID, member)
		if err != nil {
			return err
		}
		if who.Status == "" {
			return community.NotFound("answer")
		}
		who.Approved = in
		if !in {
			return a.stand(ctx, tx, viewer, o, who, Refused, 0)
		}
		if who.Status != Pending && who.Status != Refused {
			return nil
		}
		return a.stand(ctx, tx, viewer, o, who, Going, who.Guests)
	})
	if err != nil {
		return nil, err
	}
	return a.Occurrence(ctx, viewer, id)
}

func (a *Almanac) runOccurrence(ctx context.Context, on store.Ops, viewer community.Viewer, id community.OccurrenceID) (*Occurrence, error) {
	o, runs, err := a.occurrence(ctx, on, viewer, id)
	if err == nil && !runs {
		err = errHosts
	}
	return o, err
}

// TicketFor is what the member shows at the door, which nobody else is told; nil
// for who does not go.
func (a *Attendance) TicketFor(viewer community.Viewer) *string {
	if a.Status != Going || a.MemberID != viewer.ID || !viewer.SignedIn() {
		return nil
	}
	_, key, _ := strings.Cut(string(a.MemberID), "_")
	ticket := key + "." + a.Secret
	return &ticket
}

// errTicket is the same whatever is wrong with a ticket.
var errTicket = community.BadInput("ticket", "This is no ticket for this event.")

// CheckIn lets in who shows a ticket, for who runs the event. A second time
// changes nothing.
func (a *Almanac) CheckIn(ctx context.Context, viewer community.Viewer, id community.OccurrenceID, ticket string) (*Attendance, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	key, secret, _ := strings.Cut(strings.TrimSpace(ticket), ".")
	member := community.MemberID(community.MemberPrefix + "_" + key)
	err := store.Once(ctx, a.store, func(tx store.Tx) error {
		o, err := a.runOccurrence(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		who, err := attendances.Get(ctx, tx, pair(id, member))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("look up a ticket: %w", err)
		}
		if err != nil || who.Status != Going || subtle.ConstantTimeCompare([]byte(secret), []byte(who.Secret)) != 1 {
			return errTicket
		}
		if o.Status() == Cancelled {
			return community.Conflict("This event was cancelled.")
		}
		return a.letIn(ctx, tx, viewer, o, who)
	})
	if err != nil {
		return nil, err
	}
	return attendances.Get(ctx, a.store, pair(id, member))
}

// letIn counts a member who came; once.
func (a *Almanac) letIn(ctx context.Context, tx store.Tx, viewer community.Viewer, o *Occurrence, who *Attendance) error {
	first := false
	_, err := attendances.Update(ctx, tx, who.ID, func(n *Attendance) error {
		if first = n.CheckedInAt == nil; first {
			at := a.now()
			n.CheckedInAt, n.CheckedInBy = &at, viewer.ID
		}
		return nil
	})
	if err != nil || !first {
		return err
	}
	if _, err := occurrences.Inc(ctx, tx, string(o.ID), "checkedInCount", 1); err != nil {
		return fmt.Errorf("count who came: %w", err)
	}
	return a.tell(ctx, tx, entry(o.event.stream(), CheckedIn, viewer, string(o.ID), string(o.EventID), string(who.MemberID)))
}

// MaxInvitations is how many members are invited at once.
const MaxInvitations = 100

// Invite lets members see an event, and tells them of it, for who runs it.
func (a *Almanac) Invite(ctx context.Context, viewer community.Viewer, id community.EventID, members []community.MemberID) (*Event, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if len(members) == 0 || len(members) > MaxInvitations {
		return nil, community.BadInput("memberIds", "Between 1 and %d members, please.", MaxInvitations)
	}
	known := a.known(ctx, "memberIds", members, MaxInvitations)
	err := store.Once(ctx, a.store, func(tx store.Tx) error {
		e, err := a.run(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if known != nil {
			return known // not before, so that a stranger learns nothing of the event
		}
		for _, member := range members {
			if err := a.invite(ctx, tx, viewer, e, member); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a.Event(ctx, viewer, id)
}

func (a *Almanac) invite(ctx context.Context, tx store.Tx, viewer community.Viewer, e *Event, member community.MemberID) error {
	if _, err := invitations.Get(ctx, tx, pair(e.ID, member)); !errors.Is(err, store.ErrNotFound) {
		return err // is invited already
	}
	err := invitations.Insert(ctx, tx, &Invitation{ID: pair(e.ID, member), Event: e.ID, Member: member, By: viewer.ID, At: a.now()})
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep an invitation: %w", err)
	}
	about := []string{string(e.ID), string(member)}
	return a.tell(ctx, tx, entry(community.Stream(e.ID), Invited, viewer, about...), entry(community.Stream(member), Invited, viewer, about...))
}

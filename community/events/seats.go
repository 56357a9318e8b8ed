package events

import (
	"slices"

	"veche/community"
)

// AttendanceStatus is how a member stands to an occurrence.
type AttendanceStatus string

// The statuses.
const (
	Going    AttendanceStatus = "GOING"   // has a seat
	Waiting  AttendanceStatus = "WAITING" // gets one when it is their turn
	Pending  AttendanceStatus = "PENDING" // asked, and nobody has decided
	Maybe    AttendanceStatus = "MAYBE"
	NotGoing AttendanceStatus = "NO"
	Refused  AttendanceStatus = "REFUSED" // by who runs the event
)

// Roster counts who comes to an occurrence, and has the list of who waits: all
// in one document, so that a seat is given in one step on every engine.
type Roster struct {
	Capacity *int `bson:"capacity,omitempty"` // nil for as many as like
	// SeatsTaken counts the seats of those who go and of their guests.
	SeatsTaken   int `bson:"seatsTaken"`
	GoingCount   int `bson:"goingCount"`
	MaybeCount   int `bson:"maybeCount"`
	NoCount      int `bson:"noCount"`
	PendingCount int `bson:"pendingCount"`
	// CheckedInCount counts those who go and were let in, without guests.
	CheckedInCount int `bson:"checkedInCount"`
	// Queue is who waits, the first in line first.
	Queue []waiter `bson:"queue,omitempty"`
}

type waiter struct {
	Member community.MemberID `bson:"member"`
	Seats  int                `bson:"seats"`
}

// maxQueue is how many may wait.
const maxQueue = 1000

// WaitingCount counts who waits.
func (r *Roster) WaitingCount() int { return len(r.Queue) }

// SeatsLeft is how many seats nobody has; nil for as many as like.
func (r *Roster) SeatsLeft() *int {
	if r.Capacity == nil {
		return nil
	}
	left := max(*r.Capacity-r.SeatsTaken, 0)
	return &left
}

// fits says whether there is room for so many more.
func (r *Roster) fits(seats int) bool {
	return r.Capacity == nil || r.SeatsTaken+seats <= *r.Capacity
}

// answered says whether anybody stands to the occurrence in any way.
func (r *Roster) answered() bool {
	return r.GoingCount+r.MaybeCount+r.NoCount+r.PendingCount+len(r.Queue) > 0
}

// leave takes a member out of what is counted.
func (r *Roster) leave(a *Attendance) {
	switch a.Status {
	case Going:
		r.GoingCount--
		r.SeatsTaken -= a.seats()
		if a.CheckedInAt != nil {
			r.CheckedInCount--
		}
	case Waiting:
		r.Queue = slices.DeleteFunc(r.Queue, func(w waiter) bool { return w.Member == a.MemberID })
	case Pending:
		r.PendingCount--
	case Maybe:
		r.MaybeCount--
	case NotGoing:
		r.NoCount--
	}
}

// enter counts a member as they wish to stand, and answers how they do: who
// wishes to go waits if there is no seat, or if others wait already.
func (r *Roster) enter(member community.MemberID, wish AttendanceStatus, seats int) (AttendanceStatus, error) {
	switch wish {
	case Going:
		if len(r.Queue) > 0 || !r.fits(seats) {
			return r.wait(member, seats)
		}
		r.GoingCount++
		r.SeatsTaken += seats
	case Pending:
		r.PendingCount++
	case Maybe:
		r.MaybeCount++
	case NotGoing:
		r.NoCount++
	}
	return wish, nil
}

func (r *Roster) wait(member community.MemberID, seats int) (AttendanceStatus, error) {
	if r.Capacity != nil && seats > *r.Capacity {
		return "", community.Conflict("There are not so many seats.")
	}
	if len(r.Queue) >= maxQueue {
		return "", community.Conflict("So many wait already that nobody else can.")
	}
	r.Queue = append(r.Queue, waiter{member, seats})
	return Waiting, nil
}

// advance gives free seats to who waits, strictly in order: nobody overtakes a
// party that does not fit yet. It answers who got one.
func (r *Roster) advance() (seated []community.MemberID) {
	for len(r.Queue) > 0 && r.fits(r.Queue[0].Seats) {
		first := r.Queue[0]
		r.Queue = r.Queue[1:]
		r.GoingCount++
		r.SeatsTaken += first.Seats
		seated = append(seated, first.Member)
	}
	return seated
}

// resize changes how many seats a member who goes or waits is to have. Who goes
// keeps the seats that they have if there are no more; who waits keeps their
// turn.
func (r *Roster) resize(a *Attendance, seats int) error {
	more := seats - a.seats()
	if a.Status == Going {
		if more > 0 && (len(r.Queue) > 0 || !r.fits(more)) {
			return community.Conflict("There are no seats for so many guests.")
		}
		r.SeatsTaken += more
		return nil
	}
	if r.Capacity != nil && seats > *r.Capacity {
		return community.Conflict("There are not so many seats.")
	}
	for i := range r.Queue {
		if r.Queue[i].Member == a.MemberID {
			r.Queue[i].Seats = seats
		}
	}
	return nil
}

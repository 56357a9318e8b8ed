package forum

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/community"
	"veche/live"
	"veche/store"
)

// SeatRole is what a member is in a space.
type SeatRole string

// The roles in a space.
const (
	Sitter  SeatRole = "MEMBER"
	Manager SeatRole = "MANAGER" // changes the space, its member list, and moderates it
)

// Seat is a member's place in a space. A private space is seen by those who
// have one; in others it means to belong.
type Seat struct {
	ID       string             `bson:"_id"` // space/member
	Space    community.SpaceID  `bson:"space"`
	Member   community.MemberID `bson:"member"`
	Role     SeatRole           `bson:"role"`
	JoinedAt time.Time          `bson:"joinedAt"`
}

var seats = store.Define[Seat]("seats",
	store.On("space", "joinedAt"),
	store.On("member"),
)

func (h *Hall) newSeat(space community.SpaceID, member community.MemberID, role SeatRole) *Seat {
	return &Seat{ID: pair(space, member), Space: space, Member: member, Role: role, JoinedAt: h.now()}
}

// seat answers the member's seat, or noSeat.
func (h *Hall) seat(ctx context.Context, on store.Ops, space community.SpaceID, member community.MemberID) (*Seat, error) {
	s, err := seats.Get(ctx, on, pair(space, member))
	if errors.Is(err, store.ErrNotFound) {
		return noSeat, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a seat: %w", err)
	}
	return s, nil
}

// noSeat stands for the seat of who has none.
var noSeat = &Seat{}

func (s *Seat) taken() bool { return s != nil && s != noSeat }

// seatsOf answers the viewer's seats by space.
func (h *Hall) seatsOf(ctx context.Context, viewer community.Viewer) (map[community.SpaceID]*Seat, error) {
	if !viewer.SignedIn() {
		return nil, nil
	}
	found, err := seats.Find(ctx, h.store, store.Query{Where: []store.Cond{store.Eq("member", viewer.ID)}})
	if err != nil {
		return nil, fmt.Errorf("look up seats: %w", err)
	}
	out := make(map[community.SpaceID]*Seat, len(found))
	for _, s := range found {
		out[s.Space] = s
	}
	return out, nil
}

// JoinSpace gives the viewer a seat in a space that they may see. A second time
// changes nothing.
func (h *Hall) JoinSpace(ctx context.Context, viewer community.Viewer, id community.SpaceID) (*Space, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return h.changeSeats(ctx, viewer, id, viewer.ID, SeatTaken, func(tx store.Tx, _ *Space) (int, error) {
		return h.sit(ctx, tx, h.newSeat(id, viewer.ID, Sitter))
	})
}

// LeaveSpace gives the viewer's seat up.
func (h *Hall) LeaveSpace(ctx context.Context, viewer community.Viewer, id community.SpaceID) (*Space, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return h.changeSeats(ctx, viewer, id, viewer.ID, SeatLeft, func(tx store.Tx, _ *Space) (int, error) {
		return h.rise(ctx, tx, id, viewer.ID)
	})
}

// SeatMember gives a member a seat, or another role in theirs, for managers of
// the space and admins.
func (h *Hall) SeatMember(ctx context.Context, viewer community.Viewer, id community.SpaceID, member community.MemberID, role SeatRole) (*Space, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	if role != Sitter && role != Manager {
		return nil, community.BadInput("role", "There is no role %q in a space.", role)
	}
	known := h.people.Known(ctx, member)
	return h.changeSeats(ctx, viewer, id, member, SeatTaken, func(tx store.Tx, s *Space) (int, error) {
		if err := h.mustManage(ctx, tx, viewer, s); err != nil {
			return 0, err
		}
		if known != nil {
			return 0, known // not before, so that a stranger learns nothing of the space
		}
		_, err := seats.Update(ctx, tx, pair(id, member), func(s *Seat) error {
			if s.Role == role {
				return errSame
			}
			s.Role = role
			return nil
		})
		if !errors.Is(err, store.ErrNotFound) {
			return 0, err
		}
		return h.sit(ctx, tx, h.newSeat(id, member, role))
	})
}

// UnseatMember takes a member's seat away, for managers of the space and
// admins.
func (h *Hall) UnseatMember(ctx context.Context, viewer community.Viewer, id community.SpaceID, member community.MemberID) (*Space, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return h.changeSeats(ctx, viewer, id, member, SeatLeft, func(tx store.Tx, s *Space) (int, error) {
		if err := h.mustManage(ctx, tx, viewer, s); err != nil {
			return 0, err
		}
		return h.rise(ctx, tx, id, member)
	})
}

// changeSeats runs change, counts the seats, and tells the space and the
// member, all in one.
func (h *Hall) changeSeats(ctx context.Context, viewer community.Viewer, id community.SpaceID, member community.MemberID,
	kind live.Kind, change func(store.Tx, *Space) (int, error),
) (*Space, error) {
	return store.Result(ctx, h.store, func(tx store.Tx) (*Space, error) {
		s, err := h.space(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		delta, err := change(tx, s)
		if errors.Is(err, errSame) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		s, err = spaces.Update(ctx, tx, string(id), func(s *Space) error { s.MemberCount += delta; return nil })
		if err != nil {
			return nil, fmt.Errorf("count the members of a space: %w", err)
		}
		return s, h.tell(ctx, tx, event(id, kind, viewer, string(member)), event(member, kind, viewer, string(id)))
	})
}

// errSame says that a change of seats changes nothing, and that nobody is told.
var errSame = errors.New("forum: it is so already")

// sit and rise answer by how much the number of members changes.
func (h *Hall) sit(ctx context.Context, tx store.Tx, s *Seat) (int, error) {
	if old, err := h.seat(ctx, tx, s.Space, s.Member); err != nil {
		return 0, err
	} else if old.taken() {
		return 0, errSame
	}
	switch err := seats.Insert(ctx, tx, s); {
	case errors.Is(err, store.ErrExists):
		return 0, errSame // the same member, at the same moment
	case err != nil:
		return 0, fmt.Errorf("take a seat: %w", err)
	}
	return 1, nil
}

func (h *Hall) rise(ctx context.Context, tx store.Tx, space community.SpaceID, member community.MemberID) (int, error) {
	err := seats.Delete(ctx, tx, pair(space, member))
	if errors.Is(err, store.ErrNotFound) {
		return 0, errSame
	}
	if err != nil {
		return 0, fmt.Errorf("leave a seat: %w", err)
	}
	return -1, nil
}

// Seats lists a space's members, those who came first at the top, for whoever
// may see the space and is a member.
func (h *Hall) Seats(ctx context.Context, viewer community.Viewer, id community.SpaceID, p community.Paging) (*community.Page[*Seat], error) {
	if err := viewer.MayLook(); err != nil {
		return nil, err
	}
	if _, err := h.space(ctx, h.store, viewer, id); err != nil {
		return nil, err
	}
	return community.List[*Seat]{
		Name: "seats " + string(id), Like: []any{time.Time{}, ""},
		Place: func(s *Seat) []any { return []any{s.JoinedAt, s.ID} },
		Query: store.Query{Where: []store.Cond{store.Eq("space", id)}, Sort: []string{"joinedAt"}},
		Find:  func(q store.Query) ([]*Seat, error) { return seats.Find(ctx, h.store, q) },
	}.Read(p)
}

package events

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Limits of a calendar's texts, in characters.
const (
	MaxCalendarName        = 80
	MaxCalendarDescription = 4000
)

// Contributors says who may add events to a calendar, beside who rules there.
type Contributors string

// The contributors.
const (
	Moderators Contributors = "MODERATORS"
	Everybody  Contributors = "MEMBERS"
)

// Calendar holds events. It is in a space, with its rights, or the whole
// community's.
type Calendar struct {
	ID          community.CalendarID `bson:"_id"`
	Space       community.SpaceID    `bson:"space"` // empty for the whole community's
	Slug        string               `bson:"slug"`
	Name        string               `bson:"name"`
	Description string               `bson:"description,omitempty"`
	// MembersOnly hides a calendar of the whole community from guests.
	MembersOnly  bool               `bson:"membersOnly,omitempty"`
	Contributors Contributors       `bson:"contributors"`
	TimeZone     community.TimeZone `bson:"zone"`
	CreatedBy    community.MemberID `bson:"createdBy"`
	CreatedAt    time.Time          `bson:"createdAt"`
}

// IsNode marks what node(id:) can answer.
func (*Calendar) IsNode() {}

// GetID is the id by which node(id:) finds the calendar.
func (c *Calendar) GetID() string { return string(c.ID) }

var calendars = store.Define[Calendar]("calendars",
	store.UniqueOn("slug"),
	store.On("createdAt"),
)

// NewCalendar is a calendar to be made.
type NewCalendar struct {
	SpaceID      *community.SpaceID
	Name         string
	Slug         *string
	Description  *string
	MembersOnly  bool
	Contributors Contributors
	TimeZone     community.TimeZone
}

// CreateCalendar makes a calendar: in a space for who moderates it, of the whole
// community for admins.
func (a *Almanac) CreateCalendar(ctx context.Context, viewer community.Viewer, n NewCalendar) (*Calendar, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	c := &Calendar{
		ID: community.NewID[community.CalendarID](community.CalendarPrefix), CreatedBy: viewer.ID, CreatedAt: a.now(),
	}
	if n.SpaceID != nil {
		c.Space = *n.SpaceID
	}
	change := CalendarChange{&n.Name, n.Slug, n.Description, &n.MembersOnly, &n.Contributors, &n.TimeZone}
	if n.Slug == nil {
		slug := text.Slug(n.Name, 64)
		change.Slug = &slug
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Calendar, error) {
		if err := a.mayFound(ctx, tx, viewer, n.SpaceID); err != nil {
			return nil, err
		}
		if err := change.apply(c); err != nil {
			return nil, err
		}
		if err := calendars.Insert(ctx, tx, c); err != nil {
			return nil, slugTaken(err)
		}
		return c, a.tell(ctx, tx, entry(community.Stream(c.ID), CalendarCreated, viewer, string(c.ID)))
	})
}

// mayFound is the rule of who makes calendars.
func (a *Almanac) mayFound(ctx context.Context, tx store.Tx, viewer community.Viewer, space *community.SpaceID) error {
	if space == nil {
		return viewer.MayRule(community.RoleAdmin)
	}
	if moderates, err := a.spaces.Moderates(ctx, tx, viewer, *space); err != nil {
		return err
	} else if !moderates {
		return errModerators
	}
	return nil
}

func slugTaken(err error) error {
	if errors.Is(err, store.ErrExists) {
		return community.BadInput("slug", "Another calendar has this slug.")
	}
	return err
}

// CalendarChange says what to change; nil leaves it as it is.
type CalendarChange struct {
	Name         *string
	Slug         *string
	Description  *string
	MembersOnly  *bool
	Contributors *Contributors
	TimeZone     *community.TimeZone
}

// UpdateCalendar changes a calendar, for who rules there.
func (a *Almanac) UpdateCalendar(ctx context.Context, viewer community.Viewer, id community.CalendarID, change CalendarChange) (*Calendar, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, a.store, func(tx store.Tx) (*Calendar, error) {
		c, rules, err := a.calendar(ctx, tx, viewer, id)
		if err != nil {
			return nil, err
		}
		if !rules {
			return nil, errModerators
		}
		kind := CalendarChanged
		if change.MembersOnly != nil && *change.MembersOnly != c.MembersOnly {
			kind = CalendarOpened
		}
		if c, err = calendars.Update(ctx, tx, string(id), change.apply); err != nil {
			return nil, slugTaken(err)
		}
		return c, a.tell(ctx, tx, entry(community.Stream(id), kind, viewer, string(id)))
	})
}

func (n CalendarChange) apply(c *Calendar) (err error) {
	if n.Name != nil {
		if c.Name, err = text.Line("name", *n.Name, 1, MaxCalendarName); err != nil {
			return err
		}
	}
	if n.Slug != nil {
		if err := text.CheckSlug("slug", *n.Slug); err != nil {
			return err
		}
		c.Slug = *n.Slug
	}
	if n.Description != nil {
		if c.Description, err = text.Markdown("description", *n.Description, 0, MaxCalendarDescription); err != nil {
			return err
		}
	}
	if n.MembersOnly != nil {
		if *n.MembersOnly && c.Space != "" {
			return community.BadInput("membersOnly", "Who sees a calendar in a space is the space's business.")
		}
		c.MembersOnly = *n.MembersOnly
	}
	if n.Contributors != nil {
		if !slices.Contains([]Contributors{Moderators, Everybody}, *n.Contributors) {
			return community.BadInput("contributors", "There are no contributors %q.", *n.Contributors)
		}
		c.Contributors = *n.Contributors
	}
	if n.TimeZone != nil {
		c.TimeZone = *n.TimeZone
	}
	return nil
}

// Calendar answers a calendar that the viewer may see.
func (a *Almanac) Calendar(ctx context.Context, viewer community.Viewer, id community.CalendarID) (*Calendar, error) {
	c, _, err := a.calendar(ctx, a.store, viewer, id)
	return c, err
}

// CalendarBySlug answers the calendar with the slug, if the viewer may see it.
func (a *Almanac) CalendarBySlug(ctx context.Context, viewer community.Viewer, slug string) (*Calendar, error) {
	found, err := calendars.Find(ctx, a.store, store.Query{Where: []store.Cond{store.Eq("slug", slug)}})
	if err != nil {
		return nil, fmt.Errorf("look up a slug: %w", err)
	}
	if len(found) == 0 {
		return nil, community.NotFound("calendar")
	}
	return a.Calendar(ctx, viewer, found[0].ID)
}

// Calendars lists those that the viewer may see, the oldest first.
func (a *Almanac) Calendars(ctx context.Context, viewer community.Viewer, p community.Paging) (*community.Page[*Calendar], error) {
	return community.List[*Calendar]{
		Name: "calendars", Like: []any{time.Time{}, ""},
		Place: func(c *Calendar) []any { return []any{c.CreatedAt, string(c.ID)} },
		Query: store.Query{Sort: []string{"createdAt"}},
		Find: func(q store.Query) ([]*Calendar, error) {
			return enough(q, func(c *Calendar) []any { return []any{c.CreatedAt, string(c.ID)} },
				func(q store.Query) ([]*Calendar, error) { return calendars.Find(ctx, a.store, q) },
				func(some []*Calendar) ([]*Calendar, error) { return a.entered(ctx, viewer, some) })
		},
	}.Read(p)
}

// enough reads on until there are as many as were asked for that pass.
func enough[T any](q store.Query, place func(T) []any, find func(store.Query) ([]T, error), pass func([]T) ([]T, error)) ([]T, error) {
	var out []T
	limit := q.Limit
	q.Limit = max(64, limit)
	for {
		found, err := find(q)
		if err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		some, err := pass(found)
		if err != nil {
			return nil, err
		}
		if out = append(out, some...); len(out) >= limit {
			return out[:limit], nil
		}
		if len(found) < q.Limit {
			return out, nil
		}
		q.After = place(found[len(found)-1])
	}
}

package events

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"veche/community"
	"veche/community/text"
)

// Limits of an event.
const (
	MaxTitle    = 200 // characters, and so on
	MaxBody     = 50_000
	MaxPlace    = 300
	MaxReason   = 500
	MaxLink     = 2000
	MaxTags     = 8
	MaxSpeakers = 50
	MaxAgenda   = 100
	MaxHosts    = 20
	MaxDates    = 366 // added or skipped ones of a series
	MaxCapacity = 1_000_000
	MaxGuests   = 20
	// MaxLength is how long an occurrence may last.
	MaxLength = 60 * day
)

// EventChange says what to change of an event; nil leaves it as it is. A new
// event is changed from nothing.
type EventChange struct {
	Title       *string
	Description *string
	Format      *Format
	Place       *string // empty takes it away, as with other texts
	Link        *string
	CoverURL    *string
	Speakers    []Speaker
	Agenda      []AgendaItem
	Tags        []string
	Visibility  *EventVisibility
	// OrganiserIDs are those beside who made it.
	OrganiserIDs []community.MemberID

	// Start and End are times on clocks; StartDate and EndDate, the last day, make
	// it an all-day event. A start alone leaves it as long as it is.
	Start     *community.LocalTime
	End       *community.LocalTime
	StartDate *community.Date
	EndDate   *community.Date
	TimeZone  *community.TimeZone

	Recurrence   *string
	AddedDates   []community.LocalTime
	SkippedDates []community.LocalTime

	Capacity        *int // 0 for as many as like
	GuestLimit      *int
	Approval        *bool
	AttendeesHidden *bool
	Draft           *bool

	html string // of Description
}

// NewEvent is an event to be planned.
type NewEvent struct {
	CalendarID community.CalendarID
	EventChange
}

// Revision is an event, or some occurrences of it, to be changed.
type Revision struct {
	EventID      community.EventID
	OccurrenceID *community.OccurrenceID
	Scope        Scope
	EventChange
}

// apply checks the change and makes it.
func (c *EventChange) apply(e *Event) error {
	if c.Draft != nil && *c.Draft && !e.Draft && e.Start != "" {
		return community.Conflict("What was published does not become a draft again.")
	}
	for _, step := range []func(*Event) error{c.applyAbout, c.applyDetails, c.applyTimes, c.applyRule, c.applyAttendance} {
		if err := step(e); err != nil {
			return err
		}
	}
	if c.Draft != nil {
		e.Draft = *c.Draft
	}
	e.refresh()
	return nil
}

func (c *EventChange) applyAbout(e *Event) (err error) {
	if c.Title != nil {
		if e.Title, err = text.Line("title", *c.Title, 1, MaxTitle); err != nil {
			return err
		}
	}
	if c.Format != nil {
		if !slices.Contains([]Format{Online, Offline, Hybrid}, *c.Format) {
			return community.BadInput("format", "There is no format %q.", *c.Format)
		}
		e.Format = *c.Format
	}
	return c.applyWhere(&e.About)
}

// applyWhere sets what may be empty too.
func (c *EventChange) applyWhere(a *About) (err error) {
	if c.Description != nil {
		a.Body, a.HTML = *c.Description, c.html
	}
	if c.Place != nil {
		if a.Place, err = text.Line("place", *c.Place, 0, MaxPlace); err != nil {
			return err
		}
	}
	if c.Link != nil {
		if a.Link, err = address("link", *c.Link); err != nil {
			return err
		}
	}
	return nil
}

// address checks an address of the web; empty is none.
func address(field, s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(s) > MaxLink {
		return "", community.BadInput(field, "This is no address that begins with http:// or https://, of at most %d characters.", MaxLink)
	}
	return u.String(), nil
}

func (c *EventChange) applyDetails(e *Event) (err error) {
	if c.CoverURL != nil {
		if e.CoverURL, err = address("coverUrl", *c.CoverURL); err != nil {
			return err
		}
	}
	if c.Speakers != nil {
		if e.Speakers, err = speakers(c.Speakers); err != nil {
			return err
		}
	}
	if c.Agenda != nil {
		if e.Agenda, err = agenda(c.Agenda); err != nil {
			return err
		}
	}
	if c.Tags != nil {
		if e.Tags, err = text.Tags("tags", c.Tags, MaxTags); err != nil {
			return err
		}
	}
	if c.Visibility != nil {
		if !slices.Contains([]EventVisibility{CalendarWide, InvitedOnly}, *c.Visibility) {
			return community.BadInput("visibility", "There is no visibility %q.", *c.Visibility)
		}
		e.For = *c.Visibility
	}
	if c.OrganiserIDs != nil {
		hosts := append([]community.MemberID{e.CreatedBy}, c.OrganiserIDs...)
		slices.Sort(hosts[1:])
		e.Hosts = slices.Compact(slices.DeleteFunc(hosts, func(id community.MemberID) bool { return id == "" }))
	}
	return nil
}

func speakers(all []Speaker) (out []Speaker, err error) {
	if len(all) > MaxSpeakers {
		return nil, community.BadInput("speakers", "At most %d, please.", MaxSpeakers)
	}
	for _, s := range all {
		if s.Name, err = text.Line("speakers", s.Name, 1, MaxTitle); err != nil {
			return nil, err
		}
		if s.About, err = text.Line("speakers", s.About, 0, MaxPlace); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func agenda(all []AgendaItem) (out []AgendaItem, err error) {
	if len(all) > MaxAgenda {
		return nil, community.BadInput("agenda", "At most %d parts, please.", MaxAgenda)
	}
	const longest = int(MaxLength / time.Minute)
	for _, item := range all {
		if item.After < 0 || item.After > longest || item.Minutes < 0 || item.Minutes > longest {
			return nil, community.BadInput("agenda", "A part begins, and lasts, between 0 and %d minutes.", longest)
		}
		if item.Title, err = text.Line("agenda", item.Title, 1, MaxTitle); err != nil {
			return nil, err
		}
		if item.Speaker, err = text.Line("agenda", item.Speaker, 0, MaxTitle); err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b AgendaItem) int { return a.After - b.After })
	return out, nil
}

func (c *EventChange) applyAttendance(e *Event) error {
	if c.Capacity != nil {
		if *c.Capacity < 0 || *c.Capacity > MaxCapacity {
			return community.BadInput("capacity", "Between 1 and %d; 0 for as many as like.", MaxCapacity)
		}
		e.Capacity = capacity(*c.Capacity)
	}
	if c.GuestLimit != nil {
		if *c.GuestLimit < 0 || *c.GuestLimit > MaxGuests {
			return community.BadInput("guestLimit", "Between 0 and %d.", MaxGuests)
		}
		e.GuestLimit = *c.GuestLimit
	}
	if c.Approval != nil {
		e.Approval = *c.Approval
	}
	if c.AttendeesHidden != nil {
		e.AttendeesHidden = *c.AttendeesHidden
	}
	return nil
}

// capacity is nil for none.
func capacity(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

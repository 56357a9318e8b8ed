package resolvers

import (
	"context"

	"veche/community"
	"veche/community/events"
	"veche/community/forum"
	"veche/graph"
)

type calendarQueries struct{ almanac *events.Almanac }

func (q calendarQueries) Calendars(ctx context.Context, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.CalendarConnection, error) {
	return q.almanac.Calendars(ctx, viewerOf(ctx), paging(first, after, last, before))
}

func (q calendarQueries) Calendar(ctx context.Context, id, slug *string) (*events.Calendar, error) {
	switch {
	case id != nil && slug == nil:
		return q.almanac.Calendar(ctx, viewerOf(ctx), community.CalendarID(*id))
	case slug != nil && id == nil:
		return q.almanac.CalendarBySlug(ctx, viewerOf(ctx), *slug)
	}
	return nil, community.BadInput("id", "Give an id or a slug.")
}

type calendarMutations struct{ almanac *events.Almanac }

func (m calendarMutations) CreateCalendar(ctx context.Context, input events.NewCalendar, _ *string) (*graph.CreateCalendarPayload, error) {
	c, err := m.almanac.CreateCalendar(ctx, viewerOf(ctx), input)
	return &graph.CreateCalendarPayload{Calendar: c}, err
}

func (m calendarMutations) UpdateCalendar(ctx context.Context, input graph.UpdateCalendarInput, _ *string) (*graph.UpdateCalendarPayload, error) {
	c, err := m.almanac.UpdateCalendar(ctx, viewerOf(ctx), community.CalendarID(input.CalendarID), events.CalendarChange{
		Name: input.Name, Slug: input.Slug, Description: input.Description, MembersOnly: input.MembersOnly,
		Contributors: input.Contributors, TimeZone: input.TimeZone,
	})
	return &graph.UpdateCalendarPayload{Calendar: c}, err
}

type calendarSubscriptions struct{ almanac *events.Almanac }

func (s calendarSubscriptions) CalendarEvents(ctx context.Context, calendarID string, after *community.Cursor) (<-chan events.CalendarEvent, error) {
	return follow[events.CalendarEvent](ctx, from(s.almanac.CalendarFeed(community.CalendarID(calendarID))), after)
}

// Calendar answers the fields of a calendar that cross to other things.
func (r *Root) Calendar() graph.CalendarResolver { return calendarFields{r.Almanac} }

type calendarFields struct{ almanac *events.Almanac }

func (calendarFields) Space(ctx context.Context, c *events.Calendar) (*forum.Space, error) {
	if c.Space == "" {
		return nil, nil
	}
	return loaders(ctx).Spaces.Load(ctx, c.Space)
}

func (f calendarFields) Drafts(ctx context.Context, c *events.Calendar, first *int, after *community.Cursor, last *int, before *community.Cursor) (*events.EventConnection, error) {
	return f.almanac.Drafts(ctx, viewerOf(ctx), c.ID, paging(first, after, last, before))
}

func (calendarFields) LiveCursor(ctx context.Context, c *events.Calendar) (community.Cursor, error) {
	return loaders(ctx).Cursors.Load(ctx, community.Stream(c.ID))
}

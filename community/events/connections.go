package events

import "veche/community"

// The pages of calendars' things, as the API calls them.
type (
	CalendarConnection   = community.Page[*Calendar]
	CalendarEdge         = community.Edge[*Calendar]
	EventConnection      = community.Page[*Event]
	EventEdge            = community.Edge[*Event]
	OccurrenceConnection = community.Page[*Occurrence]
	OccurrenceEdge       = community.Edge[*Occurrence]
	AttendanceConnection = community.Page[*Attendance]
	AttendanceEdge       = community.Edge[*Attendance]
)

package members

import "veche/community"

// The pages of members, as the API calls them.
type (
	MemberConnection = community.Page[*Member]
	MemberEdge       = community.Edge[*Member]
)

package forum

import "veche/community"

// The pages of the forum's things, as the API calls them.
type (
	SpaceConnection        = community.Page[*Space]
	SpaceEdge              = community.Edge[*Space]
	SpaceMemberConnection  = community.Page[*Seat]
	SpaceMemberEdge        = community.Edge[*Seat]
	TopicConnection        = community.Page[*Topic]
	TopicEdge              = community.Edge[*Topic]
	ParticipantConnection  = community.Page[*Participant]
	ParticipantEdge        = community.Edge[*Participant]
	PostConnection         = community.Page[*Post]
	PostEdge               = community.Edge[*Post]
	PostRevisionConnection = community.Page[*Revision]
	PostRevisionEdge       = community.Edge[*Revision]
	BookmarkConnection     = community.Page[*Bookmark]
	BookmarkEdge           = community.Edge[*Bookmark]
)

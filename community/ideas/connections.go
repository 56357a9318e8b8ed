package ideas

import "veche/community"

// The pages of boards and ideas, as the API calls them.
type (
	BoardConnection = community.Page[*Board]
	BoardEdge       = community.Edge[*Board]
	IdeaConnection  = community.Page[*Idea]
	IdeaEdge        = community.Edge[*Idea]
)

package community

// Talk is a topic of the forum about a thing of another domain, which it opens
// with: checked and rendered by who keeps the thing.
type Talk struct {
	SpaceID SpaceID
	IdeaID  IdeaID
	Title   string
	Tags    []string
	// Body is in Markdown, HTML is that, rendered and sanitised, and Mentions are
	// those whom it mentions.
	Body     string
	HTML     string
	Mentions []MemberID
}

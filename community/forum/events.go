package forum

import (
	"veche/community"
)

// TopicEvent is something that happened in a topic, as a subscriber gets it:
// with the things it is about as they stand when it is delivered.
type TopicEvent interface{ IsTopicEvent() }

// SpaceEvent is something that happened in a space.
type SpaceEvent interface{ IsSpaceEvent() }

// The events of topics and spaces. Each has the cursor from which a new
// subscription goes on behind it.
type (
	// PostAddedEvent brings a new post.
	PostAddedEvent struct {
		Cursor community.Cursor
		Post   *Post
	}
	// PostEditedEvent brings a post whose text was changed.
	PostEditedEvent struct {
		Cursor community.Cursor
		Post   *Post
	}
	// PostDeletedEvent brings what is left of a deleted post.
	PostDeletedEvent struct {
		Cursor community.Cursor
		Post   *Post
	}
	// PostRestoredEvent brings a post that came back.
	PostRestoredEvent struct {
		Cursor community.Cursor
		Post   *Post
	}
	// ReactionsChangedEvent brings a post whose reactions were changed.
	ReactionsChangedEvent struct {
		Cursor community.Cursor
		Post   *Post
	}
	// TopicChangedEvent brings a topic that was changed in anything but posts;
	// in a space's stream, also when a post came or went.
	TopicChangedEvent struct {
		Cursor community.Cursor
		Topic  *Topic
	}
	// PollChangedEvent brings a poll that is new or was voted in.
	PollChangedEvent struct {
		Cursor community.Cursor
		Poll   *Poll
	}
	// TopicAddedEvent brings a topic that is new in the space.
	TopicAddedEvent struct {
		Cursor community.Cursor
		Topic  *Topic
	}
	// TopicRemovedEvent names a topic that was deleted or moved away.
	TopicRemovedEvent struct {
		Cursor  community.Cursor
		TopicID community.TopicID
	}
	// NewTopicsEvent says how many topics are new or newly active behind where
	// the subscriber began.
	NewTopicsEvent struct {
		Cursor   community.Cursor
		NewCount int
	}
	// SpaceChangedEvent brings the space: itself, or its members, changed.
	SpaceChangedEvent struct {
		Cursor community.Cursor
		Space  *Space
	}
)

// ResyncRequired is told in every place alike.
type ResyncRequired = community.ResyncRequired

// IsTopicEvent marks the events of topics.
func (*PostAddedEvent) IsTopicEvent()        {}
func (*PostEditedEvent) IsTopicEvent()       {}
func (*PostDeletedEvent) IsTopicEvent()      {}
func (*PostRestoredEvent) IsTopicEvent()     {}
func (*ReactionsChangedEvent) IsTopicEvent() {}
func (*TopicChangedEvent) IsTopicEvent()     {}
func (*PollChangedEvent) IsTopicEvent()      {}

// IsSpaceEvent marks the events of spaces.
func (*TopicAddedEvent) IsSpaceEvent()   {}
func (*TopicChangedEvent) IsSpaceEvent() {}
func (*TopicRemovedEvent) IsSpaceEvent() {}
func (*NewTopicsEvent) IsSpaceEvent()    {}
func (*SpaceChangedEvent) IsSpaceEvent() {}

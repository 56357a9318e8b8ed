package ideas

import "veche/community"

// BoardEvent is something that happened on a board, as a subscriber gets it:
// with the things it is about as they stand when it is delivered.
type BoardEvent interface{ IsBoardEvent() }

// The events of boards. Each has the cursor from which a new subscription goes
// on behind it.
type (
	// BoardChangedEvent brings a board whose rules or texts were changed.
	BoardChangedEvent struct {
		Cursor community.Cursor
		Board  *Board
	}
	// WinnersAnnouncedEvent brings a contest whose winners were announced, or
	// corrected.
	WinnersAnnouncedEvent struct {
		Cursor community.Cursor
		Board  *Board
	}
	// IdeaAddedEvent brings an idea that is new on the board, or came back.
	IdeaAddedEvent struct {
		Cursor community.Cursor
		Idea   *Idea
	}
	// IdeaChangedEvent brings an idea whose text was changed, or that was answered.
	IdeaChangedEvent struct {
		Cursor community.Cursor
		Idea   *Idea
	}
	// IdeaStatusChangedEvent brings an idea, and the status that it was given.
	IdeaStatusChangedEvent struct {
		Cursor community.Cursor
		Idea   *Idea
		Status Status
	}
	// IdeaMergedEvent names an idea that was merged, and brings the one into which.
	IdeaMergedEvent struct {
		Cursor community.Cursor
		IdeaID community.IdeaID
		Into   *Idea
	}
	// IdeaRemovedEvent names an idea that was deleted.
	IdeaRemovedEvent struct {
		Cursor community.Cursor
		IdeaID community.IdeaID
	}
	// IdeaActiveEvent brings an idea to which a comment came, or from which one
	// went.
	IdeaActiveEvent struct {
		Cursor community.Cursor
		Idea   *Idea
	}
)

// IsBoardEvent marks the events of boards.
func (*BoardChangedEvent) IsBoardEvent()      {}
func (*WinnersAnnouncedEvent) IsBoardEvent()  {}
func (*IdeaAddedEvent) IsBoardEvent()         {}
func (*IdeaChangedEvent) IsBoardEvent()       {}
func (*IdeaStatusChangedEvent) IsBoardEvent() {}
func (*IdeaMergedEvent) IsBoardEvent()        {}
func (*IdeaRemovedEvent) IsBoardEvent()       {}
func (*IdeaActiveEvent) IsBoardEvent()        {}

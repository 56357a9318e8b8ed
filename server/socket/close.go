package socket

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// Close is how a socket ends: the code and reason of its close frame.
type Close struct {
	Code   int
	Reason string
}

// How sockets end. Some add detail to the reason, after a colon. The codes from
// 4400 to 4500 are those of graphql-ws; its clients take 1002, 1009, 4400, 4401,
// 4406, 4409, 4429 and 4500 for final and come back by themselves after others.
var (
	// CloseNormal: the client is done.
	CloseNormal = Close{1000, "Done"}
	// CloseGoingAway: the server stops; clients come back with their cursor.
	CloseGoingAway = Close{1001, "Server going away; come back with your cursor"}
	// CloseProtocol: the frames are not those of RFC 6455.
	CloseProtocol = Close{1002, "WebSocket protocol error"}
	// CloseLost is never sent: the connection broke.
	CloseLost = Close{1006, "Connection lost"}
	// CloseTooLarge: a message is longer than Config.MaxFrame.
	CloseTooLarge = Close{1009, "Message too large"}
	// CloseInvalid: a message is none of the protocol's.
	CloseInvalid = Close{4400, "Invalid message"}
	// CloseUnauthorized: an operation came before connection_ack.
	CloseUnauthorized = Close{4401, "Unauthorized"}
	// CloseSessionEnded: what Authorize accepted holds no longer; the client
	// signs in again. It shares the code of CloseUnauthorized so that clients do
	// not come back with the same session.
	CloseSessionEnded = Close{4401, "Session ended"}
	// CloseForbidden: Authorize refused. If its error was a *community.Error,
	// the reason is that error's message.
	CloseForbidden = Close{4403, "Forbidden"}
	// CloseSubprotocol: the client speaks neither dialect.
	CloseSubprotocol = Close{4406, "Subprotocol not acceptable"}
	// CloseInitTimeout: no connection_init was accepted within
	// Config.InitTimeout.
	CloseInitTimeout = Close{4408, "Connection initialisation timeout"}
	// CloseSubscriberExists: an operation came under the id of a live one. The
	// reason names the id.
	CloseSubscriberExists = Close{4409, "Subscriber already exists"}
	// CloseTooManyInits: a second connection_init came.
	CloseTooManyInits = Close{4429, "Too many initialisation requests"}
	// CloseInternal: the server failed while it opened the socket.
	CloseInternal = Close{4500, "Internal server error"}
	// CloseSlowReader: the reader took nothing for Config.WriteTimeout. It comes
	// back with its cursor; a reader that takes nothing more does not see it.
	CloseSlowReader = Close{4900, "Slow reader; come back with your cursor"}
	// CloseTooManyOperations: more operations than Config.MaxOperations.
	CloseTooManyOperations = Close{4901, "Too many operations"}
	// CloseIdle: nothing came for Config.ReadTimeout, not even a pong.
	CloseIdle = Close{4902, "No sign of life"}
	// CloseOverBudget: a message is longer than the client may have read now.
	CloseOverBudget = Close{4903, "Budget spent; come back later"}
)

// Error is the reason.
func (c Close) Error() string { return c.Reason }

func (c Close) because(text string) Close { return Close{c.Code, c.Reason + ": " + text} }

// maxReason is what a control frame has room for, in bytes (RFC 6455, 5.5.1).
const maxReason = 123

// frame is the payload of the close frame. A reason that is too long loses
// whole characters.
func (c Close) frame() []byte {
	reason := c.Reason
	if len(reason) > maxReason {
		end := maxReason
		for !utf8.RuneStart(reason[end]) {
			end--
		}
		reason = reason[:end]
	}
	return websocket.FormatCloseMessage(c.Code, reason)
}

// closeOf reads why a socket ended from the cause of its context. It says
// whether the peer closed first.
func closeOf(cause error) (why Close, byPeer bool) {
	var theirs *websocket.CloseError
	switch {
	case errors.As(cause, &why):
		return why, false
	case errors.As(cause, &theirs) && theirs.Code != websocket.CloseAbnormalClosure:
		return Close{theirs.Code, theirs.Text}, true
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return CloseGoingAway, false // the request's context: the server stops
	}
	return CloseLost, false
}

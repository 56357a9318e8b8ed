package members

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"veche/community"
	"veche/store"
)

// SessionLife is how long a session lasts after its last use.
const SessionLife = 30 * 24 * time.Hour

// lastSeenStep is how exactly the last use is kept: a read must seldom write.
const lastSeenStep = 10 * time.Minute

// The beginnings of tokens, so that one found in a log or a commit is known
// for what it is.
const (
	sessionToken = "veche_s_"
	apiToken     = "veche_t_"
)

// Device is where somebody signs in from.
type Device struct {
	UserAgent string
	Address   string
}

// Session is one place where a member is signed in.
type Session struct {
	Hash       string              `bson:"_id"` // of the token
	ID         community.SessionID `bson:"session"`
	Member     community.MemberID  `bson:"member"`
	UserAgent  string              `bson:"userAgent"`
	Address    string              `bson:"address"`
	CreatedAt  time.Time           `bson:"createdAt"`
	LastSeenAt time.Time           `bson:"lastSeenAt"`
	ExpiresAt  time.Time           `bson:"expiresAt"`
}

var sessions = store.Define[Session]("sessions",
	store.UniqueOn("session"),
	store.On("member", "createdAt"),
)

// SignedIn is a fresh session with its token, which is told this once.
type SignedIn struct {
	Token   string
	Session *Session
	Member  *Member
}

// newSecret makes a token of 256 random bits and the hash that is kept of it.
func newSecret(kind string) (token, hash string) {
	var secret [32]byte
	rand.Read(secret[:]) // never fails (crypto/rand)
	token = kind + base64.RawURLEncoding.EncodeToString(secret[:])
	return token, hashOf(token)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func (r *Roll) newSession(member community.MemberID, d Device) (*Session, string) {
	token, hash := newSecret(sessionToken)
	now := r.now()
	return &Session{
		Hash: hash, ID: community.NewID[community.SessionID](community.SessionPrefix), Member: member,
		UserAgent: cut(d.UserAgent, 200), Address: d.Address,
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(SessionLife),
	}, token
}

// cut shortens what a client says of itself, and drops what is no text.
func cut(s string, n int) string {
	return strings.ToValidUTF8(s[:min(len(s), n)], "")
}

// LogIn opens a session. A wrong address and a wrong password look the same
// and take the same time.
func (r *Roll) LogIn(ctx context.Context, email, password string, d Device) (*SignedIn, error) {
	door, err := r.login(ctx, email)
	if err != nil {
		return nil, err
	}
	ok, err := r.kiln.matches(ctx, cut(password, 4*MaxPassword+1), door.Hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, community.Unauthenticated("This address and password do not belong together.")
	}
	member, err := r.Member(ctx, door.Member)
	if err != nil {
		return nil, err
	}
	session, token := r.newSession(member.ID, d)
	return store.Result(ctx, r.store, func(tx store.Tx) (*SignedIn, error) {
		if err := sessions.Insert(ctx, tx, session); err != nil {
			return nil, fmt.Errorf("keep a session: %w", err)
		}
		return &SignedIn{Token: token, Session: session, Member: member}, nil
	})
}

// LogOut ends the session that the viewer came with.
func (r *Roll) LogOut(ctx context.Context, viewer community.Viewer) error {
	if !viewer.SignedIn() {
		return community.Unauthenticated("Nobody is signed in.")
	}
	if community.IDPrefix(viewer.Session) != community.SessionPrefix {
		return community.BadInput("", "An API token is revoked, not logged out.")
	}
	return r.endSession(ctx, viewer, community.SessionID(viewer.Session))
}

// Sessions lists where the viewer is signed in, the newest first.
func (r *Roll) Sessions(ctx context.Context, viewer community.Viewer) ([]*Session, error) {
	if err := viewer.MayManageAccount(); err != nil {
		return nil, err
	}
	all, err := r.sessionsOf(ctx, r.store, viewer.ID)
	if err != nil {
		return nil, err
	}
	open := all[:0]
	for _, s := range all {
		if s.ExpiresAt.After(r.now()) {
			open = append(open, s)
		}
	}
	return open, nil
}

func (r *Roll) sessionsOf(ctx context.Context, on store.Ops, member community.MemberID) ([]*Session, error) {
	found, err := sessions.Find(ctx, on, store.Query{
		Where: []store.Cond{store.Eq("member", member)}, Sort: []string{"createdAt"}, Desc: true,
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return found, nil
}

// RevokeSession ends one of the viewer's own sessions, on whatever device.
func (r *Roll) RevokeSession(ctx context.Context, viewer community.Viewer, id community.SessionID) error {
	if err := viewer.MayManageAccount(); err != nil {
		return err
	}
	return r.endSession(ctx, viewer, id)
}

func (r *Roll) endSession(ctx context.Context, viewer community.Viewer, id community.SessionID) error {
	return store.Once(ctx, r.store, func(tx store.Tx) error {
		found, err := sessions.Find(ctx, tx, store.Query{Where: []store.Cond{store.Eq("session", id)}})
		if err != nil {
			return fmt.Errorf("look up a session: %w", err)
		}
		if len(found) == 0 || found[0].Member != viewer.ID {
			return community.NotFound("session")
		}
		if err := sessions.Delete(ctx, tx, found[0].Hash); err != nil {
			return community.OrNotFound(err, "session")
		}
		return r.tell(ctx, tx, SessionEnded, viewer.ID, viewer.ID)
	})
}

// Authenticate answers who came with the token: UNAUTHENTICATED for one that
// is unknown, expired or revoked.
func (r *Roll) Authenticate(ctx context.Context, token string) (community.Viewer, error) {
	if strings.HasPrefix(token, apiToken) {
		return r.byToken(ctx, token)
	}
	s, err := sessions.Get(ctx, r.store, hashOf(token))
	if errors.Is(err, store.ErrNotFound) || err == nil && !s.ExpiresAt.After(r.now()) {
		return community.Viewer{}, errEnded
	}
	if err != nil {
		return community.Viewer{}, fmt.Errorf("look up a session: %w", err)
	}
	if r.now().Sub(s.LastSeenAt) > lastSeenStep {
		if err := r.seen(ctx, s.Hash); err != nil {
			return community.Viewer{}, err
		}
	}
	return r.viewer(ctx, s.Member, community.AllScopes, string(s.ID))
}

var errEnded = community.Unauthenticated("This session or token is unknown, expired or revoked. Sign in again.")

func (r *Roll) viewer(ctx context.Context, id community.MemberID, scopes []community.Scope, session string) (community.Viewer, error) {
	m, err := roll.Get(ctx, r.store, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return community.Viewer{}, errEnded
	}
	if err != nil {
		return community.Viewer{}, fmt.Errorf("look up who came: %w", err)
	}
	return community.Viewer{ID: m.ID, Role: m.Role, Scopes: scopes, Session: session}, nil
}

func (r *Roll) seen(ctx context.Context, hash string) error {
	_, err := sessions.Update(ctx, r.store, hash, func(s *Session) error {
		s.LastSeenAt = r.now()
		s.ExpiresAt = s.LastSeenAt.Add(SessionLife)
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return errEnded
	}
	if err != nil {
		return fmt.Errorf("keep when a session was last seen: %w", err)
	}
	return nil
}

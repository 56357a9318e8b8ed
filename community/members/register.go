package members

import (
	"context"
	"errors"
	"fmt"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// NewMember is somebody about to join.
type NewMember struct {
	Email    string
	Password string
	Handle   string
	Name     string
}

// login lets a member in by e-mail address and password.
type login struct {
	ID     string             `bson:"_id"` // the address as it is compared
	Email  string             `bson:"email"`
	Member community.MemberID `bson:"member"`
	Hash   string             `bson:"hash"`
}

var logins = store.Define[login]("logins", store.UniqueOn("member"))

// Register lets somebody join and signs them in.
func (r *Roll) Register(ctx context.Context, n NewMember, d Device) (*SignedIn, error) {
	if r.o.Closed {
		return nil, community.Forbidden("Registration is closed; ask an admin.")
	}
	member, door, err := r.prepare(ctx, n, text.Handle)
	if err != nil {
		return nil, err
	}
	session, token := r.newSession(member.ID, d)
	return store.Result(ctx, r.store, func(tx store.Tx) (*SignedIn, error) {
		if err := r.enter(ctx, tx, member, door); err != nil {
			return nil, err
		}
		return &SignedIn{Token: token, Session: session, Member: member}, sessions.Insert(ctx, tx, session)
	})
}

// Create makes a member with a role, for whoever holds the server's folder:
// this is how the first owner comes to be.
func (r *Roll) Create(ctx context.Context, n NewMember, role community.Role) (*Member, error) {
	if !role.Valid() {
		return nil, community.BadInput("role", "There is no role %q.", role)
	}
	member, door, err := r.prepare(ctx, n, text.AnyHandle)
	if err != nil {
		return nil, err
	}
	member.Role = role
	err = r.store.Do(ctx, func(tx store.Tx) error { return r.enter(ctx, tx, member, door) })
	return member, err
}

// prepare checks what was given and does the slow part, before the Do.
func (r *Roll) prepare(ctx context.Context, n NewMember, checkHandle func(field, s string) (string, string, error)) (*Member, *login, error) {
	email, emailKey, err := text.Email("email", n.Email)
	if err != nil {
		return nil, nil, err
	}
	handle, handleKey, err := checkHandle("handle", n.Handle)
	if err != nil {
		return nil, nil, err
	}
	name, err := text.Line("name", n.Name, 1, MaxName)
	if err != nil {
		return nil, nil, err
	}
	if err := checkPassword("password", n.Password); err != nil {
		return nil, nil, err
	}
	hash, err := r.kiln.hash(ctx, n.Password)
	if err != nil {
		return nil, nil, err
	}
	m := &Member{
		ID: community.NewID[community.MemberID](community.MemberPrefix), Handle: handle, HandleKey: handleKey,
		Name: name, Role: community.RoleMember, CreatedAt: r.now(),
	}
	return m, &login{ID: emailKey, Email: email, Member: m.ID, Hash: hash}, nil
}

// enter writes the member and the login, and tells of it.
func (r *Roll) enter(ctx context.Context, tx store.Tx, m *Member, door *login) error {
	if err := r.free(ctx, tx, m, door); err != nil {
		return err
	}
	if err := logins.Insert(ctx, tx, door); errors.Is(err, store.ErrExists) {
		return errEmailTaken
	} else if err != nil {
		return fmt.Errorf("keep a login: %w", err)
	}
	if err := roll.Insert(ctx, tx, m); errors.Is(err, store.ErrExists) {
		return errHandleTaken
	} else if err != nil {
		return fmt.Errorf("keep a member: %w", err)
	}
	return r.joins(ctx, tx, m)
}

var (
	errEmailTaken  = community.BadInput("email", "A member with this address is here already.")
	errHandleTaken = community.BadInput("handle", "This handle is taken.")
)

// free looks before anything is written, since without transactions a login
// that was written stays though the handle is refused.
func (r *Roll) free(ctx context.Context, tx store.Tx, m *Member, door *login) error {
	if _, err := logins.Get(ctx, tx, door.ID); err == nil {
		return errEmailTaken
	} else if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look up an address: %w", err)
	}
	same, err := roll.Find(ctx, tx, store.Query{Where: []store.Cond{store.Eq("handleKey", m.HandleKey)}})
	if err != nil {
		return fmt.Errorf("look up a handle: %w", err)
	}
	if len(same) > 0 {
		return errHandleTaken
	}
	return nil
}

// tell appends to the member's stream and, of joining, to the community's.
func (r *Roll) tell(ctx context.Context, tx store.Tx, kind live.Kind, actor, about community.MemberID) error {
	e := live.Event{Stream: community.Stream(about), Kind: kind, Actor: string(actor), About: []string{string(about)}}
	if err := r.log.Append(ctx, tx, e); err != nil || kind != Joined {
		return err
	}
	e.Stream = community.StreamCommunity
	return r.log.Append(ctx, tx, e)
}

package members

import (
	"context"
	"errors"
	"fmt"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// login answers the login behind an address; an empty one when there is none.
func (r *Roll) login(ctx context.Context, email string) (*login, error) {
	_, key, err := text.Email("email", email)
	if err != nil {
		return &login{}, nil
	}
	door, err := logins.Get(ctx, r.store, key)
	if errors.Is(err, store.ErrNotFound) {
		return &login{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a login: %w", err)
	}
	return door, nil
}

func (r *Roll) loginOf(ctx context.Context, id community.MemberID) (*login, error) {
	found, err := logins.Find(ctx, r.store, store.Query{Where: []store.Cond{store.Eq("member", id)}})
	if err != nil {
		return nil, fmt.Errorf("look up a login: %w", err)
	}
	if len(found) == 0 {
		return nil, community.NotFound("password")
	}
	return found[0], nil
}

// Email is the viewer's own address; empty for a member without one.
func (r *Roll) Email(ctx context.Context, viewer community.Viewer) (string, error) {
	if err := viewer.MayManageAccount(); err != nil {
		return "", err
	}
	door, err := r.loginOf(ctx, viewer.ID)
	if community.KindOf(err) == community.KindNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return door.Email, nil
}

// ChangePassword asks for the present password, and ends every other session.
func (r *Roll) ChangePassword(ctx context.Context, viewer community.Viewer, present, next string) error {
	if err := viewer.MayManageAccount(); err != nil {
		return err
	}
	if _, answered, err := store.Answered[bool](ctx, r.store); answered || err != nil {
		return err // the present password is the new one by now
	}
	if err := checkPassword("newPassword", next); err != nil {
		return err
	}
	door, err := r.loginOf(ctx, viewer.ID)
	if err != nil {
		return err
	}
	if ok, err := r.kiln.matches(ctx, cut(present, 4*MaxPassword+1), door.Hash); err != nil {
		return err
	} else if !ok {
		return community.BadInput("currentPassword", "This is not the present password.")
	}
	hash, err := r.kiln.hash(ctx, next)
	if err != nil {
		return err
	}
	return store.Once(ctx, r.store, func(tx store.Tx) error { return r.setPassword(ctx, tx, viewer, door, hash) })
}

func (r *Roll) setPassword(ctx context.Context, tx store.Tx, viewer community.Viewer, door *login, hash string) error {
	_, err := logins.Update(ctx, tx, door.ID, func(l *login) error {
		if l.Hash != door.Hash {
			return community.Conflict("The password was changed a moment ago.")
		}
		l.Hash = hash
		return nil
	})
	if err != nil {
		return err
	}
	open, err := r.sessionsOf(ctx, tx, viewer.ID)
	if err != nil {
		return err
	}
	for _, s := range open {
		if string(s.ID) == viewer.Session {
			continue
		}
		if err := sessions.Delete(ctx, tx, s.Hash); err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
	}
	return r.tell(ctx, tx, PasswordChanged, viewer.ID, viewer.ID)
}

// ProfileChange says what to change; nil leaves it as it is.
type ProfileChange struct {
	Name   *string
	Handle *string
	Bio    *string
}

// UpdateProfile changes the viewer's own profile.
func (r *Roll) UpdateProfile(ctx context.Context, viewer community.Viewer, p ProfileChange) (*Member, error) {
	if err := viewer.MayAct(); err != nil {
		return nil, err
	}
	return store.Result(ctx, r.store, func(tx store.Tx) (*Member, error) {
		m, err := roll.Update(ctx, tx, string(viewer.ID), p.apply)
		if errors.Is(err, store.ErrExists) {
			return nil, errHandleTaken
		}
		if err != nil {
			return nil, err
		}
		return m, r.tell(ctx, tx, ProfileChanged, viewer.ID, viewer.ID)
	})
}

func (p ProfileChange) apply(m *Member) (err error) {
	if p.Name != nil {
		if m.Name, err = text.Line("name", *p.Name, 1, MaxName); err != nil {
			return err
		}
	}
	if p.Handle != nil {
		if m.Handle, m.HandleKey, err = text.Handle("handle", *p.Handle); err != nil {
			return err
		}
	}
	if p.Bio != nil {
		if m.Bio, err = text.Markdown("bio", *p.Bio, 0, MaxBio); err != nil {
			return err
		}
	}
	return nil
}

// SetRole gives a member another role. Nobody gives a role above their own,
// changes a member who stands as high as they do, or changes their own; so an
// owner is made by an owner, and one owner always remains.
func (r *Roll) SetRole(ctx context.Context, viewer community.Viewer, id community.MemberID, role community.Role) (*Member, error) {
	if err := viewer.MayRule(community.RoleAdmin); err != nil {
		return nil, err
	}
	return store.Result(ctx, r.store, func(tx store.Tx) (*Member, error) {
		m, err := roll.Update(ctx, tx, string(id), func(m *Member) error {
			switch {
			case m.ID == viewer.ID:
				return community.Forbidden("Nobody changes their own role.")
			case viewer.Role != community.RoleOwner && (m.Role.AtLeast(viewer.Role) || role.AtLeast(viewer.Role)):
				return community.Forbidden("This needs a role above %s.", viewer.Role)
			}
			m.Role = role
			return nil
		})
		if err != nil {
			return nil, community.OrNotFound(err, "member")
		}
		return m, r.tell(ctx, tx, RoleChanged, viewer.ID, id)
	})
}

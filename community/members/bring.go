package members

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// Brought is a member whom an import brings from elsewhere, without a login.
type Brought struct {
	Name      string
	Bio       string
	CreatedAt time.Time
	Source    string
}

// maxNamesakes bounds the search for a free handle.
const maxNamesakes = 1 << 24

// Bring adds a member from elsewhere, under a handle made of the name. What the
// name or the bio has that may not be here is left out.
func (r *Roll) Bring(ctx context.Context, tx store.Tx, b Brought) (community.MemberID, error) {
	m := &Member{
		ID: community.NewID[community.MemberID](community.MemberPrefix), Role: community.RoleMember,
		CreatedAt: b.CreatedAt, Source: b.Source,
	}
	var err error
	if m.Name, err = text.Line("name", b.Name, 1, MaxName); err != nil {
		m.Name = text.HandleFrom(b.Name)
	}
	if m.Bio, err = text.Markdown("bio", b.Bio, 0, MaxBio); err != nil {
		m.Bio = ""
	}
	if err := r.freeHandle(ctx, tx, m, text.HandleFrom(b.Name)); err != nil {
		return "", err
	}
	if err := roll.Insert(ctx, tx, m); err != nil {
		return "", fmt.Errorf("keep a member: %w", err)
	}
	return m.ID, r.joins(ctx, tx, m)
}

// freeHandle gives the member the handle that was wished for, or the same with
// a number behind it. Numbers are tried by doubling and then halving, so that
// the thousandth namesake takes twenty look-ups and not a thousand.
func (r *Roll) freeHandle(ctx context.Context, tx store.Tx, m *Member, wish string) error {
	taken, free := 0, 1
	for {
		ok, err := r.tryHandle(ctx, tx, m, wish, free)
		if err != nil {
			return err
		}
		if ok {
			break
		}
		if taken, free = free, 2*free; free > maxNamesakes {
			return errors.New("members: no free handle for " + wish)
		}
	}
	for taken+1 < free {
		middle := (taken + free) / 2
		ok, err := r.tryHandle(ctx, tx, m, wish, middle)
		if err != nil {
			return err
		}
		if ok {
			free = middle
		} else {
			taken = middle
		}
	}
	_, err := r.tryHandle(ctx, tx, m, wish, free)
	return err
}

// tryHandle gives the member the n-th handle of the name, and says whether it
// may be had.
func (r *Roll) tryHandle(ctx context.Context, tx store.Tx, m *Member, wish string, n int) (bool, error) {
	name := wish
	if n > 1 {
		suffix, letters := fmt.Sprintf("-%d", n), []rune(wish)
		name = string(letters[:min(len(letters), text.MaxHandle-len(suffix))]) + suffix
	}
	var err error
	if m.Handle, m.HandleKey, err = text.Handle("handle", name); err != nil {
		return false, nil // the name does not take this number: the next one may
	}
	found, err := roll.Find(ctx, tx, store.Query{Where: []store.Cond{store.Eq("handleKey", m.HandleKey)}, Limit: 1})
	if err != nil {
		return false, fmt.Errorf("look up a handle: %w", err)
	}
	return len(found) == 0, nil
}

// Holder answers the member who logs in by the address; empty for none. For
// imports: it is told to nobody else.
func (r *Roll) Holder(ctx context.Context, email string) (community.MemberID, error) {
	door, err := r.login(ctx, email)
	if err != nil {
		return "", err
	}
	return door.Member, nil
}

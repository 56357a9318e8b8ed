package members

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/store"
)

// MaxTokens is how many API tokens a member may have.
const MaxTokens = 50

// Token lets a program act as a member, within its scopes.
type Token struct {
	Hash      string             `bson:"_id"` // of the token
	ID        community.TokenID  `bson:"token"`
	Member    community.MemberID `bson:"member"`
	Name      string             `bson:"name"`
	Scopes    []community.Scope  `bson:"scopes"`
	CreatedAt time.Time          `bson:"createdAt"`
	ExpiresAt *time.Time         `bson:"expiresAt,omitempty"`
}

var tokens = store.Define[Token]("tokens",
	store.UniqueOn("token"),
	store.On("member", "createdAt"),
)

// NewToken is the wish for an API token.
type NewToken struct {
	Name string
	// Scopes is what the token may do; READ always goes without saying.
	Scopes    []community.Scope
	ExpiresAt *time.Time
}

// CreateToken makes an API token and tells it this once.
func (r *Roll) CreateToken(ctx context.Context, viewer community.Viewer, n NewToken) (*Token, string, error) {
	if err := viewer.MayManageAccount(); err != nil {
		return nil, "", err
	}
	name, err := text.Line("name", n.Name, 1, MaxName)
	if err != nil {
		return nil, "", err
	}
	if n.ExpiresAt != nil && !n.ExpiresAt.After(r.now()) {
		return nil, "", community.BadInput("expiresAt", "This time has passed already.")
	}
	secret, hash := newSecret(apiToken)
	t := &Token{
		Hash: hash, ID: community.NewID[community.TokenID](community.TokenPrefix), Member: viewer.ID, Name: name,
		Scopes: withRead(n.Scopes), CreatedAt: r.now(), ExpiresAt: n.ExpiresAt,
	}
	made, err := store.Result(ctx, r.store, func(tx store.Tx) (*madeToken, error) {
		have, err := tokens.Count(ctx, tx, store.Query{Where: []store.Cond{store.Eq("member", viewer.ID)}, Sort: []string{"createdAt"}})
		if err != nil {
			return nil, fmt.Errorf("count tokens: %w", err)
		}
		if have >= MaxTokens {
			return nil, community.Conflict("A member has at most %d API tokens; revoke one first.", MaxTokens)
		}
		return &madeToken{t, secret}, tokens.Insert(ctx, tx, t)
	})
	if err != nil {
		return nil, "", err
	}
	return made.Token, made.Secret, nil
}

// madeToken is a fresh token with what is told but once.
type madeToken struct {
	Token  *Token
	Secret string
}

func withRead(scopes []community.Scope) []community.Scope {
	all := append([]community.Scope{community.ScopeRead}, scopes...)
	slices.Sort(all)
	return slices.Compact(all)
}

// Tokens lists the viewer's API tokens, the newest first.
func (r *Roll) Tokens(ctx context.Context, viewer community.Viewer) ([]*Token, error) {
	if err := viewer.MayManageAccount(); err != nil {
		return nil, err
	}
	found, err := tokens.Find(ctx, r.store, store.Query{
		Where: []store.Cond{store.Eq("member", viewer.ID)}, Sort: []string{"createdAt"}, Desc: true,
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return found, nil
}

// RevokeToken ends one of the viewer's own API tokens.
func (r *Roll) RevokeToken(ctx context.Context, viewer community.Viewer, id community.TokenID) error {
	if err := viewer.MayManageAccount(); err != nil {
		return err
	}
	return store.Once(ctx, r.store, func(tx store.Tx) error {
		found, err := tokens.Find(ctx, tx, store.Query{Where: []store.Cond{store.Eq("token", id)}})
		if err != nil {
			return fmt.Errorf("look up a token: %w", err)
		}
		if len(found) == 0 || found[0].Member != viewer.ID {
			return community.NotFound("token")
		}
		if err := tokens.Delete(ctx, tx, found[0].Hash); err != nil {
			return community.OrNotFound(err, "token")
		}
		return r.tell(ctx, tx, TokenRevoked, viewer.ID, viewer.ID)
	})
}

func (r *Roll) byToken(ctx context.Context, secret string) (community.Viewer, error) {
	t, err := tokens.Get(ctx, r.store, hashOf(secret))
	if errors.Is(err, store.ErrNotFound) || err == nil && t.ExpiresAt != nil && !t.ExpiresAt.After(r.now()) {
		return community.Viewer{}, errEnded
	}
	if err != nil {
		return community.Viewer{}, fmt.Errorf("look up a token: %w", err)
	}
	return r.viewer(ctx, t.Member, t.Scopes, string(t.ID))
}

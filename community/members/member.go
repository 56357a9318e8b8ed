// Package members is the community's roll: who its members are, how they sign
// in, and what their sessions and API tokens may do.
//
// Passwords are kept as argon2id hashes and tokens as SHA-256 hashes; neither
// can be read back. A session or token that was revoked fails at its next use.
package members

import (
	"context"
	"fmt"
	"strings"
	"time"

	"veche/community"
	"veche/community/text"
	"veche/live"
	"veche/store"
)

// Limits of what a profile holds, in characters.
const (
	MaxName = 80
	MaxBio  = 2000
)

// What the log tells in a member's stream and, of joining, in the community's.
const (
	Joined          live.Kind = "member.joined"
	ProfileChanged  live.Kind = "member.profileChanged"
	RoleChanged     live.Kind = "member.roleChanged"
	PasswordChanged live.Kind = "member.passwordChanged"
	SessionEnded    live.Kind = "member.sessionEnded"
	TokenRevoked    live.Kind = "member.tokenRevoked"
)

// Member is somebody who belongs to the community. All of it but the keys is
// public, as the author of public posts is.
type Member struct {
	ID     community.MemberID `bson:"_id"`
	Handle string             `bson:"handle"`
	// HandleKey is the handle as it is compared: no two members share one.
	HandleKey string         `bson:"handleKey"`
	Name      string         `bson:"name"`
	Role      community.Role `bson:"role"`
	Bio       string         `bson:"bio,omitempty"`
	CreatedAt time.Time      `bson:"createdAt"`
	// Source is the page of the member whom an import brought.
	Source string `bson:"source,omitempty"`
}

// IsNode marks what node(id:) can answer.
func (*Member) IsNode() {}

// GetID is the id by which node(id:) finds the member.
func (m *Member) GetID() string { return string(m.ID) }

// SourceURL is the member's page at the place that an import brought them from.
func (m *Member) SourceURL() *string { return community.OrNil(m.Source) }

var roll = store.Define[Member]("members",
	store.UniqueOn("handleKey"),
	store.On("createdAt"),
)

// Options are the roll's settings; zero values mean the defaults.
type Options struct {
	Now community.Clock
	// Cost is what a password hash costs; tests lower it.
	Cost *Cost
	// Closed refuses registration: members are made by an admin.
	Closed bool
}

// Roll is the community's list of members.
type Roll struct {
	store store.Store
	log   *live.Log
	now   community.Clock
	o     Options
	kiln  *kiln
}

// New makes the roll's collections ready.
func New(ctx context.Context, s store.Store, log *live.Log, o Options) (*Roll, error) {
	if o.Now == nil {
		o.Now = community.Now
	}
	err := s.Ensure(ctx, roll.Spec(), logins.Spec(), sessions.Spec(), tokens.Spec(), censuses.Spec())
	if err != nil {
		return nil, fmt.Errorf("open the roll of members: %w", err)
	}
	r := &Roll{store: s, log: log, now: o.Now, o: o, kiln: newKiln(o.Cost)}
	return r, r.counted(ctx)
}

// Member answers one member; anybody may see members.
func (r *Roll) Member(ctx context.Context, id community.MemberID) (*Member, error) {
	m, err := roll.Get(ctx, r.store, string(id))
	if err != nil {
		return nil, community.OrNotFound(err, "member")
	}
	return m, nil
}

// Known answers NOT_FOUND for an id that is no member's.
func (r *Roll) Known(ctx context.Context, id community.MemberID) error {
	_, err := r.Member(ctx, id)
	return err
}

// ByID answers those members that exist, in one read.
func (r *Roll) ByID(ctx context.Context, ids []community.MemberID) (map[community.MemberID]*Member, error) {
	found, err := roll.GetMany(ctx, r.store, community.Strings(ids))
	if err != nil {
		return nil, fmt.Errorf("look up members: %w", err)
	}
	return community.Keyed[community.MemberID](found), nil
}

// ByHandle answers the member with the handle, however it is written.
func (r *Roll) ByHandle(ctx context.Context, handle string) (*Member, error) {
	_, key, err := text.AnyHandle("handle", handle)
	if err != nil {
		return nil, community.NotFound("member")
	}
	found, err := r.byKeys(ctx, []string{key})
	if err != nil {
		return nil, err
	}
	if m, ok := found[key]; ok {
		return m, nil
	}
	return nil, community.NotFound("member")
}

func (r *Roll) byKeys(ctx context.Context, keys []string) (map[string]*Member, error) {
	found, err := roll.Find(ctx, r.store, store.Query{
		Where: []store.Cond{store.In("handleKey", keys)},
	})
	if err != nil {
		return nil, fmt.Errorf("look up handles: %w", err)
	}
	out := make(map[string]*Member, len(found))
	for _, m := range found {
		out[m.HandleKey] = m
	}
	return out, nil
}

// Mentioned answers the members behind the handle keys that a text mentions;
// keys that are nobody's are left out.
func (r *Roll) Mentioned(ctx context.Context, keys []string) (map[string]community.Mention, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := r.byKeys(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[string]community.Mention, len(found))
	for key, m := range found {
		out[key] = community.Mention{ID: m.ID, Handle: m.Handle}
	}
	return out, nil
}

// Members lists the roll for members: the newest first, or those whose handle
// begins with prefix, by handle.
func (r *Roll) Members(ctx context.Context, viewer community.Viewer, prefix string, p community.Paging) (*community.Page[*Member], error) {
	if err := viewer.MayLook(); err != nil {
		return nil, err
	}
	list := community.List[*Member]{
		Name: "members", Like: []any{time.Time{}, ""},
		Place: func(m *Member) []any { return []any{m.CreatedAt, string(m.ID)} },
		Query: store.Query{Sort: []string{"createdAt"}, Desc: true},
		Find:  func(q store.Query) ([]*Member, error) { return roll.Find(ctx, r.store, q) },
	}
	if prefix != "" {
		key := strings.ToLower(prefix)
		list.Name, list.Like = "members "+key, []any{"", ""}
		list.Place = func(m *Member) []any { return []any{m.HandleKey, string(m.ID)} }
		list.Query = store.Query{
			Sort: []string{"handleKey"}, Where: []store.Cond{store.Between("handleKey", key, key+"\U0010FFFF")},
		}
	}
	return list.Read(p)
}

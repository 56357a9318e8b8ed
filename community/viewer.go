package community

import "slices"

// Role is what a member may do across the whole community. Roles are ordered:
// each may do all that the ones below it may.
type Role string

// The roles, from the least to the most.
const (
	// RoleGuest is anybody who is not signed in, and a member who was set back
	// to look at public places only.
	RoleGuest     Role = "GUEST"
	RoleMember    Role = "MEMBER"
	RoleModerator Role = "MODERATOR"
	RoleAdmin     Role = "ADMIN"
	RoleOwner     Role = "OWNER"
)

var ranks = []Role{RoleGuest, RoleMember, RoleModerator, RoleAdmin, RoleOwner}

// Valid says whether the role is one of the list.
func (r Role) Valid() bool { return slices.Contains(ranks, r) }

// AtLeast says whether the role stands as high as other.
func (r Role) AtLeast(other Role) bool {
	return slices.Index(ranks, r) >= slices.Index(ranks, other)
}

// Scope limits what a personal API token may be used for.
type Scope string

// The scopes of API tokens. A session has them all.
const (
	ScopeRead     Scope = "READ"     // queries and subscriptions as the member
	ScopeWrite    Scope = "WRITE"    // the member's own deeds
	ScopeModerate Scope = "MODERATE" // deeds that need a role above member
	ScopeAccount  Scope = "ACCOUNT"  // password, sessions and tokens
)

// AllScopes is what a signed-in session may do.
var AllScopes = []Scope{ScopeRead, ScopeWrite, ScopeModerate, ScopeAccount}

// Viewer is who asks. The zero Viewer is a guest.
type Viewer struct {
	ID   MemberID
	Role Role
	// Scopes is what the credential allows; a session allows all.
	Scopes []Scope
	// Session is the session or API token the viewer came with.
	Session string
}

// SignedIn says whether the viewer is a known member.
func (v Viewer) SignedIn() bool { return v.ID != "" }

// IsMember says whether the viewer may see what members see.
func (v Viewer) IsMember() bool { return v.SignedIn() && v.Role.AtLeast(RoleMember) }

// Has says whether the viewer stands as high as the role and came with a
// credential that may use it.
func (v Viewer) Has(role Role) bool {
	if !v.SignedIn() || !v.Role.AtLeast(role) {
		return false
	}
	return !role.AtLeast(RoleModerator) || slices.Contains(v.Scopes, ScopeModerate)
}

// MayLook is the first check of what members alone may see.
func (v Viewer) MayLook() error { return v.may(RoleMember, ScopeRead) }

// MayAct is the first check of every deed: the viewer must be signed in, not
// set back to a guest, and hold the scope WRITE.
func (v Viewer) MayAct() error { return v.may(RoleMember, ScopeWrite) }

// MayRule is the first check of deeds that need a role above member.
func (v Viewer) MayRule(role Role) error { return v.may(role, ScopeModerate) }

// MayManageAccount is the first check of deeds on the viewer's own password,
// sessions and tokens.
func (v Viewer) MayManageAccount() error { return v.may(RoleGuest, ScopeAccount) }

func (v Viewer) may(role Role, scope Scope) error {
	switch {
	case !v.SignedIn():
		return Unauthenticated("Sign in first.")
	case !v.Role.AtLeast(role):
		return Forbidden("This needs the role %s.", role)
	case !slices.Contains(v.Scopes, scope):
		return Forbidden("This API token lacks the scope %s.", scope)
	}
	return nil
}

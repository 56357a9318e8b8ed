package members_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"veche/community"
	"veche/community/members"
	"veche/live"
	"veche/store/sqlite"
)

var cheap = &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func newRoll(t *testing.T, o members.Options) *members.Roll {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	log, err := live.Open(t.Context(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	o.Cost = cheap
	r, err := members.New(t.Context(), s, log, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const password = "очень длинный пароль"

func named(handle string) members.NewMember {
	return members.NewMember{Email: handle + "@example.org", Password: password, Handle: handle, Name: strings.ToUpper(handle)}
}

func register(t *testing.T, r *members.Roll, handle string) (*members.SignedIn, community.Viewer) {
	t.Helper()
	in, err := r.Register(t.Context(), named(handle), members.Device{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	return in, v
}

func wants(t *testing.T, err error, kind community.Kind) {
	t.Helper()
	if err == nil || community.KindOf(err) != kind {
		t.Errorf("got %v, want %s", err, kind)
	}
}

// Of many who want one handle, one gets it, and the others leave nothing
// behind: their addresses stay free.
func TestOneHandleForOne(t *testing.T) {
	r := newRoll(t, members.Options{})
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			n := named("ольга")
			n.Email = fmt.Sprintf("o%d@example.org", i)
			_, errs[i] = r.Register(t.Context(), n, members.Device{})
		})
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			continue
		}
		wants(t, err, community.KindBadInput)
		n := named(fmt.Sprintf("other-%d", i))
		n.Email = fmt.Sprintf("o%d@example.org", i)
		if _, err := r.Register(t.Context(), n, members.Device{}); err != nil {
			t.Errorf("the address of who came too late is taken: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d members have one handle", won)
	}
}

func TestSignIn(t *testing.T) {
	r := newRoll(t, members.Options{})
	register(t, r, "anna")
	for name, try := range map[string][2]string{
		"wrong password": {"anna@example.org", "not the password"},
		"nobody":         {"nobody@example.org", password},
		"no address":     {"anna", password},
		"nothing":        {"", ""},
	} {
		_, err := r.LogIn(t.Context(), try[0], try[1], members.Device{})
		if community.KindOf(err) != community.KindUnauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.LogIn(t.Context(), "ANNA@example.org", password, members.Device{}); err != nil {
		t.Error(err)
	}
}

func TestChangedPasswordEndsOtherSessions(t *testing.T) {
	r := newRoll(t, members.Options{})
	first, viewer := register(t, r, "anna")
	second, err := r.LogIn(t.Context(), "anna@example.org", password, members.Device{UserAgent: "phone"})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, r.ChangePassword(t.Context(), viewer, "a wrong one!", "a new password"), community.KindBadInput)
	if err := r.ChangePassword(t.Context(), viewer, password, "a new password"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Authenticate(t.Context(), first.Token); err != nil {
		t.Errorf("the session that changed it ended: %v", err)
	}
	_, err = r.Authenticate(t.Context(), second.Token)
	wants(t, err, community.KindUnauthenticated)
}

func TestSessionsExpireAndAreRevoked(t *testing.T) {
	now := community.Now()
	r := newRoll(t, members.Options{Now: func() time.Time { return now }})
	in, viewer := register(t, r, "anna")
	_, other := register(t, r, "boris")
	wants(t, r.RevokeSession(t.Context(), other, in.Session.ID), community.KindNotFound)
	now = now.Add(members.SessionLife - time.Minute)
	if _, err := r.Authenticate(t.Context(), in.Token); err != nil {
		t.Fatal(err)
	}
	now = now.Add(members.SessionLife - time.Minute) // it was used, so it lasts on
	if _, err := r.Authenticate(t.Context(), in.Token); err != nil {
		t.Fatal(err)
	}
	now = now.Add(members.SessionLife + time.Minute)
	_, err := r.Authenticate(t.Context(), in.Token)
	wants(t, err, community.KindUnauthenticated)
	again, err := r.LogIn(t.Context(), "anna@example.org", password, members.Device{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.RevokeSession(t.Context(), viewer, again.Session.ID); err != nil {
		t.Fatal(err)
	}
	_, err = r.Authenticate(t.Context(), again.Token)
	wants(t, err, community.KindUnauthenticated)
}

func TestAPITokens(t *testing.T) {
	now := community.Now()
	r := newRoll(t, members.Options{Now: func() time.Time { return now }})
	_, viewer := register(t, r, "anna")
	soon := now.Add(time.Hour)
	token, secret, err := r.CreateToken(t.Context(), viewer, members.NewToken{Name: "bot", Scopes: []community.Scope{community.ScopeWrite}, ExpiresAt: &soon})
	if err != nil {
		t.Fatal(err)
	}
	program, err := r.Authenticate(t.Context(), secret)
	if err != nil || program.MayAct() != nil {
		t.Errorf("the token cannot write: %v", err)
	}
	wants(t, program.MayManageAccount(), community.KindForbidden)
	_, _, err = r.CreateToken(t.Context(), program, members.NewToken{Name: "child"})
	wants(t, err, community.KindForbidden)
	now = soon
	_, err = r.Authenticate(t.Context(), secret)
	wants(t, err, community.KindUnauthenticated)
	if err := r.RevokeToken(t.Context(), viewer, token.ID); err != nil {
		t.Error(err)
	}
}

func TestRolesAreGivenFromAbove(t *testing.T) {
	r := newRoll(t, members.Options{})
	owner := created(t, r, "boss", community.RoleOwner)
	admin := created(t, r, "adm", community.RoleAdmin)
	_, anna := register(t, r, "anna")
	for name, try := range map[string]struct {
		by   community.Viewer
		whom community.MemberID
		role community.Role
		kind community.Kind
	}{
		"a member":                     {anna, anna.ID, community.RoleAdmin, community.KindForbidden},
		"an admin makes an admin":      {admin, anna.ID, community.RoleAdmin, community.KindForbidden},
		"an admin sets the owner back": {admin, owner.ID, community.RoleGuest, community.KindForbidden},
		"an owner sets back themself":  {owner, owner.ID, community.RoleMember, community.KindForbidden},
		"nobody":                       {owner, "member_nobody", community.RoleMember, community.KindNotFound},
	} {
		if _, err := r.SetRole(t.Context(), try.by, try.whom, try.role); community.KindOf(err) != try.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m, err := r.SetRole(t.Context(), admin, anna.ID, community.RoleModerator); err != nil || m.Role != community.RoleModerator {
		t.Error(m, err)
	}
}

func created(t *testing.T, r *members.Roll, handle string, role community.Role) community.Viewer {
	t.Helper()
	m, err := r.Create(t.Context(), named(handle), role)
	if err != nil {
		t.Fatal(err)
	}
	return community.Viewer{ID: m.ID, Role: role, Scopes: community.AllScopes}
}

func TestClosedRegistration(t *testing.T) {
	r := newRoll(t, members.Options{Closed: true})
	_, err := r.Register(t.Context(), named("anna"), members.Device{})
	wants(t, err, community.KindForbidden)
	created(t, r, "anna", community.RoleMember)
}

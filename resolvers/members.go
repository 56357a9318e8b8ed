package resolvers

import (
	"context"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/graph"
)

type memberQueries struct{ roll *members.Roll }

func (memberQueries) Viewer(ctx context.Context) (*community.Viewer, error) {
	viewer := viewerOf(ctx)
	if !viewer.SignedIn() {
		return nil, nil
	}
	return &viewer, nil
}

func (q memberQueries) Member(ctx context.Context, handle string) (*members.Member, error) {
	return q.roll.ByHandle(ctx, handle)
}

func (q memberQueries) Members(ctx context.Context, first *int, after *community.Cursor, last *int, before *community.Cursor, handlePrefix *string) (*members.MemberConnection, error) {
	prefix := ""
	if handlePrefix != nil {
		prefix = *handlePrefix
	}
	return q.roll.Members(ctx, viewerOf(ctx), prefix, paging(first, after, last, before))
}

type memberMutations struct{ roll *members.Roll }

func (m memberMutations) Register(ctx context.Context, input members.NewMember, _ *string) (*graph.SignInPayload, error) {
	fresh, err := m.roll.Register(ctx, input, RequestFrom(ctx).Device)
	return signedIn(ctx, fresh, err)
}

func (m memberMutations) LogIn(ctx context.Context, input graph.LogInInput, _ *string) (*graph.SignInPayload, error) {
	fresh, err := m.roll.LogIn(ctx, input.Email, input.Password, RequestFrom(ctx).Device)
	return signedIn(ctx, fresh, err)
}

// signedIn wraps a fresh session. Its token is either told or kept for the client.
func signedIn(ctx context.Context, fresh *members.SignedIn, err error) (*graph.SignInPayload, error) {
	if err != nil {
		return nil, err
	}
	session := &graph.NewSession{ExpiresAt: fresh.Session.ExpiresAt}
	if keep := RequestFrom(ctx).Keep; keep != nil {
		keep(fresh.Token)
	} else {
		session.Token = &fresh.Token
	}
	return &graph.SignInPayload{Session: session, Member: fresh.Member}, nil
}

// forget has the client forget the session that has just ended.
func forget(ctx context.Context) {
	if forget := RequestFrom(ctx).Forget; forget != nil {
		forget()
	}
}

func (m memberMutations) LogOut(ctx context.Context, _ *string) (*graph.LogOutPayload, error) {
	viewer := viewerOf(ctx)
	if err := m.roll.LogOut(ctx, viewer); err != nil {
		return nil, err
	}
	forget(ctx)
	member, err := loaders(ctx).Members.Load(ctx, viewer.ID)
	return &graph.LogOutPayload{Member: member}, err
}

func (m memberMutations) ChangePassword(ctx context.Context, input graph.ChangePasswordInput, _ *string) (*graph.ChangePasswordPayload, error) {
	viewer := viewerOf(ctx)
	err := m.roll.ChangePassword(ctx, viewer, input.CurrentPassword, input.NewPassword)
	return &graph.ChangePasswordPayload{Viewer: &viewer}, err
}

func (m memberMutations) RevokeSession(ctx context.Context, input graph.RevokeSessionInput, _ *string) (*graph.RevokeSessionPayload, error) {
	viewer := viewerOf(ctx)
	err := m.roll.RevokeSession(ctx, viewer, community.SessionID(input.SessionID))
	if err == nil && input.SessionID == viewer.Session {
		forget(ctx)
	}
	return &graph.RevokeSessionPayload{SessionID: input.SessionID}, err
}

func (m memberMutations) CreateAPIToken(ctx context.Context, input members.NewToken, _ *string) (*graph.CreateAPITokenPayload, error) {
	token, secret, err := m.roll.CreateToken(ctx, viewerOf(ctx), input)
	return &graph.CreateAPITokenPayload{Token: secret, APIToken: token}, err
}

func (m memberMutations) RevokeAPIToken(ctx context.Context, input graph.RevokeAPITokenInput, _ *string) (*graph.RevokeAPITokenPayload, error) {
	err := m.roll.RevokeToken(ctx, viewerOf(ctx), community.TokenID(input.APITokenID))
	return &graph.RevokeAPITokenPayload{APITokenID: input.APITokenID}, err
}

func (m memberMutations) UpdateProfile(ctx context.Context, input members.ProfileChange, _ *string) (*graph.UpdateProfilePayload, error) {
	member, err := m.roll.UpdateProfile(ctx, viewerOf(ctx), input)
	return &graph.UpdateProfilePayload{Member: member}, err
}

func (m memberMutations) SetMemberRole(ctx context.Context, input graph.SetMemberRoleInput, _ *string) (*graph.SetMemberRolePayload, error) {
	member, err := m.roll.SetRole(ctx, viewerOf(ctx), community.MemberID(input.MemberID), input.Role)
	return &graph.SetMemberRolePayload{Member: member}, err
}

// Member answers the fields of a member that other domains know.
func (r *Root) Member() graph.MemberResolver { return memberFields{r.Boards} }

type memberFields struct{ boards *ideas.Assembly }

func (memberFields) TopicCount(ctx context.Context, m *members.Member) (*int, error) {
	a, err := loaders(ctx).Activity.Load(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	return &a.Topics, nil
}

func (memberFields) PostCount(ctx context.Context, m *members.Member) (*int, error) {
	a, err := loaders(ctx).Activity.Load(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	return &a.Posts, nil
}

// Viewer answers the fields of who asks.
func (r *Root) Viewer() graph.ViewerResolver { return viewerFields{r.Roll, r.Hall} }

type viewerFields struct {
	roll *members.Roll
	hall *forum.Hall
}

func (viewerFields) Member(ctx context.Context, v *community.Viewer) (*members.Member, error) {
	return loaders(ctx).Members.Load(ctx, v.ID)
}

func (f viewerFields) Email(ctx context.Context, v *community.Viewer) (*string, error) {
	email, err := f.roll.Email(ctx, *v)
	return community.OrNil(email), err
}

func (f viewerFields) Sessions(ctx context.Context, v *community.Viewer) ([]*members.Session, error) {
	return every(f.roll.Sessions(ctx, *v))
}

func (f viewerFields) APITokens(ctx context.Context, v *community.Viewer) ([]*members.Token, error) {
	return every(f.roll.Tokens(ctx, *v))
}

func (f viewerFields) Bookmarks(ctx context.Context, v *community.Viewer, first *int, after *community.Cursor, last *int, before *community.Cursor) (*forum.BookmarkConnection, error) {
	return f.hall.Bookmarks(ctx, *v, paging(first, after, last, before))
}

// Session answers the fields of a session.
func (r *Root) Session() graph.SessionResolver { return sessionFields{} }

type sessionFields struct{}

func (sessionFields) Current(ctx context.Context, s *members.Session) (bool, error) {
	return string(s.ID) == viewerOf(ctx).Session, nil
}

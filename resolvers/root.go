// Package resolvers answers the fields of the API: each method takes the
// viewer, calls the community, and wraps the answer. Rules live below, in the
// community; nothing here decides who may do what.
package resolvers

import (
	"context"

	"veche/community"
	"veche/community/counters"
	"veche/community/events"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/dataloaders"
	"veche/graph"
	"veche/search"
)

// Root answers everything. Each part of community life is embedded, and holds
// only the domain that it calls.
type Root struct {
	Roll    *members.Roll
	Hall    *forum.Hall
	Boards  *ideas.Assembly
	Index   *search.Index
	Ledger  *counters.Ledger
	Almanac *events.Almanac
}

var _ graph.ResolverRoot = (*Root)(nil)

type query struct {
	nodeQueries
	memberQueries
	spaceQueries
	topicQueries
	postQueries
	boardQueries
	ideaQueries
	searchQueries
	counterQueries
	calendarQueries
	eventQueries
}

type mutation struct {
	memberMutations
	spaceMutations
	topicMutations
	postMutations
	pollMutations
	presenceMutations
	boardMutations
	ideaMutations
	voteMutations
	contestMutations
	calendarMutations
	eventMutations
}

type subscription struct {
	spaceSubscriptions
	topicSubscriptions
	presenceSubscriptions
	boardSubscriptions
	leaderboardSubscriptions
	counterSubscriptions
	calendarSubscriptions
}

// Query answers what can be asked.
func (r *Root) Query() graph.QueryResolver {
	return query{
		nodeQueries{r.Roll, r.Hall},
		memberQueries{r.Roll},
		spaceQueries{r.Hall},
		topicQueries{r.Hall},
		postQueries{r.Hall},
		boardQueries{r.Boards},
		ideaQueries{r.Boards},
		searchQueries{r.Boards, r.Index},
		counterQueries{r.Ledger},
		calendarQueries{r.Almanac},
		eventQueries{r.Almanac},
	}
}

// Mutation answers what can be done.
func (r *Root) Mutation() graph.MutationResolver {
	return mutation{
		memberMutations{r.Roll},
		spaceMutations{r.Hall},
		topicMutations{r.Hall},
		postMutations{r.Hall},
		pollMutations{r.Hall},
		presenceMutations{r.Hall},
		boardMutations{r.Boards},
		ideaMutations{r.Boards},
		voteMutations{r.Boards},
		contestMutations{r.Boards},
		calendarMutations{r.Almanac},
		eventMutations{r.Almanac},
	}
}

// Subscription answers what can be watched.
func (r *Root) Subscription() graph.SubscriptionResolver {
	return subscription{
		spaceSubscriptions{r.Hall},
		topicSubscriptions{r.Hall},
		presenceSubscriptions{r.Hall},
		boardSubscriptions{r.Boards},
		leaderboardSubscriptions{r.Boards},
		counterSubscriptions{r.Ledger},
		calendarSubscriptions{r.Almanac},
	}
}

// Request is who asks, and from where.
type Request struct {
	Viewer community.Viewer
	// Watcher asks anew who it is, for subscriptions.
	Watcher community.Watcher
	Device  members.Device
	// Keep takes the token of a fresh session to where the client wants it, out of
	// reach of its scripts; nil if it is to be told.
	Keep func(token string)
	// Forget takes the session's token from the client; nil if it came by itself.
	Forget func()
}

type requestKey struct{}

// WithRequest hands the request to the resolvers. Only the server calls it.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestFrom answers the request, or that of a guest.
func RequestFrom(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return guest
}

var guest = &Request{Watcher: func(context.Context) (community.Viewer, error) { return community.Viewer{}, nil }}

func viewerOf(ctx context.Context) community.Viewer { return RequestFrom(ctx).Viewer }

func loaders(ctx context.Context) *dataloaders.Loaders { return dataloaders.From(ctx) }

// part is a field that may be empty where it could not be found out, so that
// what is around it stands.
func part[T any](value T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return &value, nil
}

// every is part for a list: one without anything in it is not empty in that way.
func every[T any](list []T, err error) ([]T, error) {
	if list == nil && err == nil {
		list = []T{}
	}
	return list, err
}

func paging(first *int, after *community.Cursor, last *int, before *community.Cursor) community.Paging {
	return community.Paging{First: first, After: after, Last: last, Before: before}
}

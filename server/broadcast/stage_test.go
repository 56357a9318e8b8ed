package broadcast

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"veche/community"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

// stage is a place where things happen as the test says, and its feed.
type stage struct {
	t       testing.TB
	station *Station
	store   store.Store
	feed    community.Feed

	mu      sync.Mutex
	entries []*live.Entry
	gone    int64 // how many of the first entries are not kept
	opened  map[*tape]struct{}
	refused map[community.MemberID]error
	resyncs int
	asked   int // how often anybody's rights were asked for
	places  []live.Stream

	// event, admit and respond stand in for the feed's own and for the
	// execution, if they are set.
	event   func(community.Viewer, *live.Entry) error
	admit   func(community.Viewer) error
	respond func()
}

// place is the stream whose entries of the kind "turn" change rights.
const place live.Stream = "place:p"

const stream live.Stream = "stage:s"

func newStage(t testing.TB) *stage {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	log, err := live.Open(context.Background(), s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	st := &stage{t: t, station: New(log, schema), store: s, places: []live.Stream{place}, opened: map[*tape]struct{}{}, refused: map[community.MemberID]error{}}
	st.feed = community.Feed{
		Stream: stream,
		Open:   st.open,
		Admit:  st.admission,
		Event: func(_ context.Context, v community.Viewer, e *live.Entry) (any, error) {
			if st.event != nil {
				return e, st.event(v, e)
			}
			return e, nil
		},
		Resync: func(c community.Cursor) any {
			st.mu.Lock()
			defer st.mu.Unlock()
			st.resyncs++
			return c
		},
	}
	return st
}

func (s *stage) open(wake func()) live.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &tape{s, wake}
	s.opened[t] = struct{}{}
	return t
}

func (s *stage) admission(_ context.Context, v community.Viewer) (community.Admission, error) {
	s.mu.Lock()
	s.asked++
	err := s.refused[v.ID]
	admit := s.admit
	s.mu.Unlock()
	if err == nil && admit != nil {
		err = admit(v)
	}
	return community.Admission{
		Audience: "all", Places: s.places,
		Turns: func(e *live.Entry) bool { return e.Kind == "turn" },
	}, err
}

// happen adds entries and wakes who waits for them.
func (s *stage) happen(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.entries = append(s.entries, &live.Entry{Stream: stream, Seq: int64(len(s.entries)) + 1, Kind: "said"})
	}
	for t := range s.opened {
		t.wake()
	}
}

// refuse takes the right of the member and, if told is not empty, has it told in
// that stream.
func (s *stage) refuse(who community.MemberID, told live.Stream) {
	s.t.Helper()
	s.mu.Lock()
	s.refused[who] = errRefused
	s.mu.Unlock()
	if told == "" {
		return
	}
	err := s.store.Do(context.Background(), func(tx store.Tx) error {
		return s.station.log.Append(context.Background(), tx, live.Event{Stream: told, Kind: "turn"})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

var errRefused = community.NotFound("stage")

// tape is the stage as a source.
type tape struct {
	*stage
	wake func()
}

func (t *tape) Next(_ context.Context, at int64) ([]*live.Entry, time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at < t.gone {
		return nil, 0, live.ErrGone
	}
	return t.entries[at:min(at+100, int64(len(t.entries)))], 0, nil
}

func (t *tape) Check(_ context.Context, at int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at < t.gone || at > int64(len(t.entries)) {
		return live.ErrGone
	}
	return nil
}

func (t *tape) Head(context.Context) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int64(len(t.entries)), nil
}

func (t *tape) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.opened, t)
}

// The executor answers every event alike: which one it was, its cursor tells.
func (s *stage) CreateOperationContext(context.Context, *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	return nil, nil
}

func (s *stage) DispatchOperation(ctx context.Context, _ *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	return func(context.Context) *graphql.Response {
		if s.respond != nil {
			s.respond()
		}
		return &graphql.Response{Data: []byte(`{"n":1}`)}
	}, ctx
}

func (s *stage) DispatchError(_ context.Context, errs gqlerror.List) *graphql.Response {
	return &graphql.Response{Errors: errs}
}

var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
	directive @perViewer on FIELD_DEFINITION
	type Query { x: Int }
	type Subscription { events(id: ID, after: String): Event }
	type Event { n(not: [String]): Int kin: Event mine: Int @perViewer }`})

// subscription is the operation of the text, with its variables.
func subscription(t testing.TB, text string, variables map[string]any) *graphql.OperationContext {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return &graphql.OperationContext{RawQuery: text, Doc: doc, Operation: doc.Operations[0], Variables: variables}
}

// seat is a reader with room for so many messages.
type seat struct {
	t      testing.TB
	who    community.MemberID
	heard  chan *Message
	ended  chan error
	leave  func()
	offers func() // called before each offer
}

func (s *seat) Offer(m *Message) bool {
	if s.offers != nil {
		s.offers()
	}
	select {
	case s.heard <- m:
		return true
	default:
		return false
	}
}

func (s *seat) Put(ctx context.Context, m *Message) bool {
	select {
	case s.heard <- m:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *seat) End(err error) { s.ended <- err }

const plainText = `subscription($after: String) { events(after: $after) { n } }`

// sit has the member read behind the number; behind a negative one, from now on.
func (s *stage) sit(who community.MemberID, after int64, room int) *seat {
	s.t.Helper()
	to := &seat{t: s.t, who: who, heard: make(chan *Message, room), ended: make(chan error, 1)}
	if err := s.seat(to, after, plainText); err != nil {
		s.t.Fatal(err)
	}
	return to
}

func (s *stage) seat(to *seat, after int64, text string) error {
	ctx, cancel := context.WithCancel(context.Background())
	to.leave = cancel
	s.t.Cleanup(cancel)
	viewer := community.Viewer{ID: to.who, Role: community.RoleMember, Scopes: community.AllScopes}
	l := &listener{
		station: s.station, ctx: ctx, to: to, feed: &s.feed,
		watcher: func(context.Context) (community.Viewer, error) { return viewer, nil },
		want:    Subscription{Exec: s, Operation: subscription(s.t, text, nil)},
	}
	if after < 0 {
		return l.begin(nil)
	}
	cursor := community.LiveCursor(stream, after)
	return l.begin(&cursor)
}

// hears wants the entries of the numbers, and nothing in between.
func (s *seat) hears(from, to int64) {
	s.t.Helper()
	for want := from; want <= to; want++ {
		select {
		case m := <-s.heard:
			if got, err := m.Cursor.OpenLive(stream); got != want || err != nil {
				s.t.Fatalf("%s hears of %d (%v), want %d", s.who, got, err, want)
			}
		case err := <-s.ended:
			s.t.Fatalf("%s was sent away before %d: %v", s.who, want, err)
		case <-time.After(10 * time.Second):
			s.t.Fatalf("%s does not hear of %d", s.who, want)
		}
	}
}

// ends wants the reader to be told within a second that it is over.
func (s *seat) ends(want error) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		if diff := cmp.Diff(want, err, cmpopts.EquateErrors()); diff != "" {
			s.t.Errorf("the end of %s:\n%s", s.who, diff)
		}
	case <-time.After(time.Second):
		s.t.Errorf("%s is not sent away", s.who)
	}
}

// eventually waits for what soon has to be.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("not so: %s", what)
		}
	}
}

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"veche/community"
	"veche/community/forum"
	"veche/store/storetest/ferret"
)

const added = `subscription($t: ID!, $a: Cursor) { topicEvents(topicId: $t, after: $a) { ... on PostAdded { cursor post { id number } } } }`

// news is an event as these tests ask for it.
type news struct {
	Cursor string
	Post   struct {
		ID     string
		Number int
	}
}

// TestCutOff cuts subscribers off at random moments while people write. Each
// comes back with its last cursor, and must end with exactly the posts that
// there are, in order, none twice. The MongoDB here is one without transactions,
// for which the log closes holes by itself.
func TestCutOff(t *testing.T) {
	cuts := map[string]int64{"sqlite": 300, "mongodb": few(40)}
	apart := map[string]time.Duration{"sqlite": 40 * time.Millisecond, "mongodb": 400 * time.Millisecond} // FerretDB is slow
	for engine, fresh := range engines(ferret.Start(t)) {
		t.Run(engine, func(t *testing.T) {
			h := open(t, fresh(t), "anna", "boris", "чук", "гек")
			h.build("hall")
			topic := h.openTopic("anna", "hall")
			start := h.liveCursor(topic)
			var cut atomic.Int64
			var writers, readers sync.WaitGroup
			h.write(t, &writers, topic, func() bool { return cut.Load() < cuts[engine] })
			var written atomic.Int64
			go func() {
				writers.Wait()
				written.Store(int64(len(postIDs(t, h, topic))))
			}()
			total := func() (int, bool) { n := written.Load(); return int(n), n > 0 }
			read := make([][]string, 4)
			for i := range read {
				readers.Go(func() { read[i] = h.readOnAndOn(t, topic, start, &cut, total, apart[engine]) })
			}
			readers.Wait()
			want := told(t, h.parts, community.Stream(topic), forum.PostAdded, 0)
			wantAll(t, engine, want, postIDs(t, h, topic))
			for _, got := range read {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the log and what a subscriber has of it:\n%s", diff)
				}
			}
			t.Logf("%d posts, %d cuts", len(want), cut.Load())
		})
	}
}

// wantAll wants the log to have all posts, in the order of their numbers if the
// store has transactions. Without, a post may be numbered before another and
// told of behind it.
func wantAll(t *testing.T, engine string, log, posts []string) {
	t.Helper()
	if engine != "sqlite" {
		log, posts = slices.Sorted(slices.Values(log)), slices.Sorted(slices.Values(posts))
	}
	if diff := cmp.Diff(posts, log); diff != "" {
		t.Errorf("the posts and the log:\n%s", diff)
	}
}

// few is n, or less where that takes too long.
func few(n int64) int64 {
	if slow {
		return n / 4
	}
	return n
}

func (h *house) liveCursor(topic string) string {
	h.t.Helper()
	return h.get("anna", `query($t: ID!) { topic(id: $t) { liveCursor } }`, vars{"t": topic}).at("topic.liveCursor").text()
}

// write has people reply at once, as long as more are wanted.
func (h *house) write(t *testing.T, writers *sync.WaitGroup, topic string, more func() bool) {
	for i := range 4 {
		writers.Go(func() {
			who := []string{"anna", "boris", "чук", "гек"}[i]
			for j := 0; more(); j++ {
				got, err := h.try(context.Background(), who, reply, vars{"t": topic, "b": fmt.Sprintf("%d.%d", i, j)})
				if err != nil || len(got.Errors) > 0 {
					t.Errorf("reply: %v %v", err, said(got))
					return
				}
				time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
			}
		})
	}
}

func postIDs(t testing.TB, h *house, topic string) (ids []string) {
	t.Helper()
	for _, p := range allPosts(t, h.parts, topic) {
		ids = append(ids, string(p.ID))
	}
	return ids
}

// readOnAndOn subscribes again and again from the last cursor, until it has the
// last post of those who wrote.
func (h *house) readOnAndOn(t *testing.T, topic, cursor string, cut *atomic.Int64, total func() (int, bool), apart time.Duration) (ids []string) {
	deadline := time.Now().Add(2 * patience)
	for time.Now().Before(deadline) {
		err := h.readSome(topic, cursor, apart, func(n news) {
			cursor = n.Cursor
			ids = append(ids, n.Post.ID)
		})
		if err != nil {
			t.Error(err)
			return ids
		}
		cut.Add(1)
		if n, over := total(); over && len(ids) >= n {
			return ids
		}
	}
	t.Error("a subscriber did not get to the end")
	return ids
}

// readSome listens until its connection breaks, which it does by itself at some
// moment before apart has passed: perhaps in the middle of a message.
func (h *house) readSome(topic, cursor string, apart time.Duration, take func(news)) error {
	w, err := h.dial("anna")
	if err != nil {
		return err
	}
	defer w.Close()
	most := rand.IntN(20)
	breaks := time.AfterFunc(rand.N(apart), func() { w.NetConn().Close() })
	defer breaks.Stop()
	if w.subscribe(added, vars{"t": topic, "a": cursor}) != nil {
		return nil // broken already
	}
	for range most {
		var m struct {
			Type    string
			Payload struct {
				Data   struct{ TopicEvents news }
				Errors json.RawMessage
			}
		}
		if err := w.ReadJSON(&m); err != nil {
			return nil // it broke, as it should
		}
		if m.Type != "next" || m.Payload.Errors != nil {
			return fmt.Errorf("the subscription ended: %s %s", m.Type, m.Payload.Errors)
		}
		take(m.Payload.Data.TopicEvents)
	}
	return nil
}

// TestNoHole takes pages while people write, and subscribes from each page's
// cursor: page and events together must be all the posts.
func TestNoHole(t *testing.T) {
	for engine, fresh := range engines(ferret.Start(t)) {
		t.Run(engine, func(t *testing.T) {
			h := open(t, fresh(t), "anna", "boris", "чук", "гек")
			h.build("hall")
			topic := h.openTopic("anna", "hall")
			var written atomic.Int64
			var writers, readers sync.WaitGroup
			posts, joiners := int64(100), 12
			if engine != "sqlite" {
				posts, joiners = few(60), int(few(8))
			}
			h.write(t, &writers, topic, func() bool { return written.Add(1) <= posts })
			joined := make([]*joiner, joiners)
			for i := range joined {
				time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
				readers.Go(func() { joined[i] = h.join(topic) })
			}
			writers.Wait()
			readers.Wait()
			log := told(t, h.parts, community.Stream(topic), forum.PostAdded, 0)
			wantAll(t, engine, log, postIDs(t, h, topic))
			for _, j := range joined {
				j.check(t, log)
			}
		})
	}
}

// joiner is who took a page and listens from its cursor.
type joiner struct {
	page []string
	ear  *ear
	err  error
}

func (h *house) join(topic string) *joiner {
	got, err := h.try(context.Background(), "boris", `query($t: ID!) { topic(id: $t) { posts(first: 100) { nodes { id } } liveCursor } }`, vars{"t": topic})
	if err != nil {
		return &joiner{err: err}
	}
	j := &joiner{}
	for _, p := range read(got.Data).at("topic.posts.nodes").list() {
		j.page = append(j.page, p.at("id").text())
	}
	j.ear, j.err = h.listen("boris", added, vars{"t": topic, "a": read(got.Data).at("topic.liveCursor").text()})
	return j
}

// check wants what was heard to be the end of the log, in order, and the page to
// have all that came before it; what is on the page may be heard once more.
func (j *joiner) check(t *testing.T, log []string) {
	t.Helper()
	if j.err != nil {
		t.Error(j.err)
		return
	}
	missing := map[string]bool{}
	for _, id := range log {
		missing[id] = !slices.Contains(j.page, id)
	}
	maps.DeleteFunc(missing, func(_ string, missed bool) bool { return !missed })
	var heard []string
	for len(missing) > 0 || len(heard) > 0 && heard[len(heard)-1] != log[len(log)-1] {
		got, ok := j.ear.hear(patience / 3)
		if !ok || got.outcome == nil {
			t.Errorf("after a page of %d and %d events nothing more comes; %d of %d posts are missing", len(j.page), len(heard), len(missing), len(log))
			return
		}
		id := read(got.Data).at("topicEvents.post.id").text()
		heard = append(heard, id)
		delete(missing, id)
	}
	if diff := cmp.Diff(log[len(log)-len(heard):], heard, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the end of the log and what was heard of it:\n%s", diff)
	}
}

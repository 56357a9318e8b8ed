package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"veche/bench/process"
)

// venue is a server process with a topic in it.
type venue struct {
	*process.Server
	page []byte // the request of a topic page
	calm view
}

const secret = "correct horse battery"

func start(ctx context.Context, binary, folder string, limits bool) (*venue, error) {
	owner := exec.CommandContext(ctx, binary, "member", "create", "--email", "o@example.org", "--password", secret, "--handle", "olga", "--name", "Olga", "--role", "owner")
	owner.Env = append(os.Environ(), "VECHE_DATA="+folder, "VECHE_LOG_LEVEL=error")
	if out, err := owner.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make the owner: %w\n%s", err, out)
	}
	server, err := process.Veche(ctx, binary, folder, limits)
	if err != nil {
		return nil, err
	}
	v := &venue{Server: server}
	return v, v.furnish(ctx)
}

// furnish makes a topic of twenty posts.
func (s *venue) furnish(ctx context.Context) error {
	token := ""
	ask := func(query string) string {
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Addr+"/graphql", strings.NewReader(string(encode(map[string]any{"query": query}))))
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return err.Error()
		}
		defer response.Body.Close()
		var said struct{ Data map[string]any }
		_ = json.NewDecoder(response.Body).Decode(&said) // what is missing is missed below
		return leaf(said.Data)
	}
	token = ask(`mutation { logIn(input: {email: "o@example.org", password: "` + secret + `"}) { session { token } } }`)
	space := ask(`mutation { createSpace(input: {name: "Hall", slug: "hall"}) { space { id } } }`)
	topic := ask(`mutation { createTopic(input: {spaceId: "` + space + `", title: "Hello", body: "Good day."}) { topic { id } } }`)
	for range 20 {
		if id := ask(`mutation { addPost(input: {topicId: "` + topic + `", body: "Good **day**, everybody."}) { post { id } } }`); !strings.HasPrefix(id, "post_") {
			return fmt.Errorf("make a post: %s", id)
		}
	}
	s.page = encode(map[string]any{"query": `query Page($id: ID!) { topic(id: $id) { id title author { name } posts(first: 20) {
		nodes { id number html author { id name } reactions { kind count } replyTo { id } } } } }`, "variables": map[string]any{"id": topic}})
	return nil
}

// leaf is the one value at the end of things that hold one thing each.
func leaf(v any) string {
	for {
		switch now := v.(type) {
		case map[string]any:
			v = nil
			for _, child := range now {
				v = child
			}
		case string:
			return now
		default:
			return ""
		}
	}
}

// view is what others notice.
type view struct{ p50, p99 time.Duration }

// visitors are the others: each asks for the page so often, whether or not the
// last one was quick.
const (
	visitors = 8
	pause    = 20 * time.Millisecond
)

func (s *venue) visit(ctx context.Context, each time.Duration) view {
	end := time.Now().Add(each)
	var all sync.WaitGroup
	took := make([][]time.Duration, visitors)
	for i := range visitors {
		all.Go(func() {
			t := newTarget(s.Addr, "")
			for next := time.Now().Add(time.Duration(i) * pause / visitors); next.Before(end); next = next.Add(pause) {
				time.Sleep(time.Until(next))
				t.from = fmt.Sprintf("10.1.%d.%d", i, len(took[i])%250) // many people, each with a budget
				if said, err := t.post(ctx, "application/json", s.page); err == nil && said == "200 OK" {
					took[i] = append(took[i], time.Since(next))
				} else {
					took[i] = append(took[i], time.Minute) // seen in the table
				}
			}
		})
	}
	all.Wait()
	times := slices.Concat(took...)
	slices.Sort(times)
	return view{times[len(times)/2], times[len(times)*99/100]}
}

// suffer has the attack made while others ask for pages.
func (s *venue) suffer(ctx context.Context, a attack, number, attackers int, each time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	crew := exec.CommandContext(ctx, "nice", "-n", "19", self, "attack", s.Addr, a.name, fmt.Sprint(number), fmt.Sprint(attackers), each.String())
	crew.Stderr = os.Stderr
	var told strings.Builder
	crew.Stdout = &told
	if err := crew.Start(); err != nil {
		return err
	}
	seen := s.visit(ctx, each+ready)
	if err := crew.Wait(); err != nil {
		return err
	}
	answers := map[string]int{}
	if err := json.Unmarshal([]byte(told.String()), &answers); err != nil {
		return fmt.Errorf("what attackers were answered: %w", err)
	}
	text, times := said(answers)
	s.row(a.name, text, times, seen)
	return s.Alive()
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"veche/community"
)

// The operations that are measured.
const (
	pageOp = `query Page($id: ID!) { topic(id: $id) { id title body postCount participantCount liveCursor author { id handle name }
		posts(first: 20) { pageInfo { hasNextPage endCursor } nodes { id number html createdAt editedAt score
			author { id handle name role } reactions { kind count } replyTo { id number author { handle } } } } } }`
	memberPageOp = `query MemberPage($id: ID!) { topic(id: $id) { id title body postCount participantCount unreadCount viewerWatch liveCursor author { id handle name }
		posts(first: 20) { pageInfo { hasNextPage endCursor } nodes { id number html createdAt editedAt score viewerReactions viewerBookmark { note }
			author { id handle name role } reactions { kind count } replyTo { id number author { handle } } } } } }`
	listOp = `query List { topics(first: 20, orderBy: LATEST) { pageInfo { hasNextPage endCursor }
		nodes { id title slug tags pinned postCount participantCount reactionCount lastPostAt author { handle name } space { id name slug } } } }`
	replyOp = `mutation Reply($id: ID!, $body: Markdown!) { addPost(input: {topicId: $id, body: $body}) { post { id number } } }`
)

// child is a server in a process of its own.
type child struct {
	cmd  *exec.Cmd
	addr string
}

func start(ctx context.Context, addr string, env []string, name string, args ...string) (*child, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(cmd.Env, "VECHE_LOG_LEVEL=error")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			return &child{cmd, addr}, c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not answer", name)
}

func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	_ = c.cmd.Wait() // its exit code says nothing about what was measured
}

// cpu is the process's user and system time so far.
func (c *child) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		panic(err) // the server died: nothing measured holds
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // in ticks of 1/100 s
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func measure(ctx context.Context, binary, folder string, posts int, p *people, each time.Duration, only string) error {
	base, err := measureBare(ctx, folder, posts, p, each)
	if err != nil {
		return err
	}
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	env := []string{"VECHE_DATA=" + folder, "VECHE_LISTEN=" + addr, "VECHE_RATE_LIMIT=off"}
	server, err := start(ctx, addr, env, binary)
	if err != nil {
		return err
	}
	defer server.stop()
	show := func(what string, conns int, next func(*rand.Rand) call) error {
		r, err := server.load(conns, each, next)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		r.print(posts, what, base)
		return nil
	}
	hot := popular(len(p.Topics))
	pages := []struct {
		what  string
		conns int
		next  func(*rand.Rand) call
	}{
		{"topic page, guest, popular topics", 4, func(r *rand.Rand) call { return page("", pageOp, p.Topics[hot(r)]) }},
		{"topic page, guest, any topic", 4, func(r *rand.Rand) call { return page("", pageOp, p.any(r)) }},
		{"topic page, member, popular topics", 4, func(r *rand.Rand) call { return page(p.token(r), memberPageOp, p.Topics[hot(r)]) }},
		{"LATEST list, guest", 4, func(*rand.Rand) call { return operation("", listOp, nil) }},
		{"LATEST list, member", 4, func(r *rand.Rand) call { return operation(p.token(r), listOp, nil) }},
		{"reply, 64 writers", writers, func(r *rand.Rand) call {
			return operation(p.token(r), replyOp, map[string]any{"id": p.any(r), "body": words(r, 40)})
		}},
	}
	for _, m := range pages {
		if !strings.Contains(m.what, only) {
			continue
		}
		if err := show(m.what, m.conns, m.next); err != nil {
			return err
		}
	}
	return nil
}

func measureBare(ctx context.Context, folder string, posts int, p *people, each time.Duration) (time.Duration, error) {
	addr, err := freeAddr()
	if err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	bare, err := start(ctx, addr, nil, self, "bare", filepath.Join(folder, "documents.db"), addr)
	if err != nil {
		return 0, err
	}
	defer bare.stop()
	hot := popular(len(p.Topics))
	r, err := bare.load(4, each, func(r *rand.Rand) call { return call{path: "/?topic=" + string(p.Topics[hot(r)])} })
	if err != nil {
		return 0, err
	}
	r.print(posts, "bare server, popular topics", r.cpu)
	return r.cpu, nil
}

// popular picks topics as readers do: a few get most of the visits (Zipf).
func popular(n int) func(*rand.Rand) int {
	return func(r *rand.Rand) int { return int(rand.NewZipf(r, 1.1, 8, uint64(n-1)).Uint64()) }
}

func (p *people) any(r *rand.Rand) community.TopicID { return p.Topics[r.IntN(len(p.Topics))] }

func (p *people) token(r *rand.Rand) string { return p.Tokens[r.IntN(len(p.Tokens))] }

func page(token, op string, id community.TopicID) call {
	return operation(token, op, map[string]any{"id": id})
}

func operation(token, op string, variables map[string]any) call {
	body, err := json.Marshal(map[string]any{"query": op, "variables": variables})
	if err != nil {
		panic(err) // strings only
	}
	return call{path: "/graphql", token: token, body: body}
}

package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"veche/bench/process"
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

func measure(ctx context.Context, binary, folder string, posts int, p *people, each time.Duration, only string) error {
	base, err := measureBare(ctx, folder, posts, p, each)
	if err != nil {
		return err
	}
	server, err := process.Veche(ctx, binary, folder, false)
	if err != nil {
		return err
	}
	defer server.Stop()
	line := func(what string, conns int, next func(*rand.Rand) process.Call) error {
		r, err := process.Load(server, conns, each, next)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		show(r, posts, what, base)
		return nil
	}
	hot := popular(len(p.Topics))
	anyPage := func(r *rand.Rand) process.Call { return page("", pageOp, p.any(r)) }
	pages := []struct {
		what  string
		conns int
		next  func(*rand.Rand) process.Call
		fresh bool // before the rest, each topic is read, so that memory holds what it can
	}{
		{what: "topic page, guest, any topic, just started", conns: 4, next: anyPage, fresh: true},
		{what: "topic page, guest, popular topics", conns: 4, next: func(r *rand.Rand) process.Call { return page("", pageOp, p.Topics[hot(r)]) }},
		{what: "topic page, guest, any topic", conns: 4, next: anyPage},
		{what: "topic page, member, popular topics", conns: 4, next: func(r *rand.Rand) process.Call { return page(p.token(r), memberPageOp, p.Topics[hot(r)]) }},
		{what: "LATEST list, guest", conns: 4, next: func(*rand.Rand) process.Call { return process.Operation("", listOp, nil) }},
		{what: "LATEST list, member", conns: 4, next: func(r *rand.Rand) process.Call { return process.Operation(p.token(r), listOp, nil) }},
		{what: "reply, 64 writers", conns: writers, next: func(r *rand.Rand) process.Call {
			return process.Operation(p.token(r), replyOp, map[string]any{"id": p.any(r), "body": words(r, 40)})
		}},
	}
	read := false
	for _, m := range pages {
		if !strings.Contains(m.what, only) {
			continue
		}
		if !read && !m.fresh {
			if err := process.Once(server, p.pages()); err != nil {
				return fmt.Errorf("read every topic once: %w", err)
			}
			read = true
		}
		if err := line(m.what, m.conns, m.next); err != nil {
			return err
		}
	}
	return nil
}

// show prints a line of the table.
func show(r process.Result, posts int, what string, base time.Duration) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("| %d | %s | %.0f | %.2f | %.2f | %.3f | %.2f |\n", posts, what, r.PerSecond, ms(r.P50), ms(r.P99), ms(r.CPU), float64(r.CPU)/float64(base))
}

// pages asks for the page of every topic once.
func (p *people) pages() iter.Seq[process.Call] {
	return func(yield func(process.Call) bool) {
		for _, id := range p.Topics {
			if !yield(page("", pageOp, id)) {
				return
			}
		}
	}
}

func measureBare(ctx context.Context, folder string, posts int, p *people, each time.Duration) (time.Duration, error) {
	addr, err := process.FreeAddr()
	if err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	bare, err := process.Start(ctx, addr, nil, self, "bare", filepath.Join(folder, "documents.db"), addr)
	if err != nil {
		return 0, err
	}
	defer bare.Stop()
	hot := popular(len(p.Topics))
	r, err := process.Load(bare, 4, each, func(r *rand.Rand) process.Call { return process.Call{Path: "/?topic=" + string(p.Topics[hot(r)])} })
	if err != nil {
		return 0, err
	}
	show(r, posts, "bare server, popular topics", r.CPU)
	return r.CPU, nil
}

// popular picks topics as readers do: a few get most of the visits (Zipf).
func popular(n int) func(*rand.Rand) int {
	return func(r *rand.Rand) int { return int(rand.NewZipf(r, 1.1, 8, uint64(n-1)).Uint64()) }
}

func (p *people) any(r *rand.Rand) community.TopicID { return p.Topics[r.IntN(len(p.Topics))] }

func (p *people) token(r *rand.Rand) string { return p.Tokens[r.IntN(len(p.Tokens))] }

func page(token, op string, id community.TopicID) process.Call {
	return process.Operation(token, op, map[string]any{"id": id})
}
